#pragma once
// Which part of a rule the index files it under: something cheap to look up without which the rule cannot apply.
// Negations, "missing":"pass" and prefixes never serve. Private to discounts/; used while compiling.

#include <optional>
#include <vector>

#include "discounts/segment.hpp"

namespace kassa::discounts {

/// How many conditions name each value id; empty in a small segment, where it does not matter.
using ValueCounts = std::vector<std::uint32_t>;
void count_values(const Segment& segment, const Row& row, ValueCounts& counts);

/// Values of which the cart must have at least one.
struct Access {
  std::vector<std::uint32_t> values;
  std::uint64_t cost{};  ///< How many rules share them, weighed by how many carts have such a value.
};
/// The rarest values that the rule's condition, target and set demand; nullopt when they demand none.
[[nodiscard]] std::optional<Access> find_access(const Segment& segment, const Row& row, const ValueCounts& counts);

/// A number that the cart must reach, by currency (XXX for counts). Amounts are those before discounts: what is left
/// is never more, so a rule about what is left cannot be missed.
struct Floor {
  Attribute attribute{};
  AmountMap from;

  [[nodiscard]] std::int64_t lowest() const noexcept;
};
/// cart.subtotal, cart.quantity or customer.orders_count; nullopt when no comparison keeps any cart out.
[[nodiscard]] std::optional<Floor> find_floor(const Segment& segment, const Row& row);

/// What the subtotal must reach whatever the currency; the lowest number when nothing is demanded.
[[nodiscard]] std::int64_t least_subtotal(const Segment& segment, const Row& row);

/// Values of the cart itself (its country, segments, payment method ...) of which the rule's condition demands one, an
/// attribute each.
struct CartDemand {
  Attribute attribute{};
  const std::uint32_t* ids{};
  std::uint32_t count{};
};
void list_cart_demands(const Segment& segment, const Row& row, std::vector<CartDemand>& out);

}  // namespace kassa::discounts
