// One checkout that two nodes have taken in two directions, and one that a completion holds for all of them: nobody is
// charged another total than the one that was told last.

#include "services/base/limits.hpp"
#include "services/checkout/quote.hpp"
#include "tests/conformance/session_cache/two_nodes.hpp"

namespace kassa::checkout {
namespace {

class Forks : public SharedSessions {
 protected:
  /// Redis is away for one node only, which writes to the Store.
  void SetUp() override {
    create();
    ASSERT_TRUE(run(a.sessions.flush()));
    base_ = run(b.sessions.load(kShop, kOne)).value();
    ASSERT_TRUE(change(cut_off_, "hash of the cut off"));
  }

  SessionPtr base_;
  Node cut_off_{shared, "redis://127.0.0.1:1"};
};

TEST_F(Forks, WhatWasShownOfTheLosingForkEndsWhatWasAcceptedBefore) {
  ASSERT_TRUE(save_on(b, base_, "hash of the fork"));
  ASSERT_TRUE(run(b.sessions.forget(kShop, kOne))) << "as a completion does when the Store refuses it";
  EXPECT_EQ(accepted(b), "nothing");
}

TEST_F(Forks, AForkThatRedisHasLostEndsWhatWasAcceptedBefore) {
  ASSERT_TRUE(save_on(b, base_, "hash of the fork"));
  static_cast<void>(redis.command({"FLUSHALL"}));
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_EQ(accepted(b), "nothing") << "the fork was told last";
  EXPECT_EQ(accepted(cut_off_), "nothing");
}

TEST_F(Forks, AForkThatRedisHasLostEndsWhatAReopenedSessionCarries) {
  ASSERT_TRUE(save_on(b, base_, "hash of the fork"));
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(accepted(a), "hash of the cut off") << "nobody has told this node";
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_EQ(accepted(a), "nothing");
}

TEST_F(Forks, ACompletionThatFindsItsForkRefusedEndsWhatWasAcceptedBefore) {
  ASSERT_TRUE(save_on(b, base_, "hash of the fork"));
  static_cast<void>(redis.command({"FLUSHALL"}));
  ASSERT_TRUE(run(b.sessions.forget(kShop, kOne)));
  EXPECT_EQ(accepted(b), "nothing");
}

TEST_F(SharedSessions, WhatACutOffNodeWentOnFromEndsNothing) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  ASSERT_TRUE(change(b, "hash 2"));  // Not yet in the journal.
  const auto base = run(b.sessions.load(kShop, kOne)).value();
  Node cut_off(shared, "redis://127.0.0.1:1");
  ASSERT_TRUE(save_on(cut_off, base, "hash 3"));
  static_cast<void>(redis.command({"FLUSHALL"}));
  ASSERT_TRUE(run(b.sessions.flush())) << "of an older one";
  EXPECT_EQ(accepted(a), "hash 3");
}

TEST_F(SharedSessions, ANodeThatHadBeenCutOffDropsAForkAndWhatWasAcceptedBefore) {
  fall_behind();
  ASSERT_TRUE(eventually([&] { return run(b.cache.get(kShop, kOne)).has_value(); }));
  ASSERT_TRUE(change(b, "hash of the fork"));
  ASSERT_TRUE(eventually([&] { return run(a.cache.get(kShop, kOne)).has_value(); }));
  EXPECT_EQ(accepted(a), "nothing") << "the fork was told last";
}

TEST_F(SharedSessions, ACompletionThatBeginsHoldsTheCheckoutForEveryNode) {
  const SessionPtr session = create();
  auto quote = std::make_shared<Quote>();
  quote->currency = session->currency;
  quote->total = 4'711;
  const auto alive = std::make_shared<const int>(1);
  const std::weak_ptr<const void> holder = alive;
  ASSERT_TRUE(run(a.sessions.hold(session, quote, holder)));
  const auto held = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_TRUE(held->is_held(shared.clock.now()));
  ASSERT_NE(held->quote, nullptr);
  EXPECT_EQ(held->quote->total, 4'711) << "what everybody is told meanwhile";
  EXPECT_FALSE(save_on(b, session, "hash of a change"));
  EXPECT_FALSE(run(b.sessions.hold(session, quote, holder)));
  EXPECT_FALSE(held->is_held(shared.clock.now() + limits::kLeaseTime)) << "its process may have died";
  run_void(a.sessions.release(kShop, kOne));
  const auto open = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_FALSE(open->is_held(shared.clock.now()));
  EXPECT_EQ(open->quote, nullptr);
  EXPECT_TRUE(change(b, "hash of a change"));
}

TEST_F(SharedSessions, AHoldThatHasLapsedLeavesNothingToWhoHeldIt) {
  const SessionPtr session = create();
  ASSERT_TRUE(run(a.sessions.flush()));
  auto quote = std::make_shared<Quote>();
  quote->currency = session->currency;
  const auto alive = std::make_shared<const int>(1);
  const std::weak_ptr<const void> holder = alive;
  ASSERT_TRUE(run(a.sessions.hold(session, quote, holder)));
  shared.clock.advance(limits::kLeaseTime);
  static_cast<void>(run(b.sessions.load(kShop, kOne)));
  const auto open = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_FALSE(open->held_until);
  EXPECT_GT(open->version.epoch, session->version.epoch) << "step D1 over the row of before is refused";
}

}  // namespace
}  // namespace kassa::checkout
