#pragma once
// From a rule's value to whole minor units: which tier holds, what it takes off a base, how that is spread.
// All parts are >= 0 and none exceeds what is left. Private to discounts/.

#include <span>

#include "discounts/state.hpp"

namespace kassa::discounts {

/// The tier reached by the cart (or by `line`, for tiers on a line's quantity); nullptr below the first one.
[[nodiscard]] const Tier* reached_tier(const Rule& rule, const CartState& state, std::size_t line);

/// Whether every amount the rule may need exists in this currency.
[[nodiscard]] bool priced_in(const Rule& rule, Currency currency);

/// What an effect takes off one base, the ceiling included.
[[nodiscard]] std::int64_t share_of(const Effect& effect, Currency currency, std::int64_t base, Rounding rounding);

/// Parts of a product rule, one per line (0 where it takes nothing), for the lines marked in `among`: rounded
/// per line, at most `limits.per_order` units (the dearest first), ceilings held over all lines together.
void product_parts(const Rule& rule, const CartState& state, std::span<const char> among, Rounding rounding,
                   std::span<std::int64_t> parts);

/// What one more product rule would take off what is left of a line, ceilings and unit limits aside.
[[nodiscard]] std::int64_t line_share(const Rule& rule, const CartState& state, std::size_t line, std::int64_t left,
                                      Rounding rounding);

}  // namespace kassa::discounts
