#include "services/ports/product_shelf.hpp"

#include <algorithm>

#include "services/base/fold.hpp"

namespace kassa::ports {

ProductShelf::ProductShelf(std::shared_ptr<const CatalogView> catalog) : catalog_(std::move(catalog)) {
  variants_.reserve(catalog_->variants().size());
  for (const VariantView& variant : catalog_->variants()) {
    if (variant.product && variant.product->published) variants_.push_back(&variant);
  }
  // The catalogue is in the order of variant ids.
  std::ranges::stable_sort(variants_, {},
                           [](const VariantView* v) -> std::string_view { return v->product->id.value; });
  std::unordered_map<std::string_view, std::string> keys;
  for (std::size_t i = 0; i < variants_.size(); ++i) {
    if (i > 0 && variants_[i]->product->id == variants_[i - 1]->product->id) continue;
    const auto place = static_cast<std::uint32_t>(starts_.size());
    starts_.push_back(static_cast<std::uint32_t>(i));
    const std::string& category = variants_[i]->product->category;
    if (category.empty()) continue;
    // Folded once for each spelling: there are few of them, and many products.
    auto& key = keys[category];
    if (key.empty()) key = category_key(category);
    categories_[key].push_back(place);
  }
  if (!starts_.empty()) starts_.push_back(static_cast<std::uint32_t>(variants_.size()));
}

std::string ProductShelf::category_key(std::string_view category) {
  std::string key;
  for (const std::string& word : folded_words(category)) key.append(word).append(" ");
  return key;
}

ProductShelf::Product ProductShelf::at(std::size_t place) const noexcept {
  const std::span<const VariantView* const> all(variants_);
  const auto variants = all.subspan(starts_[place], starts_[place + 1] - starts_[place]);
  return {variants.front()->product.get(), variants};
}

std::string_view ProductShelf::id_at(std::size_t place) const noexcept {
  return variants_[starts_[place]]->product->id.value;
}

std::size_t ProductShelf::place_after(std::string_view product_id) const noexcept {
  std::size_t low = 0;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (id_at(middle) <= product_id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::size_t ProductShelf::place_of(std::string_view product_id) const noexcept {
  const std::size_t after = place_after(product_id);
  return after > 0 && id_at(after - 1) == product_id ? after - 1 : size();
}

std::span<const std::uint32_t> ProductShelf::places_in(std::string_view category) const {
  const auto found = categories_.find(category_key(category));
  if (found == categories_.end()) return {};
  return found->second;
}

}  // namespace kassa::ports
