// One checkout on every way that money can take: the process dies at a named point, two callers use one key, a decline
// is followed by another card, and prices, time and cancels come in between. After every step, every invariant.

#include <boost/asio/detached.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/sim/witness.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using Fault = Wire::Fault;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::IsEmpty;

constexpr const char* kPathPoints[] = {
    "person.before",  "person.after",    "reserve.before", "reserve.after",  "gateway.before", "gateway.after",
    "outcome.before", "outcome.after",   "release.before", "release.after",  "park.before",    "park.after",
    "reply.before",   "complete.before", "complete.after", "numbers.before", "numbers.after"};

/// Retries like a good SDK: the same key until the answer is final; whoever dies is started again.
class Sdk {
 public:
  Sdk(World& world, std::string id) : world_(world), id_(std::move(id)) {}

  std::string pay(const std::string& key, const std::string& token) {
    for (int tries = 0; tries < 12; ++tries) {
      const std::string verdict = once(key, token);
      if (verdict == "completed" || verdict == "declined") return verdict;
      if (verdict == "needs_buyer") world_.approve();
      world_.outside.clock.advance(seconds{2});
    }
    return "no final answer";
  }

  /// Bytes of the last answer.
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string once(const std::string& key, const std::string& token) {
    try {
      const auto answer = world_.complete(id_, key, token);
      if (!answer) return std::string(describe(answer.error().code).slug);
      bytes_ = *answer.value().body;
      return said(answer.value(), "verdict");
    } catch (const ProcessKilled&) {
      world_.kill_and_restart();
      return "killed";
    }
  }

  World& world_;
  std::string id_;
  std::string bytes_;
};

TEST(Paths, AKillAtAnyNamedPointEndsInOneFinalAnswerAndOneCharge) {
  const std::pair<const char*, const char*> ends[] = {{"tok_ok", "completed"},
                                                      {"tok_declined", "declined"},
                                                      {"tok_action", "completed"},
                                                      {"tok_timeout_after_charge", "completed"}};
  for (const auto& [token, verdict] : ends) {
    for (const char* point : kPathPoints) {
      for (std::int64_t nth = 1; nth <= 3; ++nth) {
        World world;
        const std::string what = std::string(token) + " " + point + ":" + std::to_string(nth);
        const std::string id = world.create(Basket{{{"mug", 1}}, {"ONCE"}, "jane@shop.example"});
        world.flush();
        world.process->fate.die_at_point(point, nth);
        Sdk sdk(world, id);
        EXPECT_EQ(sdk.pay("k1", token), verdict) << what;
        const std::string first = sdk.bytes();
        EXPECT_EQ(sdk.pay("k1", token), verdict) << what;
        EXPECT_EQ(sdk.bytes(), first) << what;
        EXPECT_THAT(world.violations(), IsEmpty()) << what;
        EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1) << what;
      }
    }
  }
}

TEST(Paths, TwoCallersWithOneKeyHearOneFinalAnswerWhoeverDies) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    World world(seed);
    const std::string id = world.create(Basket{{{"rare", 2}}, {"FIVE"}});
    world.flush();
    world.process->fate.die_at_point(kPathPoints[seed % std::size(kPathPoints)], 1);
    std::optional<Result<Answer>> one;
    std::optional<Result<Answer>> two;
    const auto ignore_death = [](const std::exception_ptr&) {};
    asio::co_spawn(world.outside.io, keep_result(world.completing(id, "k1"), one), ignore_death);
    asio::co_spawn(world.outside.io, keep_result(world.completing(id, "k1"), two), ignore_death);
    world.outside.io.restart();
    world.outside.io.run();
    world.kill_and_restart();
    Sdk sdk(world, id);
    ASSERT_EQ(sdk.pay("k1", "tok_ok"), "completed") << seed;
    for (const auto* heard : {&one, &two}) {
      if (!*heard || !**heard || said((*heard)->value(), "verdict") != "completed") continue;
      EXPECT_EQ(*(*heard)->value().body, sdk.bytes()) << seed;
    }
    EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1) << seed;
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

