// Processes that end: what a reopened checkout still knows, what the journal may lose, and every commit as the last
// one.

#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using Moment = Fate::Moment;
using ::testing::IsEmpty;

TEST(Restart, AJournaledCheckoutGoesOnAsIfNothingHappened) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}, {"TEN"}, "jane@shop.example"});
  const std::string total = said(world.get(id).value(), "total");
  world.restart_politely();
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed") << "the last edit is the last seen";
  EXPECT_EQ(said(world.get(id).value(), "total"), total);
}

TEST(Restart, AfterAKillTheLastEditCountsOnlyIfItWasTheLastOneSeen) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  world.flush();
  world.kill_and_restart();
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");

  const std::string lost = world.create(Basket{{{"mug", 1}}});
  world.flush();
  ASSERT_TRUE(world.update(lost, Basket{{{"mug", 9}}}));
  world.kill_and_restart();
  const Answer asked = world.complete(lost, "k1").value();
  EXPECT_EQ(said(asked, "verdict"), "price_changed") << "nine mugs were seen last, one is known";
  EXPECT_EQ(said(asked, "total"), "2071");
  EXPECT_EQ(*world.complete(lost, "k1").value().body, *asked.body);
  EXPECT_EQ(said(world.complete(lost, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Restart, AfterAPowerCutEveryOpenCheckoutAsksOnceMore) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  world.flush();
  world.reboot();
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "price_changed");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
}

TEST(Restart, ALostEditIsNotForgottenByASecondKill) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.flush();
  ASSERT_TRUE(world.update(id, Basket{{{"mug", 9}}}));
  world.kill_and_restart();
  Basket bad{{{"mug", 0}}};
  ASSERT_FALSE(world.update(id, bad)) << "opens it again but saves nothing";
  world.kill_and_restart();
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "price_changed");
}

TEST(Restart, ACheckoutThatWasNeverJournaledIsUnknown) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.kill_and_restart();
  EXPECT_EQ(world.get(id).error().code, Errc::kNotFound);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kNotFound);
}

TEST(Restart, AJournalThatCannotBeWrittenLosesNothing) {
  World world;
  const std::string one = world.create(Basket{{{"mug", 1}}});
  const std::string two = world.create(Basket{{{"mug", 2}}});
  world.process->main.refuse("journal", 2);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(world.run(world.process->sessions.flush()));
  ASSERT_TRUE(world.update(one, Basket{{{"mug", 5}}}));
  EXPECT_EQ(said(world.get(two).value(), "total"), "3558") << "the cache still serves";
  EXPECT_EQ(world.flush(), 2U);
  EXPECT_EQ(world.flush(), 0U);
  world.kill_and_restart();
  EXPECT_EQ(said(world.get(one).value(), "total"), "8021") << "the newest value was written";
  EXPECT_EQ(said(world.complete(two, "k1").value(), "verdict"), "completed");
}

TEST(Restart, AStoreThatRefusesACompletionLeavesTheCheckoutPayable) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.process->main.refuse("reserve", 1);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kStoreUnavailable);
  EXPECT_EQ(world.outside.wire->count("POST"), 0U);
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Restart, AnOutcomeThatCouldNotBeWrittenIsFoundAgain) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.process->main.refuse("outcome", 1);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kStoreUnavailable);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kIdempotencyInFlight) << "the lease is still held";
  world.outside.clock.advance(std::chrono::seconds{21});
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Restart, AnswersKeptWithACheckoutAreBoundedAfterARestartToo) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(world.update(id, Basket{{{"mug", i}}}, "u" + std::to_string(i)));
    world.flush();
    world.outside.clock.advance(std::chrono::seconds{1});
  }
  world.restart_politely();
  const auto session = world.run(world.process->sessions.load(kShop, CheckoutId{id})).value();
  EXPECT_EQ(session->answers.size(), limits::kStoredAnswersPerSessionMax);
  EXPECT_TRUE(world.update(id, Basket{{{"mug", 20}}}, "u20").value().replayed);
}

/// Buys with a kill at one commit; then the completer, and retries until the answer is final.
std::string buy_with_a_kill(World& world, const std::string& token, std::int64_t commit, Moment moment) {
  const std::string id = world.create(Basket{{{"mug", 1}}, {"FIVE"}, "jane@shop.example"});
  world.flush();
  world.process->fate.die_at(commit, moment);
  bool killed = false;
  try {
    (void)world.complete(id, "k1", token);
  } catch (const ProcessKilled&) {
    killed = true;
  }
  world.kill_and_restart();
  world.tick();
  auto retry = world.complete(id, "k1", token);
  // Killed before its first commit, the purchase only begins now, and its first answer may be lost.
  if (retry && said(retry.value(), "verdict") == "unknown") retry = world.complete(id, "k1", token);
  if (!retry) return std::string(describe(retry.error().code).slug);
  const Answer again = world.complete(id, "k1", token).value();
  EXPECT_EQ(*again.body, *retry.value().body);
  return (killed ? "killed " : "") + said(retry.value(), "verdict");
}

struct KillCase {
  const char* token;
  const char* verdict;
};

TEST(Restart, AKillBeforeOrAfterAnyCommitEndsTheSameWay) {
  for (const KillCase& row : {KillCase{"tok_ok", "completed"}, KillCase{"tok_declined", "declined"},
                              KillCase{"tok_timeout_after_charge", "completed"}}) {
    for (const Moment moment : {Moment::kBeforeCommit, Moment::kAfterCommit}) {
      std::int64_t commit = 1;
      for (bool killed = true; killed; ++commit) {
        World world;
        const std::string what = std::string(row.token) + " commit " + std::to_string(commit);
        const std::string outcome = buy_with_a_kill(world, row.token, commit, moment);
        killed = outcome.starts_with("killed ");
        EXPECT_TRUE(outcome.ends_with(row.verdict)) << what << ": " << outcome;
        EXPECT_THAT(world.violations(), IsEmpty()) << what;
        EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1) << what;
        ASSERT_LT(commit, 20) << "a purchase has few commits";
      }
      EXPECT_GE(commit, 3) << "at least reserve and outcome";
    }
  }
}

TEST(Restart, AKillInsideRecoveryIsRecoveredFrom) {
  for (std::int64_t commit = 1; commit <= 4; ++commit) {
    for (const Moment moment : {Moment::kBeforeCommit, Moment::kAfterCommit}) {
      World world;
      const std::string id = world.create(Basket{{{"mug", 1}}});
      ASSERT_EQ(said(world.complete(id, "k1", "tok_timeout_after_charge").value(), "verdict"), "unknown");
      world.outside.clock.advance(std::chrono::seconds{2});
      world.process->fate.die_at(commit, moment);
      try {
        world.tick();
      } catch (const ProcessKilled&) {
        SUCCEED();
      }
      world.kill_and_restart();
      world.tick();
      EXPECT_EQ(said(world.complete(id, "k1", "tok_timeout_after_charge").value(), "verdict"), "completed") << commit;
      EXPECT_THAT(world.violations(), IsEmpty()) << commit;
    }
  }
}

}  // namespace
}  // namespace kassa::sim
