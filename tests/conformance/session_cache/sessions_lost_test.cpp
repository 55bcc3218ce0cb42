// Two nodes of a service when Redis is emptied or away: nobody is shown less than what the Store was told, and what was
// accepted counts only where nobody can have been shown anything newer.

#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include "services/checkout/statements.hpp"
#include "tests/conformance/session_cache/two_nodes.hpp"

namespace kassa::checkout {
namespace {

using namespace std::chrono_literals;

TEST_F(SharedSessions, AfterAFlushTheJournalServesAndNothingAcceptedCounts) {
  create();
  ASSERT_TRUE(change(a, "hash 2"));
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(accepted(a), "nothing") << "another node may have shown something newer";
  EXPECT_GT(version(a), (ports::SessionVersion{0, 2})) << "under an epoch of its own";
  EXPECT_EQ(version(b), version(a));
  EXPECT_EQ(run(b.sessions.load(kShop, kOne)).value()->answers.size(), 1U);
}

TEST_F(SharedSessions, AForkThatWasLostInAFlushLosesInTheJournal) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  ASSERT_TRUE(change(b, "hash of b"));  // Not yet in the journal when Redis forgets it.
  static_cast<void>(redis.command({"FLUSHALL"}));
  ASSERT_TRUE(change(a, "hash of a"));
  ASSERT_TRUE(run(b.sessions.flush()));
  ASSERT_TRUE(run(a.sessions.flush()));
  EXPECT_EQ(accepted(a), "hash of a");
  EXPECT_EQ(accepted(b), "hash of a");
}

asio::awaitable<void> flush(Sessions& sessions) {
  const auto flushed = co_await sessions.flush();
  EXPECT_TRUE(flushed);
}

TEST_F(SharedSessions, WhatAFlushTookBeforeItsRowWasWrittenIsWaitedFor) {
  create();
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(run(b.sessions.load_at_once(kShop, kOne)).error().code, Errc::kNotFound);
  asio::steady_timer journal(shared.io, 100ms);
  journal.async_wait([this](const boost::system::error_code&) {
    asio::co_spawn(shared.io, flush(a.sessions), boost::asio::detached);
  });
  EXPECT_EQ(accepted(b), "nothing");
  const CheckoutId nobodys{"chk_" + std::string(36, 'z')};
  EXPECT_EQ(run(b.sessions.load(kShop, nobodys)).error().code, Errc::kNotFound);
}

TEST_F(SharedSessions, OfTwoCreatesUnderOneKeyAroundAFlushTheOneThatIsWrittenStays) {
  create();  // By a; its id follows from its key.
  static_cast<void>(redis.command({"FLUSHALL"}));
  const auto second = session_of(b, "hash of b");
  for (const char* name : {"key 1", "key of b"}) add_answer(*second, name, "{\"of\":\"b\"}");
  ASSERT_TRUE(run(b.sessions.save(second, std::nullopt)).value());
  ASSERT_TRUE(run(a.sessions.flush()));
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_TRUE(shared.log.saw("session.fork_dropped"));
  for (Node* node : {&a, &b}) {
    EXPECT_EQ(accepted(*node), "nothing") << "both have been shown: the shopper is asked";
    const auto session = run(node->sessions.load(kShop, kOne)).value();
    EXPECT_EQ(session->buyer.email, "ann@example.com");
    ASSERT_EQ(session->answers.size(), 1U) << "answers of the other one are nobody's";
    EXPECT_EQ(*session->answers[0]->body, "{\"n\":1}");
  }
  EXPECT_TRUE(change(b, "hash 2"));
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_EQ(accepted(a), "hash 2");
}

TEST_F(SharedSessions, AnEditAfterADeclineThatAFlushLostIsNotBoughtWithout) {
  const auto open = create();
  // A declined payment leaves an open session behind, whose row was written before its buyer was answered.
  auto declined = std::make_shared<Session>(*open);
  declined->version.epoch += 1;
  declined->version.n += 1;
  declined->answers.clear();
  const auto key = run(a.persons.key_of(kShop, open->person)).value();
  ports::Transaction settle("settle", kShop);
  settle.add(statements::journal_checkout(*declined, a.sessions.sealed(*declined, nullptr, key)));
  ASSERT_TRUE(run(shared.main->commit(std::move(settle))).value().applied);
  run_void(a.sessions.adopt(declined));
  EXPECT_EQ(accepted(b), "hash 1");
  ASSERT_TRUE(change(a, "hash 2"));  // Shown, and not yet in the journal.
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(accepted(b), "nothing") << "hash 1 was accepted before hash 2 was shown";
}

TEST_F(SharedSessions, WhileRedisIsAwayTheStoreServesAndCompares) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  go_away();
  EXPECT_EQ(accepted(b), "nothing") << "the journal follows the answer, so there may have been a newer one";
  const auto base_a = run(a.sessions.load(kShop, kOne)).value();
  const auto base_b = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_TRUE(save_on(a, base_a, "hash a"));
  EXPECT_FALSE(save_on(b, base_b, "hash b"));
  EXPECT_EQ(accepted(b), "hash a") << "it was written before it was answered";
  EXPECT_TRUE(change(b, "hash b"));
  EXPECT_EQ(accepted(a), "hash b");
  come_back();
  EXPECT_EQ(accepted(a), "hash b");
  EXPECT_EQ(accepted(b), "hash b");
  EXPECT_TRUE(change(b, "hash c"));
  EXPECT_EQ(accepted(a), "hash c");
}

