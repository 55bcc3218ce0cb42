#pragma once
// Which price counts: the catalogue's own, or one of a price list. The order of precedence is total and stands in
// docs/prices.md. Pure; asked by pricing, and by whoever shows a catalogue.

#include <optional>
#include <span>
#include <string>

#include "services/ports/catalog_view.hpp"

namespace kassa::checkout {

struct PriceFound {
  std::int64_t amount{};  ///< Of one piece.
  std::optional<std::int64_t> compare_at;
  const ports::ListPrice* list{};  ///< Null: the catalogue's own price.
};

/// What is asked for: so many pieces, by somebody who is in these groups.
struct PriceQuestion {
  Currency currency;
  std::int64_t quantity{1};
  std::span<const std::string> groups;
  Instant now;
};

/// nullopt: it has no price in this currency.
[[nodiscard]] std::optional<PriceFound> price_for(const ports::VariantView& variant, const PriceQuestion& asked);

/// When time alone may give another answer; nullopt: never.
[[nodiscard]] std::optional<Instant> price_changes_at(const ports::VariantView& variant, const PriceQuestion& asked);

}  // namespace kassa::checkout
