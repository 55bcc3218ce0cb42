// A success that comes after its attempt was ended: no order is waiting for the money, so it goes back, once.

#include "services/checkout/inbox.hpp"
#include "tests/sim/witness.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using Fault = Wire::Fault;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::IsEmpty;

/// A charge on the wire, whose process stood still until another had found that nothing was charged.
void charge_too_late(World& world, const std::string& id, const std::string& token = "tok_ok",
                     const std::vector<Fault>& then = {}) {
  world.outside.wire->hold();
  std::optional<Result<Answer>> slow;
  world.start(world.completing(id, "k1", token), slow);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  world.outside.wire->hold_no_more();
  world.outside.clock.advance(minutes{6});
  ASSERT_EQ(world.tick(), 1U);
  ASSERT_EQ(world.text("SELECT state FROM attempt"), "failed");
  ASSERT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
  world.outside.wire->plan(then);
  world.outside.wire->let_go();
  world.run_until([&] { return slow.has_value(); });
  ASSERT_EQ(slow->error().code, Errc::kIdempotencyInFlight);
  ASSERT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
}

Result<void> decide_late(World& world, checkout::Decision decision) {
  AttemptId attempt{world.text("SELECT attempt_id FROM attempt ORDER BY n LIMIT 1")};
  return world.run(world.process->completer.decide(world.process->main, kShop, std::move(attempt), decision, false));
}

/// Late money that the gateway does not give back.
void left_to_a_person(World& world, const std::string& id) {
  charge_too_late(world, id);
  world.outside.wire->plan({Fault::kNone, Fault::kRefuse});
  ASSERT_EQ(world.tick(), 1U);
}

constexpr const char* kWaitingLate = "SELECT count(*) FROM idempotency WHERE scope = 'late' AND state = 'running'";

TEST(Late, ASuccessThatNobodyHeardOfGoesBack) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  charge_too_late(world, id, "tok_ok", {Fault::kLoseReply});
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, ASuccessOverAnotherAmountGoesBack) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  charge_too_late(world, id, "tok_wrong_amount");
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, WhatAProcessChargedBeforeItDiedIsFoundAnHourLater) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.process->main.refuse("late", 1);
  charge_too_late(world, id, "tok_ok", {Fault::kLoseReply});
  ASSERT_TRUE(world.outside.log.saw("payment.late_lost"));
  world.outside.clock.advance(minutes{59});
  EXPECT_EQ(world.tick(), 0U);
  world.outside.clock.advance(minutes{2});
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, AChargeThatWasNotFoundIsAskedForForAnHour) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_timeout_before_charge").value(), "verdict"), "unknown");
  world.outside.clock.advance(minutes{6});
  ASSERT_EQ(world.tick(), 1U);
  ASSERT_EQ(world.text("SELECT state FROM attempt"), "failed");
  checkout::Inbox inbox(world.process->main, world.outside.clock, [] {});
  checkout::GatewayEvent event;
  event.event_key = "evt_1";
  event.gateway_key = world.text("SELECT gateway_key FROM attempt");
  ASSERT_TRUE(world.run(inbox.receive(event)).value());
  EXPECT_EQ(world.tick(), 1U) << "the gateway has spoken, so it is asked";
  EXPECT_EQ(world.number(kWaitingLate), 1) << "too early to believe it";
  EXPECT_EQ(world.tick(), 0U);
  world.outside.clock.advance(minutes{61});
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number(kWaitingLate), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, WhatTheGatewayDoesNotGiveBackIsWrittenDown) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  left_to_a_person(world, id);
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "captured");
  EXPECT_EQ(world.number(kWaitingLate), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(decide_late(world, checkout::Decision::kNotCharged).error().code, Errc::kVersionConflict)
      << "the gateway has said that it holds the money";
  ASSERT_TRUE(decide_late(world, checkout::Decision::kReturned));
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_EQ(world.number(kWaitingLate), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
}

TEST(Late, ADecisionAboutItLeavesTheOrderOfTheNextPaymentHeld) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  left_to_a_person(world, id);
  ASSERT_EQ(said(world.complete(id, "k2", "tok_wrong_amount").value(), "verdict"), "unknown");
  ASSERT_EQ(world.text("SELECT order_state FROM purchase"), "held");
  ASSERT_TRUE(decide_late(world, checkout::Decision::kReturned));
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "held");
  EXPECT_EQ(world.number(kWaitingLate), 0);
}

TEST(Late, TheMoneyOfAnErasedPersonGoesBack) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  charge_too_late(world, id);
  const PersonId person{world.text("SELECT person_id FROM purchase")};
  ASSERT_TRUE(world.run(world.process->persons.erase(kShop, person)));
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
  EXPECT_EQ(world.number(kWaitingLate), 0);
}

