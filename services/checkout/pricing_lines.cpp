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
  std::unordered_map<std::string_view, std::int64_t> taken;
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    const QuoteLine& line = quote.lines[i];
    if (line.variant == nullptr) continue;
    const auto available = sellable(*line.variant, session.store, stock);
    if (!available) continue;
    std::int64_t& used = taken[line.variant->id.value];
    used += line.quantity;
    if (used > *available) quote.messages.emplace_back(Level::kError, "out_of_stock", line_path(i));
  }
}

}  // namespace

std::optional<std::int64_t> sellable(const ports::VariantView& variant, const StoreId& store,
                                     const ports::StockView& stock) {
  if (!variant.tracked || variant.backorder) return std::nullopt;
  std::int64_t sum = 0;
  for (const ports::StockLevel& level : stock.levels(store, variant.id))
    sum += std::max<std::int64_t>(0, level.available());
  return sum;
}

void price_lines(const Session& session, const Snapshot& snapshot, const ports::StockView& stock, Quote& quote) {
  quote.lines.reserve(session.lines.size());
  for (std::size_t i = 0; i < session.lines.size(); ++i) {
    const Line& wanted = session.lines[i];
    QuoteLine line;
    line.id = wanted.id;
    line.parent = wanted.parent;
    line.item = wanted.item;
    line.title = wanted.item;
    line.quantity = wanted.quantity;
    if (const ports::VariantView* variant = snapshot.catalog->find(wanted.item)) {
      price_line(session, *variant, line, i, quote);
    } else {
      quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(i));
    }
    quote.lines.push_back(std::move(line));
  }
  check_stock(session, stock, quote);
}

}  // namespace kassa::checkout
