#pragma once
// From a rule's value to whole minor units: which tier holds, what it takes off a base, how that is spread. All parts
// are >= 0 and none exceeds what is left above the least price. Private to discounts/.

#include <limits>
#include <span>
#include <vector>

#include "discounts/state.hpp"

namespace kassa::discounts {

inline constexpr std::int64_t kNoCap = std::numeric_limits<std::int64_t>::max();

/// Working memory of the functions below.
struct Tally {
  std::vector<std::int64_t> weights;
  std::vector<std::int64_t> rooms;
  std::vector<std::int64_t> held;
  std::vector<std::int64_t> open;
  std::vector<std::uint32_t> order;
  std::vector<__int128> remainders;
};

/// The tier reached by the cart (or by `line`, for tiers on a line's quantity); nullptr below the first one.
[[nodiscard]] const Tier* reached_tier(const Value& value, const CartState& state, std::size_t line);

/// Whether every amount the rule may need exists in this currency.
[[nodiscard]] bool priced_in(const Value& value, const Terms& terms, Currency currency);

/// What an effect takes off one base, the ceiling included.
[[nodiscard]] std::int64_t share_of(const Effect& effect, Currency currency, std::int64_t base, Rounding rounding);

/// What lies above the least price of `units` of a line that now cost `base`.
[[nodiscard]] std::int64_t room_of(const Value& value, const CartState& state, std::uint32_t line, std::int64_t base,
                                   std::int64_t units);

/// What a plain percentage takes off all units of a line.
[[nodiscard]] std::int64_t percent_gain(const CartState& state, std::uint32_t line, std::int64_t bps,
                                        Rounding rounding);

/// What an amount takes off all units of a line, so much off each.
[[nodiscard]] std::int64_t amount_gain(const CartState& state, std::uint32_t line, std::int64_t each);

/// What a product rule takes off `left` of a line for `units` of its units, if it had the line alone; ceilings and
/// limits aside.
[[nodiscard]] std::int64_t line_gain(const Value& value, const CartState& state, std::uint32_t line, std::int64_t left,
                                     std::int64_t units, Rounding rounding);

/// What a rule takes in all, in parts.
struct Ask {
  const Value& value;
  Method method{};
  std::int64_t units_max{kNoCap};  ///< limits.per_order.
  std::int64_t cap{kNoCap};        ///< What is left of the budget.
};
/// Parts of a product rule beside `lines`: of the units that no set has taken, rounded per line; at most `units_max`
/// of them, the dearest first; ceilings held over all lines together.
void product_parts(const Ask& ask, const CartState& state, std::span<const std::uint32_t> lines, Rounding rounding,
                   std::span<std::int64_t> parts, Tally& tally);

/// Splits `total` by `weights`, no part above its room: what a room blocks goes to the others, and is dropped when
/// there is none left.
void spread(std::int64_t total, std::span<const std::int64_t> weights, std::span<const std::int64_t> rooms,
            Remainder remainder, std::span<std::int64_t> parts, Tally& tally);

/// Shrinks parts in proportion until they sum to at most `most`.
void hold_to(std::int64_t most, std::span<std::int64_t> parts, Tally& tally);

}  // namespace kassa::discounts
