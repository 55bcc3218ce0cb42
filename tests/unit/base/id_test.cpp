#include "services/base/id.hpp"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

#include "services/base/ensure.hpp"
#include "tests/support/fakes.hpp"

namespace kassa {
namespace {

static_assert(!std::is_convertible_v<OrderId, CheckoutId>);
static_assert(!std::is_constructible_v<OrderId, CheckoutId>);
static_assert(!std::is_convertible_v<std::string, OrderId>);

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";

TEST(Id, is_a_prefix_and_36_base32_digits) {
  const ManualClock clock;
  SeededRandom random;
  const auto id = make_id<OrderId>("ord_", clock, random);
  EXPECT_EQ(id.value.size(), 40U);
  EXPECT_EQ(id.value.substr(0, 4), "ord_");
  EXPECT_EQ(id.value.find_first_not_of(kDigits, 4), std::string::npos);
}

TEST(Id, starts_with_its_time) {
  SeededRandom random;
  const auto at = [&random](std::int64_t ms) {
    return unique_suffix(ManualClock{from_millis(ms)}, random).substr(0, 10);
  };
  EXPECT_EQ(at(0), "0000000000");
  EXPECT_EQ(at(31), "000000000z");
  EXPECT_EQ(at(32), "0000000010");
  EXPECT_EQ(at(1469918176385), "01aryz6s41");
  EXPECT_EQ(at((std::int64_t{1} << 48) - 1), "7zzzzzzzzz");
}

TEST(Id, sorts_by_time) {
  ManualClock clock;
  SeededRandom random;
  std::string previous;
  for (int i = 0; i < 1'000; ++i) {
    clock.advance(Millis{1 + static_cast<std::int64_t>(random.below(100'000))});
    const std::string id = unique_suffix(clock, random);
    EXPECT_LT(previous, id);
    previous = id;
  }
}

TEST(Id, does_not_repeat_within_a_millisecond_and_uses_every_digit_everywhere) {
  const ManualClock clock;
  SeededRandom random;
  std::unordered_set<OrderId> seen;
  std::vector<std::set<char>> used(36);
  for (int i = 0; i < 2'000; ++i) {
    const auto id = make_id<OrderId>("", clock, random);
    EXPECT_TRUE(seen.insert(id).second);
    for (std::size_t at = 10; at < used.size(); ++at) used[at].insert(id.value[at]);
  }
  for (std::size_t at = 10; at < used.size(); ++at) EXPECT_EQ(used[at].size(), 32U) << at;
}

TEST(Id, refuses_a_clock_outside_48_bits) {
  SeededRandom random;
  EXPECT_THROW((void)unique_suffix(ManualClock{from_millis(-1)}, random), InvariantBroken);
  EXPECT_THROW((void)unique_suffix(ManualClock{from_millis(std::int64_t{1} << 48)}, random), InvariantBroken);
}

TEST(Fakes, time_moves_only_when_told) {
  ManualClock clock;
  const Instant start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(std::chrono::seconds{5});
  EXPECT_EQ(clock.now() - start, std::chrono::seconds{5});
  EXPECT_EQ(clock.steady(), std::chrono::seconds{5});
  clock.set_now(start);
  EXPECT_EQ(clock.now(), start);
  EXPECT_EQ(clock.steady(), std::chrono::seconds{5});
  EXPECT_THROW(clock.advance(std::chrono::nanoseconds{-1}), InvariantBroken);
}

TEST(Fakes, equal_seeds_give_equal_bytes) {
  SeededRandom a{7};
  SeededRandom b{7};
  SeededRandom c{8};
  std::array<std::byte, 21> x{};
  std::array<std::byte, 21> y{};
  std::array<std::byte, 21> z{};
  a.fill(x);
  b.fill(y);
  c.fill(z);
  EXPECT_EQ(x, y);
  EXPECT_NE(x, z);
  // First output of the reference SplitMix64 for the state 0.
  EXPECT_EQ(SeededRandom{0}.next(), 0xe220a8397b1dcdafU);
}

}  // namespace
}  // namespace kassa
