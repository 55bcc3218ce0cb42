#include <gtest/gtest.h>

#include "services/platform/redis/recent_sessions.hpp"

namespace kassa::platform {
namespace {

struct Sized final : ports::SessionValue {
  explicit Sized(std::size_t bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t bytes() const noexcept override { return bytes_; }
  std::size_t bytes_;
};

ports::SessionEntry sized(std::int64_t n, std::size_t bytes) {
  ports::SessionEntry out;
  out.version.n = n;
  out.value = std::make_shared<const Sized>(bytes);
  return out;
}

TEST(RecentSessions, KeepsTheLastCopyOfEach) {
  RecentSessions recent(1'000'000);
  EXPECT_FALSE(recent.find("a"));
  recent.keep("a", sized(1, 100));
  recent.keep("a", sized(2, 100));
  EXPECT_EQ(recent.find("a")->version.n, 2);
  recent.forget("a");
  recent.forget("a");
  EXPECT_FALSE(recent.find("a"));
}

TEST(RecentSessions, StaysWithinItsBytes) {
  constexpr std::size_t kBytes = 160'000;
  constexpr std::size_t kEach = 1'000;
  RecentSessions recent(kBytes);
  for (int i = 0; i < 1'000; ++i) recent.keep(std::to_string(i), sized(1, kEach));
  std::size_t held = 0;
  for (int i = 0; i < 1'000; ++i) held += recent.find(std::to_string(i)) ? 1 : 0;
  EXPECT_LE(held, kBytes / kEach);
  EXPECT_GE(held, kBytes / kEach / 2);
}

TEST(RecentSessions, WhatWasUsedLeastRecentlyLeavesFirst) {
  RecentSessions recent(16 * 10'000);
  recent.keep("used", sized(1, 2'000));
  for (int i = 0; i < 2'000; ++i) {
    ASSERT_TRUE(recent.find("used")) << i;
    recent.keep(std::to_string(i), sized(1, 2'000));
  }
}

TEST(RecentSessions, WhatIsLargerThanItsShareIsNotKept) {
  RecentSessions recent(16'000);
  recent.keep("large", sized(1, 50'000));
  EXPECT_FALSE(recent.find("large"));
}

}  // namespace
}  // namespace kassa::platform
