// What every session cache promises, embedded or shared.

#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>

#include "tests/conformance/session_cache/backend.hpp"

namespace kassa {
namespace {

using namespace std::chrono_literals;

class SessionCacheConformance : public testing::TestWithParam<CacheBackend> {
 protected:
  /// One backend for all tests of a row: a cluster takes seconds to come up.
  static std::unique_ptr<CacheUnderTest>& of(const CacheBackend& backend) {
    static std::map<std::string, std::unique_ptr<CacheUnderTest>> all;
    auto& found = all[backend.name];
    if (!found) found = backend.make();
    return found;
  }

  void SetUp() override {
    test = of(GetParam()).get();
    test->begin();
  }

  Result<std::optional<SessionEntry>> get(const CheckoutId& id = kOne, std::size_t node = 0) {
    return test->run(test->node(node).get(kShop, id));
  }
  bool put(std::optional<SessionVersion> expected, SessionEntry value, std::size_t node = 0) {
    auto kept = test->run(test->node(node).put(kShop, kOne, expected, std::move(value)));
    if (!kept) throw std::runtime_error(kept.error().detail);
    return kept.value();
  }
  [[nodiscard]] SessionEntry made(SessionVersion version, std::string text, Millis life = 5min) const {
    return entry(test->clock, version, std::move(text), life);
  }

  CacheUnderTest* test{};
};

TEST_P(SessionCacheConformance, GivesBackWhatWasPut) {
  EXPECT_EQ(text_of(get().value()), "nothing");
  const SessionEntry first = made({3, 7}, std::string("a\0\xff{}", 5));
  ASSERT_TRUE(put(std::nullopt, first));
  for (const std::size_t node : {0U, 1U}) {
    const auto found = get(kOne, node).value();
    EXPECT_EQ(text_of(found), text_of(first));
    EXPECT_EQ(found->version, first.version);
    EXPECT_EQ(found->expires_at, first.expires_at);
  }
}

TEST_P(SessionCacheConformance, KeepsWhatAWholeCheckoutMayTake) {
  const std::string large(600'000, 'x');
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, large)));
  EXPECT_EQ(text_of(get(kOne, 1).value()), large);
}

struct Compared {
  const char* name;
  std::optional<SessionVersion> held;
  std::optional<SessionVersion> expected;
  bool stored;
};

TEST_P(SessionCacheConformance, StoresOnlyWhatWasComparedWell) {
  const Compared cases[] = {
      {"nothing is expected and nothing is there", {}, {}, true},
      {"nothing is expected and something is there", SessionVersion{1, 1}, {}, false},
      {"something is expected and nothing is there", {}, SessionVersion{1, 1}, false},
      {"what is expected is there", SessionVersion{1, 1}, SessionVersion{1, 1}, true},
      {"an older write is expected", SessionVersion{1, 2}, SessionVersion{1, 1}, false},
      {"a newer write is expected", SessionVersion{1, 1}, SessionVersion{1, 2}, false},
      {"another epoch is expected", SessionVersion{2, 1}, SessionVersion{1, 1}, false},
      {"numbers beyond one byte are told apart", SessionVersion{1, 256}, SessionVersion{1, 1}, false},
  };
  for (const Compared& c : cases) {
    test->begin();
    if (c.held) {
      ASSERT_TRUE(put(std::nullopt, made(*c.held, "old"))) << c.name;
    }
    EXPECT_EQ(put(c.expected, made({9, 9}, "new"), 1), c.stored) << c.name;
    const char* const there = c.stored ? "new" : c.held ? "old" : "nothing";
    EXPECT_EQ(text_of(get().value()), there) << c.name;
    EXPECT_EQ(text_of(get(kOne, 1).value()), there) << c.name;
  }
}

TEST_P(SessionCacheConformance, DroppedIsGone) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a")));
  EXPECT_TRUE(test->run(test->node(1).drop(kShop, kOne)));
  EXPECT_EQ(text_of(get().value()), "nothing");
  EXPECT_TRUE(test->run(test->node(0).drop(kShop, kOne))) << "twice does no harm";
  EXPECT_FALSE(put(SessionVersion{0, 1}, made({0, 2}, "b")));
  EXPECT_TRUE(put(std::nullopt, made({1, 1}, "c")));
}

TEST_P(SessionCacheConformance, DropsOnlyWhatWasSeen) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a")));
  const SessionEntry seen = get().value().value();
  ASSERT_TRUE(put(SessionVersion{0, 1}, made({0, 2}, "b"), 1));
  const auto drop = [&](const SessionEntry& what) {
    return test->run(test->node(0).drop_seen(kShop, kOne, what)).value();
  };
  EXPECT_FALSE(drop(seen));
  EXPECT_EQ(text_of(get().value()), "b");
  const SessionEntry second = get().value().value();
  ASSERT_TRUE(test->run(test->node(1).drop(kShop, kOne)));
  ASSERT_TRUE(put(std::nullopt, made({0, 2}, "c"), 1));
  EXPECT_FALSE(drop(second)) << "another one of that version";
  EXPECT_EQ(text_of(get().value()), "c");
  EXPECT_TRUE(drop(get().value().value()));
  EXPECT_EQ(text_of(get(kOne, 1).value()), "nothing");
  EXPECT_TRUE(drop(second)) << "nothing is there";
}

