#pragma once
// The bits of a posting's rule number. Private to discounts/.

#include <cstdint>

namespace kassa::discounts {

/// The posting says all that the rule's condition asks for, as long as the cart's currency is the one it names.
inline constexpr std::uint32_t kDecided = std::uint32_t{1} << 31;
/// The rule has a window.
inline constexpr std::uint32_t kTimed = std::uint32_t{1} << 30;
inline constexpr std::uint32_t kRuleMask = kTimed - 1;

}  // namespace kassa::discounts
