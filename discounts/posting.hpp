#pragma once
// The bits of a posting's rule number. Private to discounts/.

#include <cstddef>
#include <cstdint>

namespace kassa::discounts {

/// The posting says all that the rule's condition asks for, as long as the cart's currency is the one it names.
inline constexpr std::uint32_t kDecided = std::uint32_t{1} << 31;
/// The rule has a window.
inline constexpr std::uint32_t kTimed = std::uint32_t{1} << 30;
inline constexpr std::uint32_t kRuleMask = kTimed - 1;

/// Of a ranked rule's key: it takes this much off each unit, in the home currency; else it is a share in basis points.
inline constexpr std::uint32_t kAmountKey = std::uint32_t{1} << 31;

/// Of a posting's value: it is no value but attributes of the cart, a bit each, of which it must have some text. One
/// bit stands for several attributes, so it may let a rule pass that does not apply, and never keeps one out.
inline constexpr std::uint32_t kAttributeBits = std::uint32_t{1} << 31;
[[nodiscard]] constexpr std::uint32_t attribute_bit(std::size_t attribute) noexcept {
  return std::uint32_t{1} << attribute % 31;
}

}  // namespace kassa::discounts
