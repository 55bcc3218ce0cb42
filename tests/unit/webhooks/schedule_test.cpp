// How events wait for one another: order per order, turns per receiver, several processes, waking and
// stopping.

#include "services/platform/obs/system_clock.hpp"
#include "tests/unit/webhooks/bench.hpp"

namespace kassa::webhooks {
namespace {

using ScheduleTest = DeliveryBench;

std::string bodies(const Receiver& receiver) {
  std::string out;
  for (const Received& one : receiver.received()) {
    const json::object body = json::parse(one.body).as_object();
    out += std::string(body.at("order").as_string()) + "/" + std::to_string(body.at("seq").as_int64()) + " ";
  }
  return out;
}

TEST_F(ScheduleTest, keeps_the_events_of_an_order_in_order_and_lets_others_pass) {
  Receiver receiver(io);
  receiver.will_answer(500);
  send("ord_1", 2, receiver);
  send("ord_1", 1, receiver);
  send("ord_1", 3, receiver);
  Delivery& engine = delivery();
  EXPECT_EQ(deliver(engine), 1U);
  send("ord_2", 1, receiver);
  EXPECT_EQ(deliver(engine), 1U);
  to_next_try();
  clock.advance(Millis{500});
  EXPECT_EQ(deliver(engine), 3U);
  EXPECT_EQ(bodies(receiver), "ord_1/1 ord_2/1 ord_1/1 ord_1/2 ord_1/3 ");
}

TEST_F(ScheduleTest, events_of_another_dialect_do_not_wait_for_each_other) {
  PlainDialect letters(kFiveDays, "letters");
  dialects.add(letters);
  Receiver receiver(io);
  receiver.will_answer(500);
  send("ord_1", 1, receiver);
  post(person, "ord_1", 2, receiver.url(), R"({"order":"ord_1","seq":2})", "letters");
  EXPECT_EQ(deliver(delivery()), 2U);
  EXPECT_EQ(receiver.received().size(), 2U);
}

TEST_F(ScheduleTest, what_a_dialect_carries_itself_is_tried_again_or_dead_by_its_word) {
  struct Carrier final : Dialect {
    [[nodiscard]] std::string_view name() const noexcept override { return "carried"; }
    [[nodiscard]] bool carries_itself() const noexcept override { return true; }
    asio::awaitable<Result<void>> carry(const Message& message) override {
      bodies.push_back(message.body);
      if (bodies.size() == 1) co_return Error{Errc::kUpstreamUnknown, "busy"};
      if (message.seq == 2) co_return Error{Errc::kInvalidRequest, "no such mailbox"};
      co_return ok();
    }
    std::vector<std::string> bodies;
  };
  Carrier carrier;
  dialects.add(carrier);
  const EventId first = post(person, "ord_1", 1, "mail", "one", "carried");
  const EventId second = post(person, "ord_1", 2, "mail", "two", "carried");
  Delivery& engine = delivery();
  deliver(engine);
  EXPECT_EQ(state_of(first), "waiting");
  EXPECT_EQ(why(first), "busy");
  clock.advance(std::chrono::seconds{1});
  deliver(engine);
  EXPECT_EQ(state_of(first), "delivered");
  EXPECT_EQ(state_of(second), "dead");
  EXPECT_EQ(why(second), "no such mailbox");
  EXPECT_EQ(carrier.bodies, (std::vector<std::string>{"one", "one", "two"}));
}

TEST_F(ScheduleTest, a_dead_event_makes_way_for_the_next) {
  Receiver receiver(io);
  const EventId first = send("ord_1", 1, receiver);
  send("ord_1", 2, receiver);
  main.execute("UPDATE outbox SET state = 'dead', ended_at = 0 WHERE event_id = $1", {first.value});
  EXPECT_EQ(deliver(delivery()), 1U);
  EXPECT_EQ(bodies(receiver), "ord_1/2 ");
}

TEST_F(ScheduleTest, a_receiver_that_hangs_holds_up_nobody_else) {
  Receiver slow(io);
  Receiver fast(io);
  slow.will_hold(100);
  for (int i = 0; i < 20; ++i) send("slow_" + std::to_string(i), 1, slow);
  DeliveryOptions options;
  options.per_target_max = 3;
  Delivery& engine = delivery(options);
  bool ended = false;
  asio::co_spawn(io, engine.run(), [&](std::exception_ptr) { ended = true; });
  run_until([&] { return slow.received().size() == 3; });
  for (int i = 0; i < 5; ++i) send("fast_" + std::to_string(i), 1, fast);
  engine.wake();
  run_until([&] { return fast.received().size() == 5; });
  EXPECT_EQ(slow.received().size(), 3U);
  engine.stop();
  slow.open();
  run_until([&] { return ended; });
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox WHERE state = 'delivered'"), 8);
}

TEST_F(ScheduleTest, a_backlog_of_one_receiver_does_not_hide_the_others) {
  Receiver slow(io);
  Receiver fast(io);
  slow.will_hold(1);
  for (int i = 0; i < 30; ++i) send("slow_" + std::to_string(i), 1, slow);
  clock.advance(Millis{1});
  send("zfast", 1, fast);
  DeliveryOptions options;
  options.per_target_max = 1;
  options.scan_max = 8;
  Delivery& engine = delivery(options);
  bool ended = false;
  asio::co_spawn(io, engine.run(), [&](std::exception_ptr) { ended = true; });
  run_until([&] { return fast.received().size() == 1; });
  EXPECT_EQ(slow.received().size(), 1U);
  engine.stop();
  slow.open();
  run_until([&] { return ended; });
}

TEST_F(ScheduleTest, two_processes_send_every_event_once) {
  Receiver receiver(io);
  for (int i = 0; i < 60; ++i) send("ord_" + std::to_string(i), 1, receiver);
  Delivery& one = delivery();
  Delivery& two = delivery();
  std::optional<Result<std::size_t>> by_one;
  std::optional<Result<std::size_t>> by_two;
  asio::co_spawn(io, keep_answer(one.deliver_due(), by_one), asio::detached);
  asio::co_spawn(io, keep_answer(two.deliver_due(), by_two), asio::detached);
  run_until([&] { return by_one && by_two; });
  EXPECT_EQ(by_one->value() + by_two->value(), 60U);
  EXPECT_EQ(receiver.received().size(), 60U);
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox WHERE state = 'delivered' AND attempts = 1"), 60);
}

TEST_F(ScheduleTest, is_woken_by_a_commit_and_rests_otherwise) {
  Receiver receiver(io);
  DeliveryOptions options;
  options.poll = std::chrono::hours{1};
  Delivery& engine = delivery(options);
  bool ended = false;
  asio::co_spawn(io, engine.run(), [&](std::exception_ptr) { ended = true; });
  send("ord_1", 1, receiver);
  engine.wake();
  run_until([&] { return receiver.received().size() == 1; });
  send("ord_1", 2, receiver);
  for (int i = 0; i < 100; ++i) engine.wake();
  run_until([&] { return receiver.received().size() == 2; });
  engine.stop();
  run_until([&] { return ended; });
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox WHERE state = 'delivered'"), 2);
}

TEST_F(ScheduleTest, comes_back_for_a_retry_by_itself) {
  constexpr std::array<Millis, 1> kSoon{Millis{5}};
  PlainDialect quick{RetryProfile(kSoon)};
  dialects = Dialects{};
  dialects.add(quick);
  const platform::SystemClock real;
  Receiver receiver(io);
  receiver.will_answer(500);
  send("ord_1", 1, receiver);
  DeliveryOptions options;
  options.poll = std::chrono::seconds{60};
  Delivery& engine = delivery(options, &real);
  bool ended = false;
  asio::co_spawn(io, engine.run(), [&](std::exception_ptr) { ended = true; });
  run_until([&] { return receiver.received().size() == 2; });
  engine.stop();
  run_until([&] { return ended; });
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox WHERE state = 'delivered'"), 1);
}

}  // namespace
}  // namespace kassa::webhooks
