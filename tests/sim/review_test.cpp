// A payment under review ends by what a person says: order, stock and money follow, once.

#include "services/checkout/completer.hpp"
#include "tests/sim/witness.hpp"

namespace kassa::sim {
namespace {

using checkout::Decision;
using checkout::said;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A checkout whose payment is under review, because the gateway told another amount.
std::string under_review(World& world) {
  const std::string id = world.create(Basket{{{"mug", 1}}});
  EXPECT_EQ(said(world.complete(id, "k1", "tok_wrong_amount").value(), "verdict"), "unknown");
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "review");
  return id;
}

Result<void> decide(World& world, Decision decision, std::string id = {}, bool live = false) {
  checkout::Completer& completer = world.process->completer;
  if (id.empty()) id = world.text("SELECT attempt_id FROM attempt");
  return world.run(completer.decide(world.process->main, kShop, AttemptId{std::move(id)}, decision, live));
}

TEST(Review, CapturedConfirmsTheOrderAndTheKeptAnswer) {
  World world;
  const std::string id = under_review(world);
  ASSERT_TRUE(decide(world, Decision::kCaptured));
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "confirmed");
  EXPECT_EQ(world.text("SELECT payment_state FROM purchase"), "paid");
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "captured");
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
  EXPECT_EQ(said(world.complete(id, "k1", "tok_wrong_amount").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(decide(world, Decision::kCaptured).error().code, Errc::kVersionConflict) << "it is decided";
  EXPECT_EQ(decide(world, Decision::kReturned).error().code, Errc::kVersionConflict);
}

TEST(Review, WhatCameToNothingMayBePaidAgain) {
  for (const Decision decision : {Decision::kNotCharged, Decision::kReturned}) {
    World world;
    const std::string id = under_review(world);
    ASSERT_TRUE(decide(world, decision));
    EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "draft");
    EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
    const std::int64_t amount = world.number("SELECT amount FROM attempt");
    const std::int64_t came = decision == Decision::kReturned ? amount : 0;
    EXPECT_EQ(world.number("SELECT captured FROM attempt"), came);
    EXPECT_EQ(world.number("SELECT refunded FROM attempt"), came);
    EXPECT_EQ(world.number("SELECT -coalesce(sum(l.amount), 0) FROM ledger l JOIN attempt a "
                           "ON l.entry_id = a.attempt_id || '.returned' WHERE l.account LIKE 'gateway_clearing:%'"),
              came);
    // The sandbox's book still holds what a person says was not taken, or is away again.
    EXPECT_THAT(world.violations(false), Each(HasSubstr("I2 the gateway holds money of a failed")));
    EXPECT_EQ(said(world.complete(id, "k1", "tok_wrong_amount").value(), "verdict"), "declined");
    EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
    EXPECT_EQ(world.number("SELECT count(*) FROM purchase WHERE order_state = 'confirmed'"), 1);
  }
}

TEST(Review, ADecisionThatIsNotCarriedOutMayBeTakenAgain) {
  World world;
  const std::string id = under_review(world);
  world.process->main.refuse("release", 1);
  EXPECT_EQ(decide(world, Decision::kReturned).error().code, Errc::kStoreUnavailable);
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "held") << "it is still on the list of what is open";
  world.outside.clock.advance(std::chrono::seconds{21});
  world.tick();
  ASSERT_TRUE(decide(world, Decision::kReturned));
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "draft");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Review, AKeyOfAnotherModeDecidesNothing) {
  World world;
  under_review(world);
  EXPECT_EQ(decide(world, Decision::kCaptured, {}, true).error().code, Errc::kNotFound);
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "review");
  ASSERT_TRUE(decide(world, Decision::kCaptured));
}

TEST(Review, ACheckoutThatIsNeitherPaidNorGivenUpForHoursIsLeftToAPerson) {
  using Fault = Wire::Fault;
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "needs_buyer");
  world.outside.clock.advance(std::chrono::minutes{16});
  world.outside.wire->plan({Fault::kNone, Fault::kRefuse});
  world.tick();
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "void_pending");
  world.outside.clock.advance(std::chrono::hours{6});
  world.outside.wire->plan({Fault::kRefuse});
  world.tick();
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "review");
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "held");
  ASSERT_TRUE(decide(world, Decision::kNotCharged));
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "draft");
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
}

TEST(Review, OnlyWhatIsUnderReviewIsDecided) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  EXPECT_EQ(decide(world, Decision::kCaptured, "pay_nobody").error().code, Errc::kNotFound);
  ASSERT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_EQ(decide(world, Decision::kNotCharged).error().code, Errc::kVersionConflict);
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "confirmed");
}

}  // namespace
}  // namespace kassa::sim
