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
/// Without stock, every gift is there.
[[nodiscard]] Result<Quote> price(const Session& session, std::span<const Goods> goods, const Snapshot& snapshot,
                                  Instant now, const ports::StockView* stock = nullptr);

// Steps of price(), in files of their own.
/// Answers when time alone may change what it found.
std::optional<Instant> price_lines(const Session& session, std::span<const Goods> goods, Instant now, Quote& quote);
void show_goods(const ports::VariantView& variant, QuoteLine& line);  ///< What it is, and not what it costs.
void cover_lines(const Session& session, Quote& quote);
void find_place(const Session& session, std::size_t delivery, Quote& quote);  ///< Where it goes, if it takes anything.
void plan_deliveries(const Session& session, const Snapshot& snapshot, Instant now, Quote& quote);
Result<void> apply_discounts(const Session& session, const Snapshot& snapshot, const Place& place, Instant now,
                             Quote& quote);
/// A priced cart as the discount engine is asked about it; the cart points into the other member and the arguments.
struct DiscountQuestion {
  std::vector<discounts::CartShipping> shipping;
  std::vector<std::string> codes;
  discounts::CartView cart;
};
[[nodiscard]] DiscountQuestion discount_question(const Session& session, const Snapshot& snapshot, const Quote& quote);
/// The merchant has exempted the buyer, and who gave the buyer's e-mail is trusted.
[[nodiscard]] bool is_tax_exempt(const Session& session, const Snapshot& snapshot) noexcept;
Result<void> apply_taxes(const Snapshot& snapshot, const Place& place, Quote& quote);

}  // namespace kassa::checkout
