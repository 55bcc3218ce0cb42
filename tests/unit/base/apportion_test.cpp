#include "services/base/apportion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace kassa {
namespace {

using Amounts = std::vector<std::int64_t>;

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
static_assert(kMax % 3 == 1);
constexpr auto kMin = std::numeric_limits<std::int64_t>::min();

TEST(Apportion, divides_by_largest_remainder) {
  const struct {
    const char* name;
    std::int64_t total;
    Amounts weights;
    Amounts parts;
  } kCases[] = {
      {"exact shares need no remainder", 100, {1, 1, 2}, {25, 25, 50}},
      {"equal remainders go to the lower index", 100, {1, 1, 1}, {34, 33, 33}},
      {"the larger remainder wins whatever its index", 10, {1, 2, 3}, {2, 3, 5}},
      {"a tie between unequal weights goes to the lower index", 2, {1, 3}, {1, 1}},
      {"the same tie in the other order", 2, {3, 1}, {2, 0}},
      {"a negative total mirrors the positive one", -100, {1, 1, 1}, {-34, -33, -33}},
      {"less than one unit each", 2, {5, 5, 5, 5}, {1, 1, 0, 0}},
      {"zero weights get nothing", 7, {0, 3, 0}, {0, 7, 0}},
      {"all weights zero split evenly", 5, {0, 0, 0}, {2, 2, 1}},
      {"nothing to divide", 0, {3, 4}, {0, 0}},
      {"nothing among nobody", 0, {}, {}},
      {"one weight takes all", -9, {42}, {-9}},
      {"extremes do not overflow", kMin, {kMax, kMax}, {kMin / 2, kMin / 2}},
      {"the sum of weights may leave 64 bits", kMax, {kMax, kMax, kMax}, {kMax / 3 + 1, kMax / 3, kMax / 3}},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    const auto parts = apportion(row.total, row.weights);
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ(parts.value(), row.parts);
  }
}

TEST(Apportion, refuses_what_has_no_answer) {
  EXPECT_EQ(apportion(1, Amounts{}).error().code, Errc::kInvalidRequest);
  EXPECT_EQ(apportion(1, Amounts{2, -1}).error().code, Errc::kInvalidRequest);
  EXPECT_EQ(apportion(0, Amounts{-1}).error().code, Errc::kInvalidRequest);
}

TEST(BasisPoints, round_once) {
  const struct {
    const char* name;
    std::int64_t amount;
    std::int64_t bps;
    std::int64_t half_up;
    std::int64_t truncated;
  } kCases[] = {
      {"19 percent", 10'000, 1'900, 1'900, 1'900},
      {"exactly half goes away from zero", 50, 100, 1, 0},
      {"below half stays", 49, 100, 0, 0},
      {"negative half goes away from zero", -50, 100, -1, 0},
      {"negative below half stays", -49, 100, 0, 0},
      {"5 percent of 999", 999, 500, 50, 49},
      {"a negative rate", 999, -500, -50, -49},
      {"zero rate", 999, 0, 0, 0},
      {"the whole", kMin, 10'000, kMin, kMin},
      {"more than the whole", 3, 25'000, 8, 7},
      {"one part of the largest", kMax, 1, 922'337'203'685'478, 922'337'203'685'477},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(basis_points(row.amount, row.bps, Rounding::kHalfUp).value(), row.half_up);
    EXPECT_EQ(basis_points(row.amount, row.bps, Rounding::kTruncate).value(), row.truncated);
  }
  EXPECT_EQ(basis_points(kMax, 10'001, Rounding::kTruncate).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(basis_points(kMin, -10'000, Rounding::kHalfUp).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(basis_points(kMin, kMin, Rounding::kHalfUp).error().code, Errc::kMoneyOverflow);
}

TEST(IncludedBasisPoints, find_the_tax_inside_a_gross_amount) {
  const struct {
    const char* name;
    std::int64_t gross;
    std::int64_t bps;
    std::int64_t half_up;
    std::int64_t truncated;
  } kCases[] = {
      {"19 percent inside 119.00", 11'900, 1'900, 1'900, 1'900},
      {"19 percent inside 10.00", 1'000, 1'900, 160, 159},
      {"7 percent inside 9.99", 999, 700, 65, 65},
      {"a refund", -1'000, 1'900, -160, -159},
      {"no tax", 1'000, 0, 0, 0},
      {"half of it", 3, 10'000, 2, 1},
      {"the largest gross at the largest rate", kMax, kMax, kMax - 10'000, kMax - 10'000},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(included_basis_points(row.gross, row.bps, Rounding::kHalfUp).value(), row.half_up);
    EXPECT_EQ(included_basis_points(row.gross, row.bps, Rounding::kTruncate).value(), row.truncated);
  }
  EXPECT_EQ(included_basis_points(1, -1, Rounding::kHalfUp).error().code, Errc::kInvalidRequest);
}

}  // namespace
}  // namespace kassa
