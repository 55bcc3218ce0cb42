#include "services/ports/catalog_view.hpp"

namespace kassa::ports {

const PriceView* VariantView::price_in(Currency currency) const noexcept {
  for (const PriceView& price : prices) {
    if (price.currency == currency) return &price;
  }
  return nullptr;
}

std::string VariantView::full_title() const {
  if (!product) return title;
  if (title.empty()) return product->title;
  std::string full;
  full.reserve(product->title.size() + 3 + title.size());
  return full.append(product->title).append(" - ").append(title);
}

CatalogView::CatalogView(std::vector<VariantView> variants, std::vector<LocationView> locations, std::int64_t revision)
    : variants_(std::move(variants)), locations_(std::move(locations)), revision_(revision) {
  by_id_.reserve(variants_.size() * 2);
  for (std::size_t i = 0; i < variants_.size(); ++i) by_id_.emplace(variants_[i].id.value, i);
  // A product id or SKU is accepted only where it can mean one variant.
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> aliases;
  for (std::size_t i = 0; i < variants_.size(); ++i) {
    const VariantView& variant = variants_[i];
    const std::string_view product = variant.product ? std::string_view{variant.product->id.value} : std::string_view{};
    for (const std::string_view alias : {product, std::string_view{variant.sku}}) {
      if (alias.empty() || alias == variant.id.value) continue;
      auto& [count, index] = aliases[alias];
      if (count == 0 || index != i) ++count;
      index = i;
    }
  }
  for (const auto& [alias, use] : aliases) {
    if (use.first == 1) by_id_.emplace(alias, use.second);
  }
}

const VariantView* CatalogView::find(std::string_view id) const noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &variants_[found->second];
}

}  // namespace kassa::ports
