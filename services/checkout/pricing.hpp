#pragma once
// price(): the one place where a session becomes numbers. Pure and deterministic: same session, snapshot, stock and now
// give the same quote. Order: catalogue prices, product discounts, order discounts, shipping quote, shipping discounts,
// payment discounts, tax, total.

#include "services/base/clock.hpp"
#include "services/base/result.hpp"
#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::checkout {

/// kMoneyOverflow when amounts leave 64 bits; every other trouble is a message in the quote.
[[nodiscard]] Result<Quote> price(const Session& session, const Snapshot& snapshot, const ports::StockView& stock,
                                  Instant now);

/// Units of a variant that could be sold now; nullopt: unlimited.
[[nodiscard]] std::optional<std::int64_t> sellable(const ports::VariantView& variant, const StoreId& store,
                                                   const ports::StockView& stock);

// Steps of price(), in files of their own.
void price_lines(const Session& session, const Snapshot& snapshot, const ports::StockView& stock, Quote& quote);
void plan_deliveries(const Session& session, const Snapshot& snapshot, Instant now, Quote& quote);
Result<void> apply_discounts(const Session& session, const Snapshot& snapshot, Instant now, Quote& quote);
Result<void> apply_taxes(const Session& session, const Snapshot& snapshot, Quote& quote);

}  // namespace kassa::checkout
