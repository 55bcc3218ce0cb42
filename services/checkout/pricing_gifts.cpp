#include "services/checkout/gifts.hpp"

namespace kassa::checkout {
namespace {

/// Null when nobody could sell it.
const ports::VariantView* goods_given(const discounts::Gift& gift, const Snapshot& snapshot) {
  const ports::VariantView* const variant = snapshot.catalog->find(gift.sku);
  return variant == nullptr || (variant->product && !variant->product->published) ? nullptr : variant;
}

bool is_there(const ports::VariantView& variant, std::int64_t quantity, const Session& session,
              const ports::StockView* stock, const Quote& quote) {
  if (stock == nullptr || !variant.tracked || variant.backorder) return true;
  std::int64_t left = stock->available(session.store, variant.id);
  for (const QuoteLine& line : quote.lines) left -= line.variant == &variant ? line.quantity : 0;
  return left >= quantity;
}

void add_line(const discounts::Gift& gift, const ports::VariantView& variant, Quote& quote) {
  QuoteLine& line = quote.lines.emplace_back();
  line.id = LineId{std::string(kGiftPrefix) + gift.rule_id};
  line.gift = true;
  show_goods(variant, line);
  line.quantity = gift.quantity;
  quote.needs_delivery = quote.needs_delivery || line.ships;
}

/// The one that takes whatever others do not name, else the first.
void deliver_gift(const Session& session, const LineId& line, Quote& quote) {
  if (session.deliveries.empty()) return;
  const auto open = std::ranges::find(session.deliveries, true, &Delivery::all_lines);
  const std::size_t place =
      open == session.deliveries.end() ? 0 : static_cast<std::size_t>(open - session.deliveries.begin());
  quote.deliveries[place].lines.push_back(line);
  find_place(session, place, quote);
}

}  // namespace

std::vector<LinePatch> without_gifts(std::span<const LinePatch> lines) {
  std::vector<LinePatch> own;
  std::ranges::copy_if(lines, std::back_inserter(own), [](const LinePatch& line) { return !is_gift_line(line.id); });
  return own;
}

void add_gifts(const Session& session, const Snapshot& snapshot, const ports::StockView* stock, Quote& quote) {
  std::erase_if(quote.discounts.gifts, [&](const discounts::Gift& gift) {
    const ports::VariantView* const variant = goods_given(gift, snapshot);
    if (variant != nullptr && is_there(*variant, gift.quantity, session, stock, quote)) {
      add_line(gift, *variant, quote);
      if (variant->requires_shipping) deliver_gift(session, LineId(quote.lines.back().id), quote);
      return false;
    }
    // Whoever has given a code is never left without an answer.
    if (!gift.skip_if_out_of_stock || !gift.code.empty()) {
      Message message(Level::kWarning, "gift_unavailable", "$.line_items");
      message.params.emplace_back("title", gift.title);
      quote.messages.push_back(std::move(message));
    }
    return true;
  });
}

}  // namespace kassa::checkout
