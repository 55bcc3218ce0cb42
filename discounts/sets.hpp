#pragma once
// Forms sets of goods (buy-and-get, bundles) from the units that are left, always the same way: a buy-and-get pays with
// the dearest units and rewards the cheapest ones (or the other way round), a bundle takes the dearest. Private to
// discounts/.

#include <span>
#include <vector>

#include "discounts/scratch.hpp"

namespace kassa::discounts {

/// The lines that each part of a set accepts, in the order in which it takes them, into `choices.goods`, and their
/// union into the gains of `entry`.
void list_goods(Choices& choices, Choices::Entry& entry, const CartState& state, std::vector<std::uint32_t>& lines);

/// Forms the set up to `times` times: takes `units`, notes what it used (by line, once each) and how often it was
/// formed. `take` is working memory.
std::int64_t form_sets(const Choices& choices, const Choices::Entry& entry, const CartState& state, std::int64_t times,
                       std::span<std::int64_t> units, std::vector<SetUse>& uses, std::vector<std::int64_t>& take);

/// What the sets take off, split over the lines of `uses`; the sum.
std::int64_t set_parts(const Choices::Entry& entry, const CartState& state, std::int64_t times,
                       std::span<const SetUse> uses, Rounding rounding, std::vector<std::int64_t>& parts,
                       Scratch& scratch);

/// No choice of units gives more.
[[nodiscard]] std::int64_t most_of_set(const Choices& choices, const Choices::Entry& entry, const CartState& state,
                                       Rounding rounding);

}  // namespace kassa::discounts
