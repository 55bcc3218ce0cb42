#include "services/base/money.hpp"

#include <limits>

namespace kassa {

Result<std::int64_t> checked_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum{};
  if (__builtin_add_overflow(a, b, &sum)) return Error{Errc::kMoneyOverflow};
  return sum;
}

Result<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product{};
  if (__builtin_mul_overflow(a, b, &product)) return Error{Errc::kMoneyOverflow};
  return product;
}

Result<Money> add(Money a, Money b) noexcept {
  if (a.currency != b.currency) return Error{Errc::kCurrencyMismatch};
  KASSA_TRY(auto sum, checked_add(a.minor, b.minor));
  return Money{sum, a.currency};
}

Result<Money> subtract(Money a, Money b) noexcept {
  if (a.currency != b.currency) return Error{Errc::kCurrencyMismatch};
  std::int64_t difference{};
  if (__builtin_sub_overflow(a.minor, b.minor, &difference)) return Error{Errc::kMoneyOverflow};
  return Money{difference, a.currency};
}

Result<Money> times(Money unit, std::int64_t quantity) noexcept {
  KASSA_TRY(auto product, checked_multiply(unit.minor, quantity));
  return Money{product, unit.currency};
}

Result<Money> parse_decimal(std::string_view text, Currency currency) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) {
    return Error{Errc::kInvalidRequest, "an amount needs a digit on each side of its point"};
  }
  if (fraction.size() > exponent) {
    return Error{Errc::kInvalidRequest, "an amount has more digits after the point than its currency"};
  }
  std::int64_t minor{};
  const auto append = [&minor](char c) {
    return !__builtin_mul_overflow(minor, std::int64_t{10}, &minor) &&
           !__builtin_add_overflow(minor, std::int64_t{c - '0'}, &minor);
  };
  for (const auto part : {whole, fraction}) {
    for (const char c : part) {
      if (c < '0' || c > '9') return Error{Errc::kInvalidRequest, "an amount holds only digits and a point"};
      if (!append(c)) return Error{Errc::kMoneyOverflow};
    }
  }
  for (std::size_t i = fraction.size(); i < exponent; ++i) {
    if (!append('0')) return Error{Errc::kMoneyOverflow};
  }
  return Money{minor, currency};
}

std::string to_text(Money amount) {
  const bool negative = amount.minor < 0;
  // Negated as unsigned, because the smallest int64 has no positive counterpart.
  const auto bits = static_cast<std::uint64_t>(amount.minor);
  std::string digits = std::to_string(negative ? 0 - bits : bits);
  const auto exponent = static_cast<std::size_t>(amount.currency.exponent());
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  if (exponent > 0) digits.insert(digits.size() - exponent, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits.append(" ").append(amount.currency.code());
}

}  // namespace kassa
