#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "services/base/apportion.hpp"
#include "services/base/money.hpp"
#include "tests/support/fakes.hpp"

namespace kassa {
namespace {

using Wide = __int128;
using UnsignedWide = unsigned __int128;
using Amounts = std::vector<std::int64_t>;

Amounts any_weights() {
  const auto size = *rc::gen::inRange<std::size_t>(1, 40);
  // Small ranges make ties likely, large ones make them rare; both matter.
  const auto bound = *rc::gen::element<std::int64_t>(2, 10, 1'000, std::int64_t{1} << 50);
  return *rc::gen::container<Amounts>(size, rc::gen::inRange<std::int64_t>(0, bound));
}

std::int64_t any_total() {
  return *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-200, 200), rc::gen::arbitrary<std::int64_t>());
}

std::int64_t any_amount() {
  return *rc::gen::map(rc::gen::arbitrary<std::pair<std::int64_t, unsigned char>>(),
                       [](const auto& p) { return p.first >> (p.second % 64); });
}

RC_GTEST_PROP(ApportionProperty, parts_sum_to_the_whole_each_within_one_unit, ()) {
  const auto total = any_total();
  Amounts weights = any_weights();
  const auto parts = apportion(total, weights).value();
  RC_ASSERT(parts.size() == weights.size());
  Wide sum = 0;
  for (const auto part : parts) sum += part;
  RC_ASSERT(sum == Wide{total});

  Wide weight_sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  if (weight_sum == 0) {
    weights.assign(weights.size(), 1);
    weight_sum = static_cast<Wide>(weights.size());
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Wide distance = Wide{parts[i]} * weight_sum - Wide{total} * weights[i];
    RC_ASSERT(distance < weight_sum && distance > -weight_sum);
    RC_ASSERT((total >= 0 ? parts[i] >= 0 : parts[i] <= 0));
  }
}

RC_GTEST_PROP(ApportionProperty, a_larger_weight_never_gets_less, ()) {
  const auto total = *rc::gen::inRange<std::int64_t>(0, 10'000);
  const auto weights = any_weights();
  const auto parts = apportion(total, weights).value();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = 0; j < parts.size(); ++j) {
      if (weights[i] > weights[j]) RC_ASSERT(parts[i] >= parts[j]);
      if (weights[i] == weights[j] && i < j) RC_ASSERT(parts[i] == parts[j] || parts[i] == parts[j] + 1);
    }
  }
}

RC_GTEST_PROP(ApportionProperty, parts_follow_their_weights_through_a_permutation, ()) {
  const auto total = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
  const auto weights = any_weights();
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  Amounts permuted;
  for (const auto i : order) permuted.push_back(weights[i]);

  const auto parts = apportion(total, weights).value();
  const auto moved = apportion(total, permuted).value();
  std::vector<Wide> remainders;
  const Wide weight_sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  for (const auto weight : weights) {
    remainders.push_back(weight_sum == 0 ? 0 : Wide{total} * weight % weight_sum);
  }
  std::ranges::sort(remainders);
  const bool ties = std::ranges::adjacent_find(remainders) != remainders.end();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto difference = moved[i] - parts[order[i]];
    // Only a tie may move the last unit to another position.
    RC_ASSERT((ties ? difference >= -1 && difference <= 1 : difference == 0));
  }
}

std::optional<std::int64_t> oracle(std::int64_t amount, std::int64_t bps, Wide whole, Rounding rounding) {
  const Wide product = Wide{amount} * bps;
  const auto magnitude = static_cast<UnsignedWide>(product < 0 ? -product : product);
  const auto divisor = static_cast<UnsignedWide>(whole);
  const UnsignedWide quotient =
      rounding == Rounding::kHalfUp ? (2 * magnitude + divisor) / (2 * divisor) : magnitude / divisor;
  const Wide result = product < 0 ? -static_cast<Wide>(quotient) : static_cast<Wide>(quotient);
  if (result != static_cast<std::int64_t>(result)) return std::nullopt;
  return static_cast<std::int64_t>(result);
}

void check_against_oracle(const Result<std::int64_t>& actual, std::optional<std::int64_t> expected) {
  RC_ASSERT(actual.has_value() == expected.has_value());
  if (expected) {
    RC_ASSERT(actual.value() == *expected);
  } else {
    RC_ASSERT(actual.error().code == Errc::kMoneyOverflow);
  }
}

RC_GTEST_PROP(BasisPointsProperty, equal_the_128_bit_oracle, ()) {
  const auto amount = any_amount();
  const auto bps = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 20'000), rc::gen::arbitrary<std::int64_t>());
  for (const auto rounding : {Rounding::kHalfUp, Rounding::kTruncate}) {
    check_against_oracle(basis_points(amount, bps, rounding), oracle(amount, bps, 10'000, rounding));
    if (bps >= 0) {
      check_against_oracle(included_basis_points(amount, bps, rounding),
                           oracle(amount, bps, Wide{10'000} + bps, rounding));
    }
  }
}

RC_GTEST_PROP(MoneyProperty, adding_and_subtracting_round_trips, ()) {
  const auto eur = *Currency::from_code("EUR");
  const Money a{any_amount(), eur};
  const Money b{any_amount(), eur};
  const auto sum = add(a, b);
  const Wide exact = Wide{a.minor} + b.minor;
  RC_ASSERT(sum.has_value() == (exact == static_cast<std::int64_t>(exact)));
  if (sum) {
    RC_ASSERT(subtract(sum.value(), b).value() == a);
    RC_ASSERT(add(b, a).value() == sum.value());
  }
}

RC_GTEST_PROP(MoneyProperty, text_reads_back_as_the_same_amount, ()) {
  const auto* const code = *rc::gen::element("EUR", "JPY", "KWD", "CLF");
  const Money amount{any_amount() & std::numeric_limits<std::int64_t>::max(), *Currency::from_code(code)};
  const std::string text = to_text(amount);
  const std::string digits = text.substr(0, text.find(' '));
  RC_ASSERT(parse_decimal(digits, amount.currency).value() == amount);
}

}  // namespace
}  // namespace kassa
