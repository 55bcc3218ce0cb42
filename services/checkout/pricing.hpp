#pragma once
// price(): the one place where a session becomes numbers. Pure and deterministic: same session, snapshot, stock and now
// give the same quote. Order: catalogue prices, product discounts, order discounts, shipping quote, shipping discounts,
// payment discounts, tax, total.

#include <span>

#include "services/base/clock.hpp"
#include "services/base/result.hpp"
#include "services/checkout/place.hpp"
#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::checkout {

/// kMoneyOverflow when amounts leave 64 bits, or the total what every JSON reader keeps; every other trouble is a
/// message in the quote.
[[nodiscard]] Result<Quote> price(const Session& session, const Snapshot& snapshot, const ports::StockView& stock,
                                  Instant now);

/// What a line's item is, and how many could be sold now. Catalogue and stock are large and mostly out of the
/// processor's reach, so they are asked once for each line of an edit.
struct Goods {
  const ports::VariantView* variant{};     ///< Null: nothing of that name.
  std::optional<std::int64_t> sellable{};  ///< nullopt: unlimited.
  std::size_t prepared{};                  ///< See CatalogView::prepare().
};
/// One entry per line, in their order.
[[nodiscard]] std::vector<Goods> look_up(const Session& session, const Snapshot& snapshot,
                                         const ports::StockView& stock);

/// The same for goods that were looked up already, with the same lines (their quantities may have changed since).
[[nodiscard]] Result<Quote> price(const Session& session, std::span<const Goods> goods, const Snapshot& snapshot,
                                  Instant now);

// Steps of price(), in files of their own.
void price_lines(const Session& session, std::span<const Goods> goods, Quote& quote);
void cover_lines(const Session& session, Quote& quote);
void plan_deliveries(const Session& session, const Snapshot& snapshot, Instant now, Quote& quote);
Result<void> apply_discounts(const Session& session, const Snapshot& snapshot, const Place& place, Instant now,
                             Quote& quote);
Result<void> apply_taxes(const Snapshot& snapshot, const Place& place, Quote& quote);

}  // namespace kassa::checkout
