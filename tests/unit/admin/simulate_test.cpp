// Recorded carts from a session to a merchant's simulation, over a real SQLite store.

#include "services/admin/retention.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/cart_recorder.hpp"
#include "services/checkout/simulation.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

using checkout::Session;

constexpr const char* kHouseRules = R"([
  {"id":"ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}},
  {"id":"summer","class":"order","trigger":"automatic","value":{"type":"percent","bps":5000}}])";

class Simulate : public testing::Test, public AdminBench {
 protected:
  Simulate() {
    checkout::Shop shop;
    shop.variants = {checkout::variant("v1", 1'000), checkout::variant("v2", 500)};
    shop.rules = R"([{"id":"ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}}])";
    snapshots.snapshot = checkout::snapshot_of(shop);
    snapshots.snapshot->settings.recorded_carts_percent = 100;
    const json::value rules = json::parse(kHouseRules);
    for (const json::value& rule : rules.as_array()) {
      const std::string id(rule.at("id").as_string());
      main.execute("INSERT INTO discount (store_id, discount_id, body, revision, retired) VALUES ('s1', $1, $2, 1, $3)",
                   {id, json::serialize(rule), std::int64_t{id == "summer" ? 2 : 0}});
    }
  }

  Session cart(const std::string& id, std::int64_t pieces, const std::string& item = "v1") {
    Session session = checkout::session_of({checkout::line("l1", item, pieces)});
    session.id = CheckoutId{id};
    session.person = persons.create(store);
    session.updated_at = clock.now();
    return session;
  }
  void note(const Session& session) { recorder.note(std::make_shared<const Session>(session)); }
  void record(const Session& session) {
    note(session);
    ASSERT_TRUE(run(recorder.flush()));
  }
  /// Bought as it is priced now.
  Session bought(Session session) {
    auto quote = checkout::price(session, *snapshots.snapshot, checkout::LevelsStub{}, clock.now());
    session.quote = std::make_shared<const checkout::Quote>(std::move(quote).value());
    session.state = checkout::State::kCompleted;
    session.version.n += 1;
    return session;
  }
  std::int64_t kept(const std::string& outcome) {
    return ports::as_int(main.rows("SELECT count(*) FROM recorded_carts WHERE outcome = $1", {outcome}).at(0).at(0));
  }
  std::string bodies() { return text("SELECT coalesce(group_concat(body, ' '), '') FROM recorded_carts"); }

  Answer simulate(const std::string& body) { return post("/discounts/simulate", body); }

  checkout::CartRecorder recorder{main.store(), persons, snapshots};
};

TEST_F(Simulate, nothing_is_recorded_unless_the_store_asks_for_it) {
  snapshots.snapshot->settings.recorded_carts_percent = 0;
  record(cart("chk_1", 1));
  EXPECT_EQ(main.number("SELECT count(*) FROM recorded_carts"), 0);
}

TEST_F(Simulate, a_checkout_has_one_recording_and_is_ordered_at_its_end) {
  Session session = cart("chk_1", 1);
  record(session);
  session.lines.front().quantity = 3;
  session.version.n += 1;
  record(session);
  EXPECT_EQ(kept("open"), 1);
  EXPECT_NE(bodies().find(R"("quantity":3)"), std::string::npos) << bodies();
  record(bought(session));
  EXPECT_EQ(kept("open") * 10 + kept("ordered"), 1);
  record(session);  // Late news of before.
  EXPECT_EQ(kept("ordered"), 1);
}

TEST_F(Simulate, an_order_that_was_read_back_only_marks_its_recording) {
  const Session session = cart("chk_1", 2);
  record(session);
  Session resumed = bought(session);
  auto frozen = std::make_shared<checkout::Quote>(*resumed.quote);
  frozen->catalog = nullptr;
  frozen->lines.clear();
  resumed.quote = frozen;
  record(resumed);
  EXPECT_EQ(kept("ordered"), 1);
  EXPECT_NE(bodies().find(R"("quantity":2)"), std::string::npos) << bodies();
  Session never_seen = resumed;
  never_seen.id = CheckoutId{"chk_2"};
  record(never_seen);
  EXPECT_EQ(main.number("SELECT count(*) FROM recorded_carts"), 1);
}

TEST_F(Simulate, carts_and_canceled_checkouts_are_not_recorded) {
  Session shopping = cart("chk_1", 1);
  shopping.kind = checkout::Kind::kCart;
  record(shopping);
  Session canceled = cart("chk_2", 1);
  canceled.state = checkout::State::kCanceled;
  record(canceled);
  EXPECT_EQ(main.number("SELECT count(*) FROM recorded_carts"), 0);
}