TEST(Paths, BetweenADeclineAndAnotherCardThePriceMayMove) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  const Answer declined = world.complete(id, "k1", "tok_declined").value();
  world.outside.merchant.set_price("mug", 1300);
  EXPECT_EQ(said(world.complete(id, "k2", "tok_other").value(), "verdict"), "price_changed");
  const Answer done = world.complete(id, "k3", "tok_other").value();
  EXPECT_EQ(said(done, "verdict"), "completed");
  EXPECT_EQ(said(done, "total"), "3677");
  EXPECT_EQ(world.booked("SELECT amount FROM charge WHERE state = 'captured'"), 3677);
  EXPECT_EQ(*world.complete(id, "k1", "tok_declined").value().body, *declined.body);
  EXPECT_EQ(world.complete(id, "k1", "tok_other").error().code, Errc::kIdempotencyConflict);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Paths, ADeclinedCheckoutThatExpiresKeepsItsAnswersAndNothingElse) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}, {"FIVE"}});
  const Answer declined = world.complete(id, "k1", "tok_declined").value();
  world.outside.clock.advance(hours{7});
  world.restart_politely();
  EXPECT_EQ(*world.complete(id, "k1", "tok_declined").value().body, *declined.body);
  EXPECT_EQ(world.complete(id, "k2").error().code, Errc::kCheckoutExpired);
  EXPECT_EQ(world.number("SELECT count(*) FROM redemption"), 0);
  EXPECT_EQ(world.number("SELECT sum(reserved) FROM stock"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Paths, AnUnknownChargeThatTurnsOutGoodLateIsHonouredAtItsOldPrice) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan(std::vector<Fault>(4, Fault::kLoseReply));
  ASSERT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unknown");
  world.outside.merchant.set_price("mug", 9900);
  for (int i = 0; i < 3; ++i) {
    world.outside.clock.advance(hours{4});
    world.expire();
    world.tick();
    EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 1) << "the goods are kept";
  }
  world.kill_and_restart();
  const Answer done = world.complete(id, "k1").value();
  EXPECT_EQ(said(done, "verdict"), "completed") << "long after the checkout's own life";
  EXPECT_EQ(said(done, "total"), "2071");
  EXPECT_EQ(world.outside.wire->count("POST"), 1U);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Paths, AChargeWhoseSenderDiedIsUnknownUntilTheGatewayIsReached) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.process->fate.die_at_point("gateway.before", 1);
  EXPECT_THROW((void)world.complete(id, "k1"), ProcessKilled);
  world.kill_and_restart();
  world.outside.wire->plan({Fault::kNone, Fault::kNotSent});
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unknown") << "not found, and then not sent";
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "unknown");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Paths, ACancelIsRefusedWhileMoneyMayMoveAndTakenAfterADecline) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan({Fault::kLoseReply, Fault::kLoseReply});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "unknown");
  EXPECT_EQ(world.cancel(id, "x1").error().code, Errc::kPaymentUnderWay);
  EXPECT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "unknown");
  EXPECT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "declined");
  const Answer canceled = world.cancel(id, "x1").value();
  EXPECT_EQ(said(canceled, "state"), "canceled") << "a refusal stores nothing under the key";
  world.kill_and_restart();
  EXPECT_EQ(*world.cancel(id, "x1").value().body, *canceled.body);
  EXPECT_EQ(world.complete(id, "k2").error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "declined");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Paths, WhatWasCommittedEarlierNeverReplacesWhatSomebodyHasSeenSince) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const auto earlier = world.run(world.process->sessions.load(kShop, CheckoutId{id})).value();
  ASSERT_TRUE(world.update(id, Basket{{{"mug", 2}}}));
  const auto adopted = [&]() -> asio::awaitable<bool> {
    co_await world.process->sessions.adopt(earlier);
    co_return true;
  };
  ASSERT_TRUE(world.run(adopted()));
  EXPECT_EQ(said(world.get(id).value(), "total"), "3558");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "total"), "3558");
}

