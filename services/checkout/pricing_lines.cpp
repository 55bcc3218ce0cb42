#include "services/checkout/pricing.hpp"
#include "services/checkout/pricing_specials.hpp"

namespace kassa::checkout {
namespace {

std::string line_path(std::size_t index) { return "$.line_items[" + std::to_string(index) + "]"; }

void price_line(const SpecialsQuestion& asked, std::size_t index, Quote& quote, std::optional<Instant>& changes_at) {
  const ports::VariantView& variant = *asked.goods[index].variant;
  QuoteLine& line = quote.lines[index];
  show_goods(variant, line);
  if (variant.product && !variant.product->published) {
    quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(index));
    return;
  }
  if (variant.specials) {
    if (!price_special(asked, index, quote, changes_at)) {
      quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(index));
      return;
    }
  } else {
    const ports::PriceView* unit = variant.price_in(quote.currency);
    if (unit == nullptr) {
      quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(index));
      return;
    }
    line.unit_price = unit->amount;
    const Line& wanted = asked.session.lines[index];
    if (!wanted.properties.empty()) show_properties(wanted, line);
  }
  line.subtotal = line.unit_price * line.quantity;  // Bounded: price() has checked the largest possible product.
  if (variant.requires_shipping) quote.needs_delivery = true;
}

/// Two lines may ask for the same variant: what the first takes, the second cannot have.
void check_stock(std::span<const Goods> goods, Quote& quote) {
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    if (!goods[i].sellable) continue;
    std::int64_t used = 0;
    for (std::size_t before = 0; before <= i; ++before) {
      if (goods[before].variant == goods[i].variant) used += quote.lines[before].quantity;
    }
    if (used > *goods[i].sellable) quote.messages.emplace_back(Level::kError, "out_of_stock", line_path(i));
  }
}

/// Read soon, and lying somewhere else: asked for while the other lines' goods are looked up.
template <class T>
void prefetch(const T* object) noexcept {
  constexpr std::size_t kLine = 64;
  const auto* const bytes = reinterpret_cast<const char*>(object);
  for (std::size_t at = 0; at < sizeof(T); at += kLine) __builtin_prefetch(bytes + at);
}

/// The same one step further: texts that pricing copies.
void prefetch_texts(const ports::VariantView& variant) noexcept {
  __builtin_prefetch(variant.image_url.data());
  __builtin_prefetch(variant.full_title.data());
  if (!variant.product) return;
  if (variant.image_url.empty()) __builtin_prefetch(variant.product->image_url.data());
}

std::optional<std::int64_t> sellable(const ports::VariantView& variant, const StoreId& store,
                                     const ports::StockView& stock) {
  if (!variant.tracked || variant.backorder) return std::nullopt;
  const std::int64_t counted = variant.in_stock ? variant.in_stock->load(std::memory_order_relaxed) : ports::kForgotten;
  return counted != ports::kForgotten ? counted : stock.available(store, variant.id);
}

}  // namespace

void show_goods(const ports::VariantView& variant, QuoteLine& line) {
  line.variant = &variant;
  line.product = variant.product.get();
  line.item = variant.id.value;
  line.title = variant.full_title;
  line.sku = variant.sku;
  line.ships = variant.requires_shipping;
  line.image_url = !variant.image_url.empty() || !variant.product ? variant.image_url : variant.product->image_url;
}

std::vector<Goods> look_up(const Session& session, const Snapshot& snapshot, const ports::StockView& stock) {
  std::vector<Goods> goods(session.lines.size());
  const ports::CatalogView& catalog = *snapshot.catalog;
  for (std::size_t i = 0; i < goods.size(); ++i) goods[i].prepared = catalog.prepare(session.lines[i].item);
  for (std::size_t i = 0; i < goods.size(); ++i) {
    goods[i].variant = catalog.find(session.lines[i].item, goods[i].prepared);
    if (goods[i].variant == nullptr) continue;
    prefetch(goods[i].variant);
    if (const auto* const product = goods[i].variant->product.get()) prefetch(product);
  }
  for (Goods& found : goods) {
    if (found.variant == nullptr) continue;
    prefetch_texts(*found.variant);
    found.sellable = sellable(*found.variant, session.store, stock);
  }
  return goods;
}

std::optional<Instant> price_lines(const Session& session, std::span<const Goods> goods, Instant now, Quote& quote) {
  const SpecialsQuestion asked{session, goods, now};
  std::optional<Instant> changes_at;
  bool special = false;
  quote.lines.reserve(session.lines.size());
  for (std::size_t i = 0; i < session.lines.size(); ++i) {
    const Line& wanted = session.lines[i];
    QuoteLine& line = quote.lines.emplace_back();
    line.id = wanted.id;
    line.parent = wanted.parent;
    line.quantity = wanted.quantity;
    if (goods[i].variant != nullptr) {
      special = special || goods[i].variant->specials != nullptr;
      price_line(asked, i, quote, changes_at);
    } else {
      line.item = line.title = wanted.item;
      quote.messages.emplace_back(Level::kError, "item_unavailable", line_path(i));
    }
  }
  check_stock(goods, quote);
  if (special) ask_for_age(session, quote);
  return changes_at;
}

}  // namespace kassa::checkout
