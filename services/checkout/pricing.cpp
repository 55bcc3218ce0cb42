#include "services/checkout/pricing.hpp"

#include "services/base/email.hpp"
#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/gifts.hpp"

namespace kassa::checkout {
namespace {

bool blocks(const Message& message) noexcept { return message.level == Level::kError; }

Result<std::int64_t> sum_lines(const Quote& quote, std::int64_t QuoteLine::* member) {
  std::int64_t sum = 0;
  for (const QuoteLine& line : quote.lines) {
    KASSA_TRY(auto next, checked_add(sum, line.*member));
    sum = next;
  }
  return sum;
}

void push(Quote& quote, ComponentKind kind, std::string label, std::int64_t amount) {
  Component component;
  component.kind = kind;
  component.label = std::move(label);
  component.amount = amount;
  quote.components.push_back(std::move(component));
}

Error too_much() {
  return Error{Errc::kMoneyOverflow,
               "the checkout comes to more than " + std::to_string(limits::kTotalMinorMax) + " minor units",
               "$.line_items"};
}

/// Zero discounts are omitted; every other kind is told even at zero where it is a fact (free shipping).
Result<void> list_components(Quote& quote) {
  KASSA_TRY(auto subtotal, sum_lines(quote, &QuoteLine::subtotal));
  KASSA_TRY(auto items_discount, sum_lines(quote, &QuoteLine::items_discount));
  push(quote, ComponentKind::kSubtotal, {}, subtotal);
  if (items_discount > 0) push(quote, ComponentKind::kItemsDiscount, {}, -items_discount);
  for (const auto& applied : quote.discounts.applied) {
    if (applied.discount_class != discounts::Class::kProduct) {
      push(quote, ComponentKind::kDiscount, applied.title, -applied.amount);
    }
  }
  for (const QuoteDelivery& delivery : quote.deliveries) {
    for (const QuoteGroup& group : delivery.groups) {
      if (group.selected.empty()) continue;
      const auto chosen = std::ranges::find(group.options, group.selected, &shipping::Option::id);
      push(quote, ComponentKind::kFulfillment, chosen == group.options.end() ? std::string{} : chosen->title,
           group.amount);
    }
  }
  for (const TaxEntry& tax : quote.taxes) {
    if (!tax.included && tax.amount > 0) push(quote, ComponentKind::kTax, tax.name, tax.amount);
  }
  std::int64_t total = 0;
  for (const Component& component : quote.components) {
    KASSA_TRY(auto next, checked_add(total, component.amount));
    total = next;
  }
  ensure(total >= 0, "a quote's total is negative");
  if (total > limits::kTotalMinorMax) return too_much();
  quote.total = total;
  return ok();
}

void judge_readiness(const Session& session, Quote& quote) {
  if (!session.buyer.email.empty() && !is_email(session.buyer.email)) {
    quote.messages.emplace_back(Level::kError, "field_invalid", "$.buyer.email");
  }
  if (session.lines.empty()) quote.messages.emplace_back(Level::kError, "field_required", "$.line_items");
  quote.ready = std::ranges::none_of(quote.messages, blocks);
}

}  // namespace

bool is_tax_exempt(const Session& session, const Snapshot& snapshot) noexcept {
  return snapshot.settings.tax_exempt_shoppers && !exemption_of(session).reason.empty();
}

std::string_view to_text(ComponentKind kind) noexcept {
  switch (kind) {
    case ComponentKind::kSubtotal: return "subtotal";
    case ComponentKind::kItemsDiscount: return "items_discount";
    case ComponentKind::kDiscount: return "discount";
    case ComponentKind::kFulfillment: return "fulfillment";
    case ComponentKind::kFee: return "fee";
    case ComponentKind::kTax: return "tax";
  }
  return "";
}

Result<Quote> price(const Session& session, const Snapshot& snapshot, const ports::StockView& stock, Instant now) {
  return price(session, look_up(session, snapshot, stock), snapshot, now, &stock);
}

Result<Quote> price(const Session& session, std::span<const Goods> goods, const Snapshot& snapshot, Instant now,
                    const ports::StockView* stock) {
  Quote quote;
  quote.catalog = snapshot.catalog;
  quote.currency = session.currency;
  quote.revision = snapshot.revision;
  for (const Line& line : session.lines) {
    KASSA_TRY(checked_multiply(limits::kUnitPriceMinorMax, line.quantity));
  }
  const std::optional<Instant> goods_change_at = price_lines(session, goods, now, quote);
  KASSA_TRY(const auto subtotal, sum_lines(quote, &QuoteLine::subtotal));  // The engines count on a cart that fits.
  if (subtotal > limits::kTotalMinorMax) return too_much();
  cover_lines(session, quote);
  const Place place = sale_place(session, quote);
  KASSA_TRY(apply_discounts(session, snapshot, place, now, quote));
  if (!quote.discounts.gifts.empty()) add_gifts(session, snapshot, stock, quote);
  plan_deliveries(session, snapshot, now, quote);
  const bool ships = std::ranges::any_of(quote.deliveries, [](const QuoteDelivery& delivery) {
    return std::ranges::any_of(delivery.groups, [](const QuoteGroup& group) { return !group.selected.empty(); });
  });
  // Shipping rates depend on discounted goods, shipping discounts on rates: a second pass sees both. Gifts are lines by
  // now; no rule that gives one may ask for the shipping.
  if (ships && quote.discounts.awaits_shipping) {
    auto gifts = std::move(quote.discounts.gifts);
    KASSA_TRY(apply_discounts(session, snapshot, place, now, quote));
    quote.discounts.gifts = std::move(gifts);
  }
  // Asked again: a gift that is shipped makes it a sale of goods.
  if (!is_tax_exempt(session, snapshot)) {
    KASSA_TRY(apply_taxes(snapshot, sale_place(session, quote), quote));
  }
  KASSA_TRY(list_components(quote));
  judge_readiness(session, quote);
  if (goods_change_at && (!quote.changes_at || *goods_change_at < *quote.changes_at)) {
    quote.changes_at = goods_change_at;
  }
  quote.hash = quote_hash(quote);
  return quote;
}

}  // namespace kassa::checkout