TEST_F(SharedSessions, ACheckoutCanBeginWhileRedisIsAway) {
  go_away();
  create();
  EXPECT_EQ(accepted(b), "hash 1");
  EXPECT_TRUE(change(b, "hash 2"));
  come_back();
  EXPECT_EQ(accepted(a), "hash 2");
}

TEST_F(SharedSessions, WhatRedisSleptThroughIsDroppedWhenItIsBack) {
  fall_behind();
  ASSERT_TRUE(eventually([&] { return run(a.cache.get(kShop, kOne)).has_value(); }));
  EXPECT_EQ(accepted(a), "hash 2") << "this node knows better than its cache";
}

TEST_F(SharedSessions, TheBackgroundTellsRedisWhatItMissed) {
  fall_behind();
  const bool told = eventually([&] {
    static_cast<void>(run(a.sessions.flush()));
    return redis.command({"EXISTS", platform::RedisSessionCache::key_of(kShop, kOne)}).integer == 0;
  });
  EXPECT_TRUE(told);
  ASSERT_TRUE(eventually([&] { return run(b.cache.get(kShop, kOne)).has_value(); }));
  EXPECT_EQ(accepted(b), "hash 2");
}

TEST_F(SharedSessions, ANodeThatWentOnWithTheOldForkGivesItUp) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  const auto base = run(b.sessions.load(kShop, kOne)).value();
  Node cut_off(shared, "redis://127.0.0.1:1");  // Redis is away for this one only.
  ASSERT_TRUE(change(cut_off, "hash of the cut off"));
  ASSERT_TRUE(save_on(b, base, "hash of the fork"));
  EXPECT_EQ(accepted(a), "hash of the fork");
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_TRUE(shared.log.saw("session.fork_dropped"));
  EXPECT_EQ(accepted(a), "nothing") << "both have been shown: the shopper is asked";
  EXPECT_EQ(accepted(cut_off), "nothing");
}

TEST_F(SharedSessions, ForgettingWorksWithoutRedis) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  go_away();
  EXPECT_TRUE(run(a.sessions.forget(kShop, kOne)));
  EXPECT_TRUE(run(a.sessions.load(kShop, kOne)));
}

}  // namespace
}  // namespace kassa::checkout
