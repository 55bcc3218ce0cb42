#include "services/protocol/ucp/catalog_shape.hpp"

#include <algorithm>
#include <unordered_map>

namespace kassa::protocol {
namespace {

struct Availability {
  std::string_view status;
  bool available{};
};

/// What can be sold without going below zero.
bool has_on_hand(const ports::VariantView& variant, const StockNow& stock) {
  const auto levels = stock.stock.levels(stock.store, variant.id);
  return std::ranges::any_of(levels, [](const auto& level) { return level.on_hand > level.reserved; });
}

bool has_any(const ports::VariantView& variant, const StockNow& stock) {
  const std::int64_t known = variant.in_stock ? variant.in_stock->load(std::memory_order_relaxed) : ports::kForgotten;
  return (known == ports::kForgotten ? stock.stock.available(stock.store, variant.id) : known) > 0;
}

Availability availability_of(const ports::VariantView& variant, const StockNow& stock) {
  const ports::SaleTerms* const terms = variant.specials ? &variant.specials->terms : nullptr;
  if (terms != nullptr && terms->sale_until && *terms->sale_until <= stock.now) return {"discontinued", false};
  if (terms != nullptr && terms->sale_from && stock.now < *terms->sale_from) return {"preorder", false};
  if (variant.tracked && !has_any(variant, stock)) return {"out_of_stock", false};
  if (terms != nullptr && terms->preorder_until && stock.now < *terms->preorder_until) return {"preorder", true};
  if (variant.tracked && variant.backorder && !has_on_hand(variant, stock)) return {"backorder", true};
  return {"in_stock", true};
}

/// Variants by the merchant's order; what the texts do not know comes last.
class Ranks {
 public:
  explicit Ranks(const catalog::ProductText* text) : text_(text) {
    if (text == nullptr) return;
    for (const catalog::VariantText& variant : text->variants) ranks_.emplace(variant.id, ranks_.size());
  }
  [[nodiscard]] std::size_t of(const ports::VariantView& variant) const {
    const auto found = ranks_.find(variant.id.value);
    return found == ranks_.end() ? ranks_.size() : found->second;
  }
  [[nodiscard]] const catalog::VariantText* text_of(const ports::VariantView& variant) const {
    const std::size_t rank = of(variant);
    return rank == ranks_.size() ? nullptr : &text_->variants[rank];
  }

 private:
  const catalog::ProductText* text_;
  std::unordered_map<std::string_view, std::size_t> ranks_;
};

void put_in_front(std::vector<ShownVariant>& variants, std::vector<ShownVariant>::iterator chosen) {
  if (chosen != variants.end()) std::rotate(variants.begin(), chosen, chosen + 1);
}

/// Which selected option goes next.
std::size_t least_wanted(const std::vector<ShownOption>& selected, const std::vector<std::string>& preferences) {
  for (auto name = preferences.rbegin(); name != preferences.rend(); ++name) {
    const auto found = std::ranges::find(selected, *name, &ShownOption::name);
    if (found != selected.end()) return static_cast<std::size_t>(found - selected.begin());
  }
  return selected.size() - 1;
}

}  // namespace

ShownProduct show_product(const catalog::OfferedProduct& offered, const catalog::ProductText* text,
                          const StockNow& stock) {
  ShownProduct shown;
  shown.product = offered.product;
  if (text != nullptr) {
    shown.description = text->description;
    shown.images = text->images;
    shown.option_names = text->option_names;
  }
  std::vector<catalog::OfferedVariant> ordered = offered.variants;
  const Ranks ranks(text);
  std::ranges::stable_sort(ordered, {}, [&ranks](const auto& each) { return ranks.of(*each.variant); });
  for (catalog::OfferedVariant& each : ordered) {
    const Availability now = availability_of(*each.variant, stock);
    const catalog::VariantText* const own = ranks.text_of(*each.variant);
    ShownVariant variant{each.variant, std::move(each.price), now.status, now.available, {}, {}};
    if (own != nullptr) {
      variant.barcode = own->barcode;
      variant.options = own->options;
    }
    shown.variants.push_back(std::move(variant));
  }
  put_in_front(shown.variants, std::ranges::find(shown.variants, true, &ShownVariant::available));
  return shown;
}

std::string_view label_of(const ShownProduct& product, const ShownVariant& variant, std::string_view option) {
  const auto found = std::ranges::find(product.option_names, option);
  const auto i = static_cast<std::size_t>(found - product.option_names.begin());
  return i < variant.options.size() ? std::string_view(variant.options[i]) : std::string_view{};
}

bool has_options(const ShownProduct& product, const ShownVariant& variant, std::span<const ShownOption> wanted) {
  return std::ranges::all_of(
      wanted, [&](const ShownOption& option) { return label_of(product, variant, option.name) == option.label; });
}

std::vector<ShownOption> settle_selection(ShownProduct& product, const Selection& selection) {
  std::vector<ShownOption> selected = selection.selected;
  const auto fits = [&](const ShownVariant& variant) { return has_options(product, variant, selected); };
  while (!selected.empty() && std::ranges::none_of(product.variants, fits)) {
    selected.erase(selected.begin() + static_cast<std::ptrdiff_t>(least_wanted(selected, selection.preferences)));
  }
  auto chosen =
      std::ranges::find_if(product.variants, [&](const auto& v) { return v.variant == selection.named && fits(v); });
  if (chosen == product.variants.end()) {
    chosen = std::ranges::find_if(product.variants, [&](const auto& v) { return v.available && fits(v); });
  }
  if (chosen == product.variants.end()) chosen = std::ranges::find_if(product.variants, fits);
  put_in_front(product.variants, chosen);
  if (!selected.empty()) return selected;
  const ShownVariant& first = product.variants.front();
  for (std::size_t i = 0; i < std::min(first.options.size(), product.option_names.size()); ++i) {
    selected.push_back({product.option_names[i], first.options[i]});
  }
  return selected;
}

}  // namespace kassa::protocol
