// A machine whose clock is not the database's does not serve; how long the answer was on its way is no difference.

#include "services/app/clock_check.hpp"

#include <gtest/gtest.h>

#include "tests/support/fakes.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::app {
namespace {

using std::chrono::milliseconds;

/// A database somewhere else: its clock is `ahead` of ours, and its answer takes `way` to come.
class FarStore final : public ports::DurableStore {
 public:
  explicit FarStore(ManualClock& clock) : clock_(clock) {}
  Result<void> open(std::span<const std::pair<std::string_view, std::string_view>>) override { return ok(); }
  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction) override { co_return gone(); }
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step) override { co_return gone(); }
  Result<ports::Committed> commit_blocking(ports::Transaction) override { return gone(); }
  Result<std::vector<ports::Row>> query_blocking(ports::Step) override { return gone(); }
  asio::awaitable<Result<std::optional<Instant>>> server_time() override {
    clock_.advance(way / 2);
    const Instant there = clock_.now() + std::chrono::duration_cast<Millis>(ahead);
    clock_.advance(way / 2);
    if (away) co_return gone();
    if (here) co_return std::optional<Instant>{};
    co_return std::optional<Instant>{there};
  }

  milliseconds ahead{0};
  milliseconds way{0};
  bool away{false};
  bool here{false};

 private:
  static Error gone() { return {Errc::kStoreUnavailable, "away"}; }
  ManualClock& clock_;
};

class ClockCheckTest : public testing::Test {
 protected:
  Errc look(milliseconds ahead, milliseconds way = milliseconds{10}) {
    store_.ahead = ahead;
    store_.way = way;
    const auto looked = run(check_.look());
    return looked ? Errc::kOk : looked.error().code;
  }

  ManualClock clock_;
  FarStore store_{clock_};
  EventLog log_;
  SummingMetrics metrics_;
  ClockCheck check_{{store_, clock_, log_, metrics_}};
};

TEST_F(ClockCheckTest, clocks_a_few_seconds_apart_are_right_and_farther_apart_are_not) {
  struct Case {
    milliseconds ahead;
    Errc said;
  };
  for (const Case& one :
       {Case{milliseconds{0}, Errc::kOk}, Case{milliseconds{4'990}, Errc::kOk}, Case{milliseconds{-4'990}, Errc::kOk},
        Case{milliseconds{5'100}, Errc::kGuardFailed}, Case{milliseconds{-5'100}, Errc::kGuardFailed},
        Case{milliseconds{86'400'000}, Errc::kGuardFailed}}) {
    EXPECT_EQ(look(one.ahead), one.said) << one.ahead.count();
    EXPECT_EQ(check_.is_right(), one.said == Errc::kOk) << one.ahead.count();
  }
}

TEST_F(ClockCheckTest, a_slow_answer_is_no_difference_and_does_not_hide_one) {
  EXPECT_EQ(look(milliseconds{0}, milliseconds{12'000}), Errc::kOk);
  EXPECT_EQ(look(milliseconds{60'000}, milliseconds{12'000}), Errc::kGuardFailed);
}

TEST_F(ClockCheckTest, what_was_wrong_is_right_again_when_the_clock_is_set) {
  EXPECT_EQ(look(milliseconds{7'000}), Errc::kGuardFailed);
  EXPECT_TRUE(log_.saw("clock.off"));
  // A database that is away says nothing of clocks.
  store_.away = true;
  EXPECT_EQ(look(milliseconds{0}), Errc::kStoreUnavailable);
  EXPECT_FALSE(check_.is_right());
  store_.away = false;
  clock_.set_now(clock_.now() + milliseconds{7'000});
  EXPECT_EQ(look(milliseconds{0}), Errc::kOk);
  EXPECT_TRUE(log_.saw("clock.right"));
}

TEST_F(ClockCheckTest, an_embedded_store_has_this_machines_clock) {
  store_.here = true;
  EXPECT_EQ(look(milliseconds{86'400'000}), Errc::kOk);
}

}  // namespace
}  // namespace kassa::app
