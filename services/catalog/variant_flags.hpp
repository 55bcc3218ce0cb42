#pragma once
// The bits of variant.flags. Stored: never renumber.

#include <cstdint>

namespace kassa::catalog {

inline constexpr std::int64_t kFlagRequiresShipping = 1;
inline constexpr std::int64_t kFlagTaxable = 2;
inline constexpr std::int64_t kFlagTracked = 4;
inline constexpr std::int64_t kFlagBackorder = 8;
inline constexpr std::int64_t kFlagWithdrawn = 16;  ///< Gone from the merchant's file; kept because stock refers to it.
inline constexpr std::int64_t kFlagGiftCard = 32;

/// Allowance of a variant that may be sold below zero: more than anyone sells, far from overflow.
inline constexpr std::int64_t kBackorderAllowance = 1'000'000'000'000;

}  // namespace kassa::catalog
