#include "services/platform/obs/failpoints.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "services/platform/obs/system_clock.hpp"

namespace kassa::platform {
namespace {

TEST(FailpointsDeathTest, the_nth_hit_ends_the_process_by_sigkill) {
  auto points = EnvFailpoints::parse("reserve.after:3,reply.before:1").value();
  points->hit("reserve.after");
  points->hit("reserve.before");
  points->hit("reserve", "after");
  EXPECT_EXIT(points->hit("reserve.after"), ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(points->hit("reserve", "after"), ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(points->hit("reply.before"), ::testing::KilledBySignal(SIGKILL), "");
}

TEST(Failpoints, other_points_pass) {
  auto points = EnvFailpoints::parse("reserve.after:1").value();
  points->hit("reserve.before");
  points->hit("reserve");
  points->hit("reserveXafter");
  points->hit("reserve", "afte");
  points->hit("reserv", "e.after");
  points->hit("unheard.of");
}

TEST(Failpoints, a_wrong_setting_is_an_error_that_lists_the_points) {
  for (const char* bad : {"reserve.later:1", "reserve.after", "reserve.after:", "reserve.after:0", "reserve.after:-1",
                          "reserve.after:x", "reserve.after:1,nothing:2", ":1", "reserve.after:1:2", ","}) {
    const auto points = make_failpoints(bad);
    ASSERT_FALSE(points) << bad;
    for (const std::string& point : EnvFailpoints::points()) {
      EXPECT_NE(points.error().detail.find(point), std::string::npos) << bad << ": " << points.error().detail;
    }
  }
}

TEST(Failpoints, nothing_asked_for_means_nothing_happens) {
  auto points = make_failpoints("").value();
  for (const std::string& point : EnvFailpoints::points()) points->hit(point);
  points->hit("reserve", "after");
}

TEST(SystemClock, tells_time_that_moves_forward) {
  const SystemClock clock;
  EXPECT_GT(to_millis(clock.now()), 1'700'000'000'000);
  const auto before = clock.steady();
  EXPECT_GE(clock.steady(), before);
}

}  // namespace
}  // namespace kassa::platform
