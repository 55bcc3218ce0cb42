#pragma once
// Gifts of discount rules: lines that the rules put into a quote, at no price, and take out again. A session knows none
// of them, so no caller can change one; whoever sends a checkout's lines back as it has read them may name gifts, and
// they are passed over. Pure.

#include <span>
#include <string_view>

#include "services/checkout/patch.hpp"
#include "services/checkout/pricing.hpp"

namespace kassa::checkout {

/// Ids of gifts begin so, and those of no other lines.
inline constexpr std::string_view kGiftPrefix = "gift:";

[[nodiscard]] constexpr bool is_gift_line(std::string_view id) noexcept { return id.starts_with(kGiftPrefix); }

/// A caller's lines without the gifts among them.
[[nodiscard]] std::vector<LinePatch> without_gifts(std::span<const LinePatch> lines);

/// Adds a line for each gift that the evaluation has found, with the first delivery that takes anything. One that is
/// not there as a whole is left out of `quote.discounts.gifts`, too, so that it uses no limit. `stock` may be null:
/// then everything is there.
void add_gifts(const Session& session, const Snapshot& snapshot, const ports::StockView* stock, Quote& quote);

}  // namespace kassa::checkout
