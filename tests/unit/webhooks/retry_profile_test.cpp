// When a failed event is tried again.

#include "services/webhooks/retry_profile.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kassa::webhooks {
namespace {

TEST(RetryProfile, is_quick_at_first_and_gives_up_after_five_days) {
  const auto days = [](std::int64_t n) { return Millis{std::chrono::hours{24 * n}}; };
  Millis total{};
  std::int64_t attempt = 1;
  for (auto wait = retry_after(kFiveDays, "evt_1", attempt); wait; wait = retry_after(kFiveDays, "evt_1", ++attempt)) {
    total += *wait;
    if (attempt == 2) {
      EXPECT_LT(total, Millis{2'500});
    }
  }
  EXPECT_EQ(attempt, 14);
  EXPECT_GT(total, days(4));
  EXPECT_LE(total, days(5));
}

RC_GTEST_PROP(RetryProfile, shortens_each_wait_by_a_tenth_at_most_and_always_alike, (std::string event)) {
  for (std::size_t i = 0; i < kFiveDays.size(); ++i) {
    const auto attempt = static_cast<std::int64_t>(i + 1);
    const Millis wait = retry_after(kFiveDays, event, attempt).value();
    RC_ASSERT(wait <= kFiveDays[i]);
    RC_ASSERT(wait * 10 >= kFiveDays[i] * 9);
    RC_ASSERT(wait == retry_after(kFiveDays, event, attempt).value());
  }
}

TEST(RetryProfile, keeps_events_that_failed_together_apart) {
  EXPECT_NE(retry_after(kFiveDays, "evt_1", 4), retry_after(kFiveDays, "evt_2", 4));
}

}  // namespace
}  // namespace kassa::webhooks
