// The embedded session cache: compare and set, and what leaves when there is no more room.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "services/platform/store/memory_session_cache.hpp"
#include "tests/support/fakes.hpp"

namespace kassa::platform {
namespace {

class Weight final : public ports::SessionValue {
 public:
  explicit Weight(std::size_t bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t bytes() const noexcept override { return bytes_; }

 private:
  std::size_t bytes_;
};

template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& out) {
  out = co_await std::move(work);
}

class SessionCache : public testing::Test {
 protected:
  template <class T>
  static T now(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    std::optional<T> out;
    boost::asio::co_spawn(context, keep(std::move(work), out), boost::asio::detached);
    context.run();
    return std::move(*out);
  }
  bool put(MemorySessionCache& cache, const std::string& id, std::size_t bytes, std::int64_t n = 1) {
    ports::SessionEntry entry;
    entry.version.n = n;
    entry.expires_at = clock.now() + std::chrono::hours{1};
    entry.value = std::make_shared<Weight>(bytes);
    std::optional<ports::SessionVersion> expected;
    if (n > 1) expected = ports::SessionVersion{0, n - 1};
    return now(cache.put(store, CheckoutId{id}, expected, std::move(entry))).value();
  }
  bool has(MemorySessionCache& cache, const std::string& id) {
    return now(cache.get(store, CheckoutId{id})).value().has_value();
  }

  const StoreId store{"s1"};
  ManualClock clock;
};

constexpr std::size_t kStripes = 64;

TEST_F(SessionCache, stays_within_its_bytes_whatever_is_put) {
  constexpr std::size_t kMax = kStripes * 10'000;
  MemorySessionCache cache(clock, 1'000'000, kMax);
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_TRUE(put(cache, "chk_" + std::to_string(i), 1'000));
    ASSERT_LE(cache.bytes(), kMax);
  }
  EXPECT_GT(cache.bytes(), kMax * 8 / 10);
  EXPECT_EQ(cache.size() * 1'000, cache.bytes());
}

TEST_F(SessionCache, counts_what_a_value_has_grown_to) {
  MemorySessionCache cache(clock);
  ASSERT_TRUE(put(cache, "a", 1'000));
  ASSERT_TRUE(put(cache, "a", 5'000, 2));
  EXPECT_EQ(cache.bytes(), 5'000U);
  ASSERT_TRUE(now(cache.drop(store, CheckoutId{"a"})));
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(SessionCache, keeps_who_is_asked_for) {
  MemorySessionCache cache(clock, 1'000'000, kStripes * 20'000);
  ASSERT_TRUE(put(cache, "busy", 1'000));
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_TRUE(put(cache, "chk_" + std::to_string(i), 1'000));
    ASSERT_TRUE(has(cache, "busy")) << i;
  }
}

TEST_F(SessionCache, one_value_larger_than_its_share_is_kept_alone) {
  MemorySessionCache cache(clock, 1'000'000, kStripes * 1'000);
  ASSERT_TRUE(put(cache, "large", 50'000));
  EXPECT_TRUE(has(cache, "large"));
  ASSERT_TRUE(put(cache, "large", 60'000, 2));
  EXPECT_TRUE(has(cache, "large"));
}

TEST_F(SessionCache, expired_values_leave_and_give_their_bytes_back) {
  MemorySessionCache cache(clock);
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(put(cache, "old_" + std::to_string(i), 1'000));
  clock.advance(std::chrono::hours{2});
  EXPECT_FALSE(has(cache, "old_1"));
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(put(cache, "new_" + std::to_string(i), 1'000));
  EXPECT_EQ(cache.size(), 1'000U);
  EXPECT_EQ(cache.bytes(), 1'000'000U);
}

}  // namespace
}  // namespace kassa::platform
