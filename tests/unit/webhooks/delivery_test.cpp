// What one event goes through: delivered, tried again, given up, sent again.

#include "tests/unit/webhooks/bench.hpp"

namespace kassa::webhooks {
namespace {

using DeliveryTest = DeliveryBench;

TEST_F(DeliveryTest, delivers_the_sealed_body_once) {
  Receiver receiver(io);
  const EventId event = send("ord_1", 1, receiver);
  Delivery& engine = delivery();
  EXPECT_EQ(deliver(engine), 1U);
  ASSERT_EQ(receiver.received().size(), 1U);
  EXPECT_EQ(receiver.received()[0].body, R"({"order":"ord_1","seq":1})");
  EXPECT_EQ(state_of(event), "delivered");
  EXPECT_EQ(deliver(engine), 0U);
  EXPECT_EQ(metrics.total("webhook_attempts_total", "delivered"), 1);
}

TEST_F(DeliveryTest, tries_again_with_the_same_identity_time_and_bytes) {
  Receiver receiver(io);
  receiver.will_answer(500);
  const EventId event = send("ord_1", 1, receiver);
  Delivery& engine = delivery();
  EXPECT_EQ(deliver(engine), 1U);
  EXPECT_EQ(state_of(event), "waiting");
  EXPECT_EQ(why(event), "status 500");
  EXPECT_EQ(deliver(engine), 0U);
  clock.advance(Millis{500});
  EXPECT_EQ(deliver(engine), 1U);
  EXPECT_EQ(state_of(event), "delivered");
  const Received& first = receiver.received().at(0);
  const Received& second = receiver.received().at(1);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.header("event"), second.header("event"));
  EXPECT_EQ(first.header("created"), second.header("created"));
  EXPECT_EQ(second.header("attempt"), "2");
}

struct Answer {
  const char* name;
  int status;
  std::string body;
  const char* state;
  const char* why;
};

class Answers : public DeliveryBench, public testing::WithParamInterface<Answer> {};

TEST_P(Answers, decide) {
  Receiver receiver(io);
  receiver.will_answer(GetParam().status, GetParam().body);
  const EventId event = send("ord_1", 1, receiver);
  EXPECT_EQ(deliver(delivery()), 1U);
  EXPECT_EQ(receiver.received().size(), 1U);  // A redirection is not followed.
  EXPECT_EQ(state_of(event), GetParam().state);
  EXPECT_EQ(why(event), GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(All, Answers,
                         testing::Values(Answer{"no_content_is_taken", 204, "", "delivered", ""},
                                         Answer{"accepted_is_taken", 202, "{}", "delivered", ""},
                                         Answer{"taken_with_a_huge_page_is_taken", 200, std::string(100'000, 'x'),
                                                "delivered", ""},
                                         Answer{"moved_is_not_taken", 301, "", "waiting", "status 301"},
                                         Answer{"see_other_is_not_taken", 307, "", "waiting", "status 307"},
                                         Answer{"gone_is_not_taken", 410, "", "waiting", "status 410"},
                                         Answer{"throttled_is_not_taken", 429, "", "waiting", "status 429"},
                                         Answer{"a_status_never_seen_is_not_taken", 799, "", "waiting", "status 799"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(DeliveryTest, an_answer_that_does_not_come_is_a_failure) {
  Receiver receiver(io);
  receiver.will_hold(1);
  const EventId event = send("ord_1", 1, receiver);
  DeliveryOptions options;
  options.request_time = Millis{30};
  EXPECT_EQ(deliver(delivery(options)), 1U);
  EXPECT_EQ(state_of(event), "waiting");
  EXPECT_EQ(why(event), "timeout");
}

TEST_F(DeliveryTest, a_receiver_that_is_not_there_is_a_failure) {
  std::string url;
  {
    Receiver gone(io);
    url = gone.url();
  }
  const EventId event = post(person, "ord_1", 1, url, "{}");
  EXPECT_EQ(deliver(delivery()), 1U);
  EXPECT_EQ(state_of(event), "waiting");
  EXPECT_EQ(why(event), "connect");
}

TEST_F(DeliveryTest, gives_up_after_five_days_and_sends_again_when_asked) {
  Receiver receiver(io);
  for (int i = 0; i < 14; ++i) receiver.will_answer(503);
  const EventId event = send("ord_1", 1, receiver);
  const Instant start = clock.now();
  Delivery& engine = delivery();
  std::size_t attempts = deliver(engine);
  while (state_of(event) == "waiting") {
    to_next_try();
    attempts += deliver(engine);
  }
  EXPECT_EQ(attempts, 14U);
  EXPECT_EQ(state_of(event), "dead");
  EXPECT_GT(clock.now() - start, std::chrono::hours{4 * 24});
  EXPECT_LE(clock.now() - start, std::chrono::hours{5 * 24});
  EXPECT_TRUE(log.saw("webhook.dead"));
  EXPECT_EQ(metrics.total("webhook_attempts_total", "dead"), 1);

  int wakes = 0;
  DeadLetters letters(main.store(), clock, [&] { ++wakes; });
  const auto dead = run(letters.list(store, EventId{}, 10)).value();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].event, event);
  EXPECT_EQ(dead[0].attempts, 14);
  EXPECT_EQ(dead[0].why, "status 503");
  EXPECT_TRUE(run(letters.list(store, event, 10)).value().empty());
  EXPECT_TRUE(run(letters.list(StoreId{"s2"}, EventId{}, 10)).value().empty());
  EXPECT_TRUE(run(letters.replay(store, event)));
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(run(letters.replay(store, event)).error().code, Errc::kNotFound);
  EXPECT_EQ(deliver(engine), 1U);
  EXPECT_EQ(state_of(event), "delivered");
  EXPECT_EQ(receiver.received().front().header("created"), receiver.received().back().header("created"));
  EXPECT_EQ(receiver.received().front().body, receiver.received().back().body);
}

TEST_F(DeliveryTest, an_erased_person_is_not_told_about) {
  Receiver receiver(io);
  const EventId event = send("ord_1", 1, receiver);
  ASSERT_TRUE(run(persons.erase(store, person)));
  EXPECT_EQ(deliver(delivery()), 1U);
  EXPECT_EQ(state_of(event), "dead");
  EXPECT_EQ(why(event), "erased");
  EXPECT_TRUE(receiver.received().empty());
}

TEST_F(DeliveryTest, a_body_that_was_tampered_with_is_never_sent) {
  Receiver receiver(io);
  const EventId event = send("ord_1", 1, receiver);
  const EventId other = send("ord_2", 1, receiver);
  main.execute(
      "UPDATE outbox SET sealed_body = (SELECT sealed_body FROM outbox WHERE event_id = $1) WHERE event_id = "
      "$2",
      {other.value, event.value});
  EXPECT_EQ(deliver(delivery()), 2U);
  EXPECT_EQ(state_of(event), "dead");
  EXPECT_EQ(why(event), "seal_broken");
  EXPECT_EQ(state_of(other), "delivered");
}

TEST_F(DeliveryTest, an_unknown_dialect_waits_for_a_process_that_knows_it) {
  const EventId event = post(person, "ord_1", 1, "http://127.0.0.1:1/", "{}", "klingon");
  EXPECT_EQ(deliver(delivery()), 1U);
  EXPECT_EQ(state_of(event), "waiting");
  EXPECT_EQ(why(event), "unknown dialect");
}

TEST_F(DeliveryTest, takes_over_from_a_process_that_died_once_its_lease_has_run_out) {
  const EventId event = post(person, "ord_1", 1, "http://127.0.0.1:1/", "{}");
  std::size_t reached = 0;
  {
    // A process of its own, which dies while its receiver thinks.
    asio::io_context doomed;
    Receiver silent(doomed);
    silent.will_hold(1);
    main.execute("UPDATE outbox SET target = $1", {silent.url()});
    platform::Client own(doomed.get_executor(), platform::ClientOptions{}, log, metrics);
    DeliveryOptions options;
    options.allow_loopback = true;
    Delivery engine(Delivery::Dependencies{doomed.get_executor(), main.store(), persons, box, own, dialects, clock, log,
                                           metrics, options});
    asio::co_spawn(doomed, engine.run(), asio::detached);
    while (silent.received().empty()) doomed.run_one();
    reached = silent.received().size();
  }
  EXPECT_EQ(reached, 1U);
  Receiver receiver(io);
  main.execute("UPDATE outbox SET target = $1", {receiver.url()});
  Delivery& engine = delivery();
  EXPECT_EQ(deliver(engine), 0U);
  clock.advance(DeliveryOptions{}.lease);
  EXPECT_EQ(deliver(engine), 0U);
  clock.advance(Millis{1});
  EXPECT_EQ(deliver(engine), 1U);
  EXPECT_EQ(state_of(event), "delivered");
  EXPECT_EQ(receiver.received().at(0).header("attempt"), "2");
}

}  // namespace
}  // namespace kassa::webhooks
