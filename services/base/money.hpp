#pragma once
// Money is an integer count of minor units with its currency. Arithmetic can fail (overflow, mixed
// currencies) and says so. There is no operator* and no floating point: scaling goes through apportion.hpp.

#include <cstdint>
#include <string>
#include <string_view>

#include "services/base/currency.hpp"
#include "services/base/result.hpp"

namespace kassa {

struct Money {
  std::int64_t minor{};
  Currency currency{};

  constexpr Money() = default;
  constexpr Money(std::int64_t minor_, Currency currency_) : minor(minor_), currency(currency_) {}
  friend constexpr bool operator==(const Money&, const Money&) = default;
};

[[nodiscard]] Result<Money> add(Money a, Money b) noexcept;
[[nodiscard]] Result<Money> subtract(Money a, Money b) noexcept;
[[nodiscard]] Result<Money> times(Money unit, std::int64_t quantity) noexcept;

/// Plain integer forms for sums inside one currency. Each reports overflow as kMoneyOverflow.
[[nodiscard]] Result<std::int64_t> checked_add(std::int64_t a, std::int64_t b) noexcept;
[[nodiscard]] Result<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) noexcept;

/// Reads "12.34" or "12" with at most the currency's digits after the point; never through double. No sign,
/// no white space, no exponent: kInvalidRequest.
[[nodiscard]] Result<Money> parse_decimal(std::string_view text, Currency currency);

/// "12.34 EUR", for logs and people; never for arithmetic.
[[nodiscard]] std::string to_text(Money amount);

}  // namespace kassa
