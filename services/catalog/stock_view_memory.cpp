#include "services/catalog/stock_view_memory.hpp"

#include <algorithm>
#include <functional>

namespace kassa::catalog {

const MemoryStockView::Levels* MemoryStockView::Stripe::find(const StoreId& store, const VariantId& variant) const {
  const auto found = variants.find(variant.value);
  if (found == variants.end()) return nullptr;
  for (const auto& [owner, levels] : found->second) {
    if (owner == store) return &levels;
  }
  return nullptr;
}

MemoryStockView::Levels& MemoryStockView::Stripe::at(const StoreId& store, const VariantId& variant) {
  auto& owners = variants[variant.value];
  const auto found = std::ranges::find(owners, store, [](const auto& owner) -> const StoreId& { return owner.first; });
  if (found != owners.end()) return found->second;
  return owners.emplace_back(store, Levels{}).second;
}

const MemoryStockView::Stripe& MemoryStockView::stripe_of(const VariantId& variant) const {
  return stripes_[std::hash<std::string>{}(variant.value) % kStripes];
}

std::vector<ports::StockLevel> MemoryStockView::levels(const StoreId& store, const VariantId& variant) const {
  const Stripe& stripe = stripe_of(variant);
  const std::lock_guard lock(stripe.mutex);
  const Levels* const known = stripe.find(store, variant);
  return known == nullptr ? Levels{} : *known;
}

std::int64_t MemoryStockView::available(const StoreId& store, const VariantId& variant) const {
  const Stripe& stripe = stripe_of(variant);
  const std::lock_guard lock(stripe.mutex);
  const Levels* const known = stripe.find(store, variant);
  if (known == nullptr) return 0;
  std::int64_t sum = 0;
  for (const ports::StockLevel& level : *known) sum += std::max<std::int64_t>(0, level.available());
  return sum;
}

void MemoryStockView::update(const StoreId& store, const std::vector<ports::StockLevel>& levels) {
  for (const ports::StockLevel& level : levels) {
    Stripe& stripe = stripes_[std::hash<std::string>{}(level.variant.value) % kStripes];
    const std::lock_guard lock(stripe.mutex);
    Levels& known = stripe.at(store, level.variant);
    const auto found = std::ranges::find(known, level.location, &ports::StockLevel::location);
    if (found == known.end()) {
      known.push_back(level);
    } else {
      *found = level;
    }
  }
}

}  // namespace kassa::catalog
