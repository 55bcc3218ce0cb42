#include "services/checkout/pricing.hpp"

namespace kassa::checkout {
namespace {

std::string line_path(std::size_t index) { return "$.line_items[" + std::to_string(index) + "]"; }

void price_line(const Session& session, const ports::VariantView& variant, QuoteLine& line, std::size_t index,
                Quote& quote) {
  line.variant = &variant;
  line.product = variant.product;
  line.item = variant.id.value;
  line.title = variant.full_title();
  line.sku = variant.sku;
  line.ships = variant.requires_shipping;
  line.image_url = !variant.image_url.empty() || !variant.product ? variant.image_url : variant.product->image_url;
  if (variant.product && !variant.product->published) {
    quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(index));
    return;
  }
  const ports::PriceView* unit = variant.price_in(session.currency);
  if (unit == nullptr) {
    quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(index));
    return;
  }
  line.unit_price = unit->amount;
  line.subtotal = unit->amount * line.quantity;  // Bounded: price() has checked the largest possible product.
  if (variant.requires_shipping) quote.needs_delivery = true;
}

/// Two lines may ask for the same variant: what the first takes, the second cannot have.
void check_stock(const Session& session, const ports::StockView& stock, Quote& quote) {
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    const QuoteLine& line = quote.lines[i];
    if (line.variant == nullptr) continue;
    const auto available = sellable(*line.variant, session.store, stock);
    if (!available) continue;
    std::int64_t used = 0;
    for (std::size_t before = 0; before <= i; ++before) {
      if (quote.lines[before].variant == line.variant) used += quote.lines[before].quantity;
    }
    if (used > *available) quote.messages.emplace_back(Level::kError, "out_of_stock", line_path(i));
  }
}

}  // namespace

std::optional<std::int64_t> sellable(const ports::VariantView& variant, const StoreId& store,
                                     const ports::StockView& stock) {
  if (!variant.tracked || variant.backorder) return std::nullopt;
  return stock.available(store, variant.id);
}

void price_lines(const Session& session, const Snapshot& snapshot, const ports::StockView& stock, Quote& quote) {
  quote.lines.reserve(session.lines.size());
  for (std::size_t i = 0; i < session.lines.size(); ++i) {
    const Line& wanted = session.lines[i];
    QuoteLine line;
    line.id = wanted.id;
    line.parent = wanted.parent;
    line.quantity = wanted.quantity;
    if (const ports::VariantView* variant = snapshot.catalog->find(wanted.item)) {
      price_line(session, *variant, line, i, quote);
    } else {
      line.item = line.title = wanted.item;
      quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(i));
    }
    quote.lines.push_back(std::move(line));
  }
  check_stock(session, stock, quote);
}

}  // namespace kassa::checkout