TEST(Paths, ABuyerWhoApprovesWhileTheChargeIsBeingCanceledGetsTheMoneyBackAndMayPayAgain) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}, {"FIVE"}});
  ASSERT_TRUE(world.complete(id, "k1", "tok_action"));
  world.outside.clock.advance(minutes{16});
  world.outside.wire->hold();
  std::optional<Result<std::size_t>> ticked;
  world.start(world.process->completer.resume_lapsed(), ticked);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  world.outside.wire->let_go();
  world.outside.wire->hold();
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  ASSERT_EQ(world.outside.wire->seen.back().method, "POST") << "asked, and now it gives up";
  world.approve();
  world.outside.wire->let_go();
  world.run_until([&] { return ticked.has_value(); });
  EXPECT_EQ(world.booked("SELECT sum(amount - refunded) FROM charge"), 0);
  EXPECT_EQ(world.number("SELECT captured - refunded FROM attempt"), 0);
  EXPECT_EQ(world.number("SELECT count(*) FROM ledger"), 4);
  EXPECT_EQ(said(world.get(id).value(), "state"), "open");
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "declined");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Paths, AForkThatLostItsEpochNeverCompletes) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.flush();
  const CheckoutId checkout{id};
  checkout::Sessions& sessions = world.process->sessions;
  ASSERT_TRUE(world.update(id, Basket{{{"mug", 9}}}));
  const auto fork = world.run(sessions.load(kShop, checkout)).value();
  // As when another process opens it from the journal: the Store's epoch rises.
  ASSERT_TRUE(world.run(sessions.forget(kShop, checkout)));
  ASSERT_TRUE(world.run(sessions.load(kShop, checkout)));
  ASSERT_TRUE(world.run(sessions.forget(kShop, checkout)));
  ASSERT_TRUE(world.run(sessions.save(fork, std::nullopt)).value());
  const Answer told = world.complete(id, "k1").value();
  EXPECT_EQ(said(told, "verdict"), "price_changed") << "nine were seen, the Store knows of one";
  EXPECT_EQ(said(told, "total"), "2071");
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
}

asio::awaitable<void> flush_often(World& world) {
  for (int i = 0; i < 20; ++i) (void)co_await world.process->sessions.flush();
}

TEST(Paths, WhatIsBeingJournaledIsNotServedAfterACompletion) {
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    World world(seed);
    const std::string id = world.create(Basket{{{"mug", 1}}});
    asio::co_spawn(world.outside.io, flush_often(world), asio::detached);
    const Answer done = world.complete(id, "k1").value();
    world.outside.clock.advance(hours{7});
    const auto again = world.complete(id, "k1");
    ASSERT_TRUE(again) << seed << ": " << again.error().detail;
    EXPECT_EQ(*again.value().body, *done.body) << seed;
    world.run(world.process->sessions.flush()).value();
    world.outside.io.run();
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

asio::awaitable<Result<std::size_t>> resume_after_the_lease(World& world) {
  co_await world.outside.turns.wait();
  world.outside.clock.advance(seconds{21});
  auto moved = co_await world.process->completer.resume_lapsed();
  co_return moved;
}

TEST(Paths, AnOwnerThatSleptThroughItsLeaseAndADeclineHasNothingLeftToDo) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    World world(seed);
    const std::string id = world.create(Basket{{{"mug", 1}}, {"FIVE"}});
    world.outside.wire->plan({Fault::kLoseReply});
    ASSERT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "unknown");
    world.outside.clock.advance(seconds{2});
    std::optional<Result<std::size_t>> slow;
    std::optional<Result<std::size_t>> successor;
    world.start(world.process->completer.resume_lapsed(), slow);
    world.start(resume_after_the_lease(world), successor);
    world.run_until([&] { return slow && successor; });
    world.outside.clock.advance(seconds{30});
    world.tick();
    EXPECT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "declined") << seed;
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

