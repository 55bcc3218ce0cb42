#include <gtest/gtest.h>

#include "services/platform/redis/breaker.hpp"

namespace kassa::platform {
namespace {

using namespace std::chrono_literals;

class BreakerTest : public testing::Test {
 protected:
  void open() {
    for (int i = 0; i < Breaker::kFailuresToOpen; ++i) opened = breaker.failed(now);
  }
  Breaker breaker;
  Breaker::Time now{100s};
  bool opened{false};
};

TEST_F(BreakerTest, OpensAfterFailuresInARow) {
  for (int round = 0; round < 5; ++round) {
    EXPECT_FALSE(breaker.failed(now));
    EXPECT_FALSE(breaker.failed(now));
    EXPECT_TRUE(breaker.allows(now));
    EXPECT_FALSE(breaker.succeeded(now)) << "a success starts the count anew";
  }
  open();
  EXPECT_TRUE(opened);
  EXPECT_FALSE(breaker.allows(now));
}

TEST_F(BreakerTest, LetsOneProbeThroughAtATime) {
  open();
  EXPECT_FALSE(breaker.allows(now + Breaker::kOpenTime - 1ms));
  now += Breaker::kOpenTime;
  EXPECT_TRUE(breaker.allows(now));
  EXPECT_FALSE(breaker.allows(now)) << "the probe is on its way";
  EXPECT_FALSE(breaker.failed(now + 20ms)) << "it was open already";
  EXPECT_FALSE(breaker.allows(now + Breaker::kOpenTime));
  EXPECT_TRUE(breaker.allows(now + 20ms + Breaker::kOpenTime));
}

TEST_F(BreakerTest, ClosesAfterTwoGoodProbes) {
  open();
  now += Breaker::kOpenTime;
  EXPECT_TRUE(breaker.allows(now));
  EXPECT_FALSE(breaker.succeeded(now + 1ms));
  EXPECT_TRUE(breaker.is_open());
  EXPECT_TRUE(breaker.allows(now + 1ms)) << "the next probe need not wait";
  EXPECT_TRUE(breaker.succeeded(now + 2ms));
  EXPECT_FALSE(breaker.is_open());
  EXPECT_TRUE(breaker.allows(now + 2ms));
}

TEST_F(BreakerTest, AProbeThatNeverComesBackIsNotTheLast) {
  open();
  now += Breaker::kOpenTime;
  EXPECT_TRUE(breaker.allows(now));
  EXPECT_TRUE(breaker.allows(now + Breaker::kOpenTime));
}

}  // namespace
}  // namespace kassa::platform
