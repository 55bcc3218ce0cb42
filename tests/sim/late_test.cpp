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
void charge_too_late(World& world, const std::string& id) {
  world.outside.wire->hold();
  std::optional<Result<Answer>> slow;
  world.start(world.completing(id, "k1"), slow);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  world.outside.wire->hold_no_more();
  world.outside.clock.advance(minutes{6});
  ASSERT_EQ(world.tick(), 1U);
  ASSERT_EQ(world.text("SELECT state FROM attempt"), "failed");
  ASSERT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
  world.outside.wire->let_go();
  world.run_until([&] { return slow.has_value(); });
  ASSERT_EQ(slow->error().code, Errc::kIdempotencyInFlight);
  ASSERT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
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
  const auto decide = [&](checkout::Decision decision) {
    AttemptId attempt{world.text("SELECT attempt_id FROM attempt")};
    return world.run(world.process->completer.decide(world.process->main, kShop, std::move(attempt), decision));
  };
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