TEST_P(SessionCacheConformance, ACheckoutBelongsToItsStore) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "mine")));
  const StoreId other{"other"};
  EXPECT_EQ(text_of(test->run(test->node(0).get(other, kOne)).value()), "nothing");
  EXPECT_TRUE(test->run(test->node(0).put(other, kOne, std::nullopt, made({0, 1}, "theirs"))).value());
  EXPECT_TRUE(test->run(test->node(0).drop(other, kOne)));
  EXPECT_EQ(text_of(get().value()), "mine");
}

TEST_P(SessionCacheConformance, ExpiredIsGone) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a", 60ms)));
  EXPECT_EQ(text_of(get().value()), "a");
  ASSERT_TRUE(test->outlive(60ms));
  EXPECT_EQ(text_of(get().value()), "nothing");
  EXPECT_FALSE(put(SessionVersion{0, 1}, made({0, 2}, "b")));
  EXPECT_TRUE(put(std::nullopt, made({1, 1}, "c")));
}

TEST_P(SessionCacheConformance, AWriteProlongsItsLife) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a", 60ms)));
  ASSERT_TRUE(put(SessionVersion{0, 1}, made({0, 2}, "b", 5min)));
  ASSERT_TRUE(test->outlive(60ms));
  EXPECT_EQ(text_of(get(kOne, 1).value()), "b");
}

TEST_P(SessionCacheConformance, WhatIsLostIsNotInvented) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a")));
  EXPECT_EQ(text_of(get().value()), "a");
  test->lose_everything();
  EXPECT_EQ(text_of(get().value()), "nothing") << "although this node saw it a moment ago";
  EXPECT_FALSE(put(SessionVersion{0, 1}, made({0, 2}, "b")));
  EXPECT_EQ(text_of(get().value()), "nothing");
}

asio::awaitable<void> add_up(ports::SessionCache& cache, const Clock& clock, int times, int& lost) {
  for (int done = 0; done < times;) {
    const auto read = co_await cache.get(kShop, kOne);
    const auto& held = read.value();
    SessionVersion next = held->version;
    next.n += 1;
    SessionEntry changed = entry(clock, next, std::to_string(std::stoi(text_of(held)) + 1));
    const auto kept = co_await cache.put(kShop, kOne, held->version, std::move(changed));
    if (kept.value()) {
      ++done;
    } else {
      ++lost;
    }
  }
}

TEST_P(SessionCacheConformance, NoWriteIsLostAmongManyWriters) {
  ASSERT_TRUE(put(std::nullopt, made({0, 0}, "0")));
  int lost = 0;
  constexpr int kWriters = 8;
  constexpr int kTimes = 20;
  int running = kWriters;
  for (int i = 0; i < kWriters; ++i) {
    asio::co_spawn(test->io, add_up(test->node(i % 2 == 0 ? 0 : 1), test->clock, kTimes, lost),
                   [&running](const std::exception_ptr& failed) {
                     EXPECT_FALSE(failed);
                     --running;
                   });
  }
  test->io.restart();
  while (running > 0) test->io.run_one();
  const auto end = get().value();
  EXPECT_EQ(text_of(end), std::to_string(kWriters * kTimes));
  EXPECT_EQ(end->version.n, kWriters * kTimes);
  if (test->node(0).shared()) {
    EXPECT_GT(lost, 0) << "the writers did not meet at all";
  }
}

TEST_P(SessionCacheConformance, ARecentCopyIsAHintThatAPutFindsOut) {
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a")));
  if (!test->node(0).shared()) {
    EXPECT_FALSE(test->node(0).recent(kShop, kOne)) << "a cache in this process has no second copy";
    return;
  }
  EXPECT_EQ(text_of(test->node(0).recent(kShop, kOne)), "a");
  ASSERT_TRUE(put(SessionVersion{0, 1}, made({0, 2}, "b"), 1));
  EXPECT_EQ(text_of(test->node(0).recent(kShop, kOne)), "a") << "nobody has told this node";
  EXPECT_FALSE(put(SessionVersion{0, 1}, made({0, 2}, "c")));
  EXPECT_EQ(text_of(test->node(0).recent(kShop, kOne)), "b") << "the refusal brought it";
}

TEST_P(SessionCacheConformance, WhatDidNotChangeIsNotDecodedAgain) {
  if (!test->node(0).shared()) return;
  ASSERT_TRUE(put(std::nullopt, made({0, 1}, "a")));
  const auto first = get(kOne, 1).value();
  EXPECT_EQ(get(kOne, 1).value()->value, first->value);
  ASSERT_TRUE(put(SessionVersion{0, 1}, made({0, 2}, "b")));
  EXPECT_EQ(text_of(get(kOne, 1).value()), "b");
}

INSTANTIATE_TEST_SUITE_P(All, SessionCacheConformance, testing::ValuesIn(cache_backends()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace kassa
