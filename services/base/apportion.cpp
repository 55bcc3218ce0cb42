#include "services/base/apportion.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "services/base/ensure.hpp"

namespace kassa {
namespace {

// 128 bits hold the product of any two 64-bit factors, so nothing below can overflow before the final range
// check.
using Wide = __int128;

constexpr Wide kBpsWhole = 10'000;

Result<std::int64_t> narrow(Wide value) {
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min()) {
    return Error{Errc::kMoneyOverflow};
  }
  return static_cast<std::int64_t>(value);
}

Wide divide_rounded(Wide numerator, Wide denominator, Rounding rounding) {
  ensure(denominator > 0, "a positive denominator");
  const Wide quotient = numerator / denominator;
  if (rounding == Rounding::kTruncate) return quotient;
  const Wide remainder = numerator % denominator;
  const Wide distance = remainder < 0 ? -remainder : remainder;
  // Compared without doubling: 2 * distance could overflow for a denominator near 2^127.
  if (distance < denominator - distance) return quotient;
  return numerator < 0 ? quotient - 1 : quotient + 1;
}

/// Hands one unit each to the `leftover` largest remainders; equal remainders in index order.
void hand_out(std::vector<Wide>& shares, const std::vector<Wide>& remainders, std::size_t leftover) {
  ensure(leftover < shares.size() || leftover == 0, "fewer leftover units than shares");
  if (leftover == 0) return;
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(leftover);
  std::nth_element(order.begin(), cut, order.end(), [&remainders](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  });
  for (auto it = order.begin(); it != cut; ++it) ++shares[*it];
}

}  // namespace

Result<std::vector<std::int64_t>> apportion(std::int64_t total, std::span<const std::int64_t> weights) {
  if (weights.empty()) {
    if (total != 0) return Error{Errc::kInvalidRequest, "nothing to divide an amount among"};
    return std::vector<std::int64_t>{};
  }
  Wide weight_sum = 0;
  for (const std::int64_t weight : weights) {
    if (weight < 0) return Error{Errc::kInvalidRequest, "a negative weight"};
    weight_sum += weight;
  }
  const bool evenly = weight_sum == 0;
  if (evenly) weight_sum = static_cast<Wide>(weights.size());

  const Wide magnitude = total < 0 ? -Wide{total} : Wide{total};
  std::vector<Wide> shares(weights.size());
  std::vector<Wide> remainders(weights.size());
  Wide leftover = magnitude;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide product = magnitude * (evenly ? 1 : weights[i]);
    shares[i] = product / weight_sum;
    remainders[i] = product % weight_sum;
    leftover -= shares[i];
  }
  hand_out(shares, remainders, static_cast<std::size_t>(leftover));

  std::vector<std::int64_t> parts(weights.size());
  Wide sum = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Wide part = total < 0 ? -shares[i] : shares[i];
    KASSA_TRY(parts[i], narrow(part));
    sum += part;
  }
  ensure(sum == total, "the parts sum to the total");
  return parts;
}

Result<std::int64_t> basis_points(std::int64_t amount, std::int64_t bps, Rounding rounding) {
  return narrow(divide_rounded(Wide{amount} * bps, kBpsWhole, rounding));
}

Result<std::int64_t> included_basis_points(std::int64_t gross, std::int64_t bps, Rounding rounding) {
  if (bps < 0) return Error{Errc::kInvalidRequest, "a negative rate"};
  return narrow(divide_rounded(Wide{gross} * bps, kBpsWhole + bps, rounding));
}

}  // namespace kassa