TEST(Late, WhoHearsOfItOnceMoreFindsItDone) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  charge_too_late(world, id);
  ASSERT_EQ(world.tick(), 1U);
  const std::int64_t entries = world.number("SELECT count(*) FROM ledger");
  const std::int64_t events = world.number("SELECT count(*) FROM attempt_event");
  const std::size_t asked = world.outside.wire->seen.size();
  ports::Transaction again("late", kShop);
  again.add(ports::Step("UPDATE idempotency SET state = 'running', parked = 1, lease_until = 0 WHERE scope = 'late'"));
  ASSERT_TRUE(world.run(world.process->main.commit(std::move(again))));
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number(kWaitingLate), 0);
  EXPECT_EQ(world.number("SELECT count(*) FROM ledger"), entries);
  EXPECT_EQ(world.number("SELECT count(*) FROM attempt_event"), events);
  EXPECT_EQ(world.outside.wire->seen.size(), asked);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, ASuccessAfterTheAttemptWasGivenUpGoesBack) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  charge_too_late(world, id);
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "draft");
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed") << "the shopper may pay again";
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, TheMoneyGoesBackOnceWhateverIsLostOnTheWay) {
  const std::vector<Fault> faults[] = {{Fault::kLoseReply},
                                       {Fault::kNone, Fault::kLoseReply},
                                       {Fault::kNone, Fault::kLoseRequest},
                                       {Fault::kNone, Fault::kNotSent}};
  for (const auto& plan : faults) {
    World world;
    const std::string id = world.create(Basket{{{"mug", 1}}});
    charge_too_late(world, id);
    world.outside.wire->plan(plan);
    world.tick();
    world.outside.clock.advance(minutes{2});
    world.tick();
    EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
    EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
    EXPECT_EQ(world.booked("SELECT count(*) FROM refund"), 1);
    EXPECT_THAT(world.violations(), IsEmpty());
  }
}

TEST(Late, WhatWasLeftToAPersonEndsByTheirWord) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  charge_too_late(world, id);
  const auto decide = [&](checkout::Decision decision) { return decide_late(world, decision); };
  EXPECT_EQ(decide(checkout::Decision::kReturned).error().code, Errc::kVersionConflict) << "it goes on by itself";
  ports::Transaction leave("late", kShop);
  leave.add(ports::Step("UPDATE idempotency SET lease_until = $1 WHERE scope = 'late'",
                        {to_millis(checkout::statements::kNotByItself)}));
  ASSERT_TRUE(world.run(world.process->main.commit(std::move(leave))));
  EXPECT_EQ(decide(checkout::Decision::kCaptured).error().code, Errc::kVersionConflict) << "no order waits for it";
  ASSERT_TRUE(decide(checkout::Decision::kReturned));
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_GT(world.number("SELECT refunded FROM attempt"), 0);
  EXPECT_EQ(world.number("SELECT count(*) FROM idempotency WHERE scope = 'late' AND state = 'running'"), 0);
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
}

TEST(Late, AGatewaysWordAboutAnAttemptThatHasEndedIsLookedAt) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "declined");
  checkout::Inbox inbox(world.process->main, world.outside.clock, [] {});
  checkout::GatewayEvent event;
  event.event_key = "evt_1";
  event.gateway_key = world.text("SELECT gateway_key FROM attempt");
  ASSERT_TRUE(world.run(inbox.receive(event)).value());
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "declined");
  EXPECT_EQ(world.number("SELECT count(*) FROM idempotency WHERE state = 'running'"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
  event.event_key = "evt_2";
  ASSERT_TRUE(world.run(inbox.receive(event)).value());
  EXPECT_EQ(world.tick(), 0U) << "it was asked just now";
  world.outside.clock.advance(minutes{61});
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number("SELECT count(*) FROM idempotency WHERE state = 'running'"), 0);
}

TEST(Late, AnUnknownGiveBackIsAskedAgainAndNeverTakenForPaid) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "needs_buyer");
  world.outside.clock.advance(minutes{16});
  world.outside.wire->plan({Fault::kNone, Fault::kLoseRequest});
  world.tick();
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "void_pending");
  world.approve();
  EXPECT_EQ(said(world.get(id).value(), "state"), "completing");
  world.outside.clock.advance(minutes{6});
  world.tick();
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "draft");
  EXPECT_EQ(said(world.get(id).value(), "state"), "open");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Late, AProcessThatStoodStillSendsNothing) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  std::optional<Result<Answer>> slow;
  world.process->main.stall("reserve");
  world.start(world.completing(id, "k1"), slow);
  world.run_until([&] { return world.process->main.stalls(); });
  world.outside.clock.advance(seconds{13});
  world.process->main.go_on();
  world.run_until([&] { return slow.has_value(); });
  ASSERT_FALSE(*slow);
  EXPECT_EQ(slow->error().code, Errc::kIdempotencyInFlight);
  EXPECT_EQ(world.outside.wire->count("POST"), 0U);
  world.outside.clock.advance(seconds{8});
  world.tick();
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

}  // namespace
}  // namespace kassa::sim
