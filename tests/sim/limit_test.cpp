// A customer has only so much of a variant; what came back may be bought again, by whichever checkout asks.

#include "tests/sim/witness.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Basket kThree{{{"few", 3}}, {}, "ada@shopper.example"};

TEST(ItemLimit, WhatComesBackMayBeBoughtByTheCheckoutThatWasRefused) {
  World world;
  const std::string waiting = world.create(kThree);
  const std::string other = world.create(kThree);
  ASSERT_EQ(said(world.complete(waiting, "k1", "tok_action").value(), "verdict"), "needs_buyer");
  const Answer refused = world.complete(other, "k2").value();
  EXPECT_EQ(said(refused, "verdict"), "not_ready");
  EXPECT_THAT(said(refused, "messages"), HasSubstr("customer_limit"));
  EXPECT_THAT(world.violations(false), IsEmpty());
  world.approve(false);
  ASSERT_EQ(said(world.complete(waiting, "k1", "tok_action").value(), "verdict"), "declined");
  EXPECT_EQ(said(world.update(other, kThree).value(), "ready"), "true");
  EXPECT_EQ(said(world.complete(other, "k3").value(), "verdict"), "completed");
  EXPECT_EQ(said(world.complete(waiting, "k4").value(), "verdict"), "not_ready");
  EXPECT_EQ(world.number("SELECT bought FROM customer_item"), 3);
  EXPECT_THAT(world.violations(), IsEmpty());
}

}  // namespace
}  // namespace kassa::sim