TEST(Paths, AReplayDoesNotDependOnWhatThisProcessHasHeardOfTheCompletion) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const CheckoutId checkout{id};
  checkout::Sessions& sessions = world.process->sessions;
  const auto open = world.run(sessions.load(kShop, checkout)).value();
  const Answer done = world.complete(id, "k1").value();
  // As between the commit of a completion and its way into the cache.
  ASSERT_TRUE(world.run(sessions.forget(kShop, checkout)));
  ASSERT_TRUE(world.run(sessions.save(open, std::nullopt)).value());
  world.outside.merchant.set_price("mug", 1300);
  EXPECT_EQ(*world.complete(id, "k1").value().body, *done.body) << "although the price moved";
  EXPECT_EQ(world.complete(id, "k1", "tok_other").error().code, Errc::kIdempotencyConflict);
  world.outside.clock.advance(hours{7});
  ASSERT_TRUE(world.run(sessions.forget(kShop, checkout)));
  EXPECT_EQ(*world.complete(id, "k1").value().body, *done.body);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
}

/// Random steps on one checkout; each may be the one at which the process dies.
class Walk {
 public:
  Walk() : id_(world_.create(Basket{{{"mug", 1}}, {"FIVE"}, "jane@shop.example"})) { world_.flush(); }

  void step(int what, int detail) {
    try {
      act(what, detail);
    } catch (const ProcessKilled&) {
      world_.kill_and_restart();
    }
  }

  /// Everybody decides, time passes, and every final answer is asked for again.
  void end() {
    world_.process->fate.spare();
    world_.outside.wire->plan({});
    for (int round = 0; round < 6; ++round) {
      world_.approve();
      world_.outside.clock.advance(minutes{6});
      world_.tick();
      world_.expire();
    }
    const auto requests = witness_.requests();
    for (const auto& [name, request] : requests) pay(request);
  }

  std::vector<std::string> violations(bool quiet) {
    auto found = world_.violations(quiet, witness_.orders());
    found.insert(found.end(), witness_.complaints().begin(), witness_.complaints().end());
    return found;
  }

 private:
  void act(int what, int detail) {
    constexpr const char* kTokens[] = {"tok_ok", "tok_declined", "tok_action", "tok_timeout_after_charge", "tok_500"};
    const auto pick = static_cast<std::size_t>(detail);
    switch (what) {
      case 0: return pay(Request{id_, "k" + std::to_string(detail % 4), kTokens[pick % std::size(kTokens)]});
      case 1: return pay(Request{id_, "n" + std::to_string(++keys_), kTokens[pick % std::size(kTokens)]});
      case 2: return world_.outside.merchant.set_price("mug", 1200 + detail);
      case 3: return world_.outside.clock.advance(detail % 8 == 0 ? std::chrono::seconds{hours{7}} : minutes{detail});
      case 4: return (void)world_.tick();
      case 5: return (void)world_.expire();
      case 6: return world_.approve(detail % 2 == 0);
      case 7: return world_.outside.wire->plan({static_cast<Fault>(pick % 4), static_cast<Fault>(pick / 4 % 4)});
      case 8: return world_.process->fate.die_at_point(kPathPoints[pick % std::size(kPathPoints)], 1 + detail % 3);
      case 9: return (void)world_.update(id_, Basket{{{"mug", 1 + detail % 3}}, {"FIVE"}, "jane@shop.example"});
      case 10: return detail % 4 == 0 ? cancel() : (void)world_.get(id_);
      default: return (void)world_.flush();
    }
  }

  void pay(const Request& request) {
    const bool after_final = witness_.final_of(request) != nullptr;
    witness_.heard(request, after_final, world_.complete(request.checkout, request.key, request.token), std::nullopt);
  }

  void cancel() {
    if (world_.cancel(id_, "x" + std::to_string(++keys_))) witness_.heard_canceled(id_);
  }

  World world_;
  Witness witness_;
  std::string id_;
  int keys_{0};
};

RC_GTEST_PROP(Paths, WhateverHappensInWhateverOrder, ()) {
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 12), rc::gen::inRange(0, 60)));
  Walk walk;
  for (const auto& [what, detail] : steps) {
    walk.step(what, detail);
    RC_ASSERT(walk.violations(false) == std::vector<std::string>{});
  }
  walk.end();
  RC_ASSERT(walk.violations(true) == std::vector<std::string>{});
}

}  // namespace
}  // namespace kassa::sim
