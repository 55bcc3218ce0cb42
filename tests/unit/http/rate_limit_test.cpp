// Token buckets and the limiter around them, on a clock that the test owns.

#include "services/http/rate_limit.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

namespace kassa::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

RateLimits limits(std::int64_t per_second, std::int64_t burst, std::int64_t inflight = 0) {
  RateLimits made;
  made.per_second = per_second;
  made.burst = burst;
  made.inflight_max = inflight;
  return made;
}

TEST(TokenBucket, gives_a_burst_and_then_its_rate) {
  TokenBucket bucket;
  const RateLimits four = limits(10, 4);
  nanoseconds now{seconds{5}};
  for (int n = 0; n < 4; ++n) EXPECT_EQ(bucket.take(now, four), nanoseconds{0}) << n;
  EXPECT_EQ(bucket.take(now, four), milliseconds{100});
  EXPECT_EQ(bucket.take(now + milliseconds{40}, four), milliseconds{60});
  EXPECT_EQ(bucket.take(now + milliseconds{100}, four), nanoseconds{0});
  EXPECT_FALSE(bucket.is_full(now + milliseconds{499}));
  EXPECT_TRUE(bucket.is_full(now + milliseconds{500}));
}

TEST(TokenBucket, is_full_after_any_rest_and_holds_no_more_than_the_burst) {
  TokenBucket bucket;
  const RateLimits two = limits(1, 2);
  EXPECT_EQ(bucket.take(nanoseconds{0}, two), nanoseconds{0});
  const nanoseconds later = std::chrono::hours{24 * 365};
  EXPECT_EQ(bucket.take(later, two), nanoseconds{0});
  EXPECT_EQ(bucket.take(later, two), nanoseconds{0});
  EXPECT_GT(bucket.take(later, two), nanoseconds{0});
}

RC_GTEST_PROP(TokenBucket, never_gives_more_than_burst_and_rate_allow, ()) {
  const RateLimits some = limits(*rc::gen::inRange<std::int64_t>(1, 2'000), *rc::gen::inRange<std::int64_t>(1, 500));
  const auto steps = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 50'000'000));
  TokenBucket bucket;
  nanoseconds now{0};
  std::int64_t taken = 0;
  for (const std::int64_t step : steps) {
    now += nanoseconds{step};
    const nanoseconds wait = bucket.take(now, some);
    taken += wait == nanoseconds{0} ? 1 : 0;
    // What was refused is given as soon as it was said to be.
    if (wait > nanoseconds{0}) {
      TokenBucket later = bucket;
      RC_ASSERT(later.take(now + wait, some) == nanoseconds{0});
      RC_ASSERT(later.take(now + wait, some) > nanoseconds{0});
    }
  }
  RC_ASSERT(taken <= some.burst + now.count() / (1'000'000'000 / some.per_second));
}

TEST(RateLimiter, lets_several_hundred_requests_a_minute_from_one_client_pass) {
  RateLimiter limiter(RateLimits{});
  for (int n = 0; n < 3'000; ++n) {
    EXPECT_TRUE(limiter.admit("key", milliseconds{20} * n).admitted()) << n;
  }
}

TEST(RateLimiter, refuses_one_principal_and_not_another) {
  RateLimiter limiter(limits(1, 2));
  EXPECT_TRUE(limiter.admit("a", seconds{1}).admitted());
  EXPECT_TRUE(limiter.admit("a", seconds{1}).admitted());
  EXPECT_EQ(limiter.admit("a", seconds{1}).retry_after, seconds{1});
  EXPECT_TRUE(limiter.admit("b", seconds{1}).admitted());
  EXPECT_TRUE(limiter.admit("a", seconds{2}).admitted());
}

TEST(RateLimiter, says_in_whole_seconds_when_to_come_back) {
  RateLimiter limiter(limits(1, 1));
  ASSERT_TRUE(limiter.admit("a", nanoseconds{0}).admitted());
  EXPECT_EQ(limiter.admit("a", milliseconds{1}).retry_after, seconds{1});
}

TEST(RateLimiter, counts_what_is_under_way_until_the_permit_goes) {
  RateLimiter limiter(limits(0, 1, 2));
  auto first = limiter.admit("a", nanoseconds{0});
  auto second = limiter.admit("a", nanoseconds{0});
  ASSERT_TRUE(first.admitted() && second.admitted());
  EXPECT_EQ(limiter.admit("a", nanoseconds{0}).retry_after, seconds{1});
  EXPECT_TRUE(limiter.admit("b", nanoseconds{0}).admitted());
  RateLimiter::Permit moved = std::move(first.permit);
  EXPECT_FALSE(limiter.admit("a", nanoseconds{0}).admitted());
  moved = RateLimiter::Permit{};
  EXPECT_TRUE(limiter.admit("a", nanoseconds{0}).admitted());
}

TEST(RateLimiter, is_off_when_both_limits_are) {
  RateLimiter limiter(limits(0, 1, 0));
  for (int n = 0; n < 10'000; ++n) ASSERT_TRUE(limiter.admit("a", nanoseconds{0}).admitted());
  EXPECT_EQ(limiter.size(), 0U);
}

TEST(RateLimiter, forgets_rested_principals_and_only_those) {
  RateLimits few = limits(1, 2);
  few.principals_max = 64;
  RateLimiter limiter(few);
  for (int n = 0; n < 10'000; ++n) {
    const auto admission = limiter.admit("p" + std::to_string(n), seconds{10} * n);
    ASSERT_TRUE(admission.admitted()) << n;
  }
  EXPECT_LE(limiter.size(), 64U);
  // All at once: whoever finds no room is refused, and a refused principal does not become a fresh one.
  std::size_t refused = 0;
  for (int n = 0; n < 10'000; ++n)
    refused += limiter.admit("q" + std::to_string(n), seconds{1'000'000}).admitted() ? 0 : 1;
  EXPECT_LE(limiter.size(), 64U);
  EXPECT_GE(refused, 9'900U);
}

TEST(RateLimiter, keeps_its_counts_when_many_threads_ask) {
  RateLimiter limiter(limits(0, 1, 1'000'000));
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&limiter, t] {
      for (int n = 0; n < 2'000; ++n) {
        const auto admission = limiter.admit("p" + std::to_string((n + t) % 5), nanoseconds{n});
        ASSERT_TRUE(admission.admitted());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  RateLimits one = limits(0, 1, 1);
  RateLimiter strict(one);
  EXPECT_TRUE(strict.admit("p0", nanoseconds{0}).admitted());
  EXPECT_EQ(limiter.size(), 5U);
}

}  // namespace
}  // namespace kassa::http
