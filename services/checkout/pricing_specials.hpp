#pragma once
// A step of pricing for the few lines that have more than a price: prices of lists, terms of sale, properties. Private
// to pricing_lines.cpp.

#include <span>

#include "services/checkout/pricing.hpp"

namespace kassa::checkout {

/// All lines of the session, and what they are; `quote` has the lines before the one that is priced, and that.
struct SpecialsQuestion {
  const Session& session;
  std::span<const Goods> goods;
  Instant now;
};

/// Sets the unit price of the line and what it has to tell; false when it has no price. Its variant has specials.
bool price_special(const SpecialsQuestion& asked, std::size_t index, Quote& quote, std::optional<Instant>& changes_at);

/// The line's properties, where its variant has no specials.
void show_properties(const Line& wanted, QuoteLine& line);

/// One message for all lines, of the highest age.
void ask_for_age(const Session& session, Quote& quote);

}  // namespace kassa::checkout
