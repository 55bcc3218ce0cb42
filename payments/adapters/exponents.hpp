#pragma once
// How a gateway counts money where it differs from ISO 4217 ("JPY in hundredths"). A wrong exponent charges a
// hundred times too much, so every adapter states its own table and converts here, exactly or not at all.
// Pure.

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "services/base/money.hpp"

namespace kassa::payments {

struct ExponentRow {
  std::string_view currency;
  int exponent;
};

[[nodiscard]] inline int exponent_at(std::span<const ExponentRow> differing, Currency currency) noexcept {
  for (const ExponentRow& row : differing) {
    if (row.currency == currency.code()) return row.exponent;
  }
  return currency.exponent();
}

namespace detail {

[[nodiscard]] inline Result<std::int64_t> rescale(std::int64_t value, int from_exponent, int to_exponent) {
  for (; from_exponent < to_exponent; ++from_exponent) {
    KASSA_TRY(value, checked_multiply(value, 10));
  }
  for (; from_exponent > to_exponent; --from_exponent) {
    if (value % 10 != 0) return Error{Errc::kInvalidRequest, "the gateway cannot express this amount"};
    value /= 10;
  }
  return value;
}

}  // namespace detail

/// An amount in the units that the gateway counts in.
[[nodiscard]] inline Result<std::int64_t> to_gateway_units(std::span<const ExponentRow> differing, Money amount) {
  return detail::rescale(amount.minor, amount.currency.exponent(), exponent_at(differing, amount.currency));
}

[[nodiscard]] inline Result<Money> from_gateway_units(std::span<const ExponentRow> differing, std::int64_t units,
                                                      Currency currency) {
  KASSA_TRY(const auto minor, detail::rescale(units, exponent_at(differing, currency), currency.exponent()));
  return Money{minor, currency};
}

}  // namespace kassa::payments