TEST_F(Simulate, a_day_has_room_for_so_many_and_the_next_one_again) {
  Session first = cart("chk_first", 1);
  record(first);
  main.execute(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) INSERT INTO recorded_carts "
      "(store_id, recording_id, priced_at, outcome, body) SELECT 's1', 'rec_' || i, $2, 'open', '{}' FROM n",
      {limits::kRecordedCartsPerDayMax - 1, to_millis(clock.now())});
  record(cart("chk_too_many", 1));
  EXPECT_EQ(kept("open"), limits::kRecordedCartsPerDayMax);
  first.lines.front().quantity = 9;
  record(first);
  EXPECT_NE(bodies().find(R"("quantity":9)"), std::string::npos) << "what is there is kept up to date";
  clock.advance(std::chrono::hours{24});
  record(cart("chk_tomorrow", 1));
  EXPECT_EQ(kept("open"), limits::kRecordedCartsPerDayMax + 1);
}

TEST_F(Simulate, what_waits_is_bounded) {
  for (std::size_t i = 0; i < limits::kRecordedCartsWaitingMax + 5; ++i) note(cart("chk_" + std::to_string(i), 1));
  EXPECT_EQ(run(recorder.flush()).value(), limits::kRecordedCartsWaitingMax);
  EXPECT_EQ(static_cast<std::size_t>(kept("open")), limits::kRecordedCartsWaitingMax);
  EXPECT_EQ(run(recorder.flush()).value(), 0U);
}

TEST_F(Simulate, of_somebody_who_was_erased_nothing_is_recorded) {
  const Session session = cart("chk_1", 1);
  note(session);
  ASSERT_TRUE(run(persons.erase(store, session.person)));
  ASSERT_TRUE(run(recorder.flush()));
  EXPECT_EQ(main.number("SELECT count(*) FROM recorded_carts"), 0);
}

TEST_F(Simulate, recordings_go_after_thirty_days) {
  record(cart("chk_1", 1));
  clock.advance(std::chrono::hours{24 * 29});
  record(cart("chk_2", 1));
  admin::Retention retention(main.store(), persons, clock, std::chrono::hours{24 * 365});
  clock.advance(std::chrono::hours{24} + std::chrono::minutes{1});
  EXPECT_EQ(run(retention.round()).value(), 1);
  EXPECT_EQ(kept("open"), 1);
  clock.advance(std::chrono::hours{24 * 30});
  EXPECT_EQ(run(retention.round()).value(), 1);
  EXPECT_EQ(kept("open"), 0);
}

TEST_F(Simulate, a_draft_is_weighed_against_the_live_rules) {
  record(bought(cart("chk_1", 2)));
  record(bought(cart("chk_2", 1, "v2")));
  record(cart("chk_3", 7));
  const Answer answer = simulate(R"({"draft":{"without":["ten"],"rules":[{"id":"much","class":"order",)"
                                 R"("trigger":"automatic","value":{"type":"amount","amounts":{"EUR":300}}}]}})");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(answer.body.at("carts"), 2);
  const json::object& eur = answer.body.at("currencies").at(0).as_object();
  EXPECT_EQ(json::serialize(eur.at("live")), R"({"revenue":2250,"net":2250,"discount":250})");
  EXPECT_EQ(json::serialize(eur.at("draft")), R"({"revenue":1900,"net":1900,"discount":600})");
  EXPECT_EQ(json::serialize(eur.at("difference")), R"({"revenue":-350,"net":-350,"discount":350})");
  EXPECT_EQ(eur.at("orders_touched"), 2);
  EXPECT_TRUE(eur.at("best").as_array().empty());
  EXPECT_EQ(eur.at("worst").at(0).at("difference"), -250);
  EXPECT_TRUE(eur.at("worst").at(0).at("recording").as_string().starts_with("rec_"));
  EXPECT_EQ(json::serialize(answer.body.at("rules").at(0)),
            R"({"rule":"much","live":{"carts":0,"given":{}},"draft":{"carts":2,"given":{"EUR":600}}})");
  EXPECT_TRUE(audited().empty());
}

TEST_F(Simulate, without_a_draft_nothing_changes) {
  record(bought(cart("chk_1", 2)));
  const Answer answer = simulate("{}");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(answer.body.at("currencies").at(0).at("orders_touched"), 0);
  EXPECT_EQ(answer.body.at("more"), false);
  EXPECT_EQ(answer.text("from"), answer.text("until"));
}

