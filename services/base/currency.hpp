#pragma once
// ISO 4217 currencies with their exponents (the number of minor-unit digits). Source: ISO 4217 list one.

#include <cstdint>
#include <optional>
#include <string_view>

namespace kassa {

class Currency {
 public:
  /// XXX, "no currency": what a default-constructed amount carries, equal to no real currency.
  constexpr Currency() = default;

  /// Upper-case alphabetic code ("EUR"); nullopt for anything that ISO 4217 does not list, and for the codes
  /// it lists without a minor unit (XXX, XTS, XDR, gold ...), in which an amount cannot be counted.
  static std::optional<Currency> from_code(std::string_view code) noexcept;

  [[nodiscard]] std::string_view code() const noexcept;
  [[nodiscard]] int exponent() const noexcept;

  friend constexpr bool operator==(Currency, Currency) = default;
  friend constexpr auto operator<=>(Currency, Currency) = default;

 private:
  explicit constexpr Currency(std::uint16_t row) : row_(row) {}
  std::uint16_t row_{0};  // Row of the table in currency.cpp; row 0 is XXX.
};

}  // namespace kassa
