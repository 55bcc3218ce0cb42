#include "services/catalog/stock_view_memory.hpp"

#include <algorithm>
#include <functional>

namespace kassa::catalog {

std::string MemoryStockView::key_of(const StoreId& store, const VariantId& variant) {
  return store.value + '\x1f' + variant.value;
}

std::size_t MemoryStockView::stripe_of(const std::string& key) {
  return std::hash<std::string>{}(key) % kStripes;
}

std::vector<ports::StockLevel> MemoryStockView::levels(const StoreId& store, const VariantId& variant) const {
  const std::string key = key_of(store, variant);
  const Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock(stripe.mutex);
  const auto found = stripe.levels.find(key);
  return found == stripe.levels.end() ? std::vector<ports::StockLevel>{} : found->second;
}

void MemoryStockView::update(const StoreId& store, const std::vector<ports::StockLevel>& levels) {
  for (const ports::StockLevel& level : levels) {
    const std::string key = key_of(store, level.variant);
    Stripe& stripe = stripes_[stripe_of(key)];
    const std::lock_guard lock(stripe.mutex);
    std::vector<ports::StockLevel>& known = stripe.levels[key];
    const auto found = std::ranges::find(known, level.location, &ports::StockLevel::location);
    if (found == known.end()) {
      known.push_back(level);
    } else {
      *found = level;
    }
  }
}

}  // namespace kassa::catalog