TEST_F(Simulate, rules_are_switched_on_and_off_and_whole_sets_replaced) {
  record(bought(cart("chk_1", 2)));
  const auto revenue = [&](const std::string& draft) {
    const Answer answer = simulate(R"({"draft":)" + draft + "}");
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return answer.status == 200 ? answer.body.at("currencies").at(0).at("draft").at("revenue").as_int64() : -1;
  };
  EXPECT_EQ(revenue(R"({"enable":["summer"],"without":["ten"]})"), 1'000);
  EXPECT_EQ(revenue(R"({"without":["summer"]})"), 1'800) << "it is off already";
  EXPECT_EQ(revenue(R"({"alone":true})"), 2'000);
  EXPECT_EQ(revenue(R"({"alone":true,"enable":["summer"]})"), 1'000);
  snapshots.behind = 1;
  EXPECT_EQ(revenue("{}"), 1'800) << "the book says what is live when the snapshot is old";
}

TEST_F(Simulate, every_fault_is_told) {
  const auto problems = [&](const std::string& body) {
    const Answer answer = simulate(body);
    EXPECT_EQ(answer.status, 400) << answer.raw;
    return answer.problems();
  };
  EXPECT_EQ(problems(R"({"outcome":"paid","carts_max":0,"x":1})"),
            (Words{"/x unknown_member", "/outcome unknown_value", "/carts_max out_of_range"}));
  EXPECT_EQ(problems(R"({"draft":{"rules":{},"without":[1]}})"),
            (Words{"/draft/rules type_mismatch", "/draft/without type_mismatch"}));
  EXPECT_EQ(problems(R"({"draft":{"enable":["ten","nobody"]}})"), (Words{"/draft/enable/1 unknown_rule"}));
  EXPECT_EQ(problems(R"({"draft":{"without":["nobody"]}})"), (Words{"/draft/without/0 unknown_rule"}));
  EXPECT_EQ(problems(R"({"draft":{"rules":[{"id":"a","class":"order","trigger":"automatic",)"
                     R"("value":{"type":"percent","bps":20000}}]}})"),
            (Words{"/draft/rules/0/value/bps percent_out_of_range"}));
}

/// A second passes with every look at it.
class HastyClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return ManualClock::kStart; }
  [[nodiscard]] std::chrono::nanoseconds steady() const override { return std::chrono::seconds{looks_++}; }

 private:
  mutable std::int64_t looks_{0};
};

TEST_F(Simulate, one_at_a_time_and_not_for_long) {
  for (int i = 0; i < 30; ++i) record(bought(cart("chk_" + std::to_string(i), 1)));
  ASSERT_FALSE(services.simulating->test_and_set());
  EXPECT_EQ(simulate("{}").status, 503);
  services.simulating->clear();
  EXPECT_EQ(simulate("{}").body.at("carts"), 30);
  const HastyClock hasty;
  checkout::SimulationAsk ask;
  ask.outcome = "ordered";
  ask.most = 100;
  const checkout::Snapshot& ground = *snapshots.snapshot;
  const auto report = run(checkout::simulate(main.store(), hasty, ground, ground.rules, ask));
  EXPECT_TRUE(report.value().more);
  EXPECT_GT(report.value().carts, 1);
  EXPECT_LT(report.value().carts, 30);
}

TEST_F(Simulate, who_tries_a_live_store_out_is_no_buyer) {
  snapshots.snapshot->live = true;
  record(bought(cart("chk_1", 2)));
  EXPECT_EQ(kept("ordered"), 0);
  Session live = bought(cart("chk_2", 2));
  live.owner = "live:" + live.owner;
  record(live);
  EXPECT_EQ(kept("ordered"), 1);
}

TEST_F(Simulate, the_newest_carts_of_an_outcome_are_used) {
  for (std::int64_t i = 1; i <= 3; ++i) {
    record(bought(cart("chk_" + std::to_string(i), i)));
    clock.advance(std::chrono::minutes{1});
  }
  record(cart("chk_open", 9));
  const Answer newest = simulate(R"({"carts_max":2})");
  EXPECT_EQ(newest.body.at("currencies").at(0).at("live").at("revenue"), 4'500) << newest.raw;
  EXPECT_EQ(newest.body.at("more"), true);
  EXPECT_EQ(simulate(R"({"carts_max":3})").body.at("more"), false);
  EXPECT_EQ(simulate(R"({"outcome":"open"})").body.at("carts"), 1);
  EXPECT_EQ(simulate(R"({"outcome":"any"})").body.at("carts"), 4);
  const Answer theirs = ask({http::Method::kPost, "/discounts/simulate", "{}", other_secret, {}});
  EXPECT_EQ(theirs.body.at("carts"), 0) << "another store has its own carts: " << theirs.raw;
}

}  // namespace
}  // namespace kassa
