#include "services/catalog/stock_view_memory.hpp"

#include <algorithm>
#include <functional>

namespace kassa::catalog {
namespace {

std::int64_t sum_of(const std::vector<ports::StockLevel>& levels) noexcept {
  std::int64_t sum = 0;
  for (const ports::StockLevel& level : levels) sum += std::max<std::int64_t>(0, level.available());
  return sum;
}

}  // namespace

const MemoryStockView::Entry* MemoryStockView::Stripe::find(const StoreId& store, const VariantId& variant) const {
  for (auto it = variants.find(variant.value); it != variants.end() && it->first == variant.value; ++it) {
    if (it->second.store == store) return &it->second;
  }
  return nullptr;
}

MemoryStockView::Entry& MemoryStockView::Stripe::at(const StoreId& store, const VariantId& variant) {
  for (auto it = variants.find(variant.value); it != variants.end() && it->first == variant.value; ++it) {
    if (it->second.store == store) return it->second;
  }
  auto counter = std::make_shared<std::atomic<std::int64_t>>(0);
  return variants.emplace(variant.value, Entry{store, std::move(counter), {}})->second;
}

const MemoryStockView::Stripe& MemoryStockView::stripe_of(const VariantId& variant) const {
  return stripes_[std::hash<std::string>{}(variant.value) % kStripes];
}

std::vector<ports::StockLevel> MemoryStockView::levels(const StoreId& store, const VariantId& variant) const {
  const Stripe& stripe = stripe_of(variant);
  const std::lock_guard lock(stripe.mutex);
  const Entry* const known = stripe.find(store, variant);
  return known == nullptr ? Levels{} : known->levels;
}

std::int64_t MemoryStockView::available(const StoreId& store, const VariantId& variant) const {
  const Stripe& stripe = stripe_of(variant);
  const std::lock_guard lock(stripe.mutex);
  const Entry* const known = stripe.find(store, variant);
  return known == nullptr ? 0 : known->available->load(std::memory_order_relaxed);
}

ports::StockCounter MemoryStockView::counter(const StoreId& store, const VariantId& variant) {
  Stripe& stripe = stripes_[std::hash<std::string>{}(variant.value) % kStripes];
  const std::lock_guard lock(stripe.mutex);
  return stripe.at(store, variant).available;
}

void MemoryStockView::update(const StoreId& store, const std::vector<ports::StockLevel>& levels) {
  for (const ports::StockLevel& level : levels) {
    Stripe& stripe = stripes_[std::hash<std::string>{}(level.variant.value) % kStripes];
    const std::lock_guard lock(stripe.mutex);
    Entry& known = stripe.at(store, level.variant);
    const auto found = std::ranges::find(known.levels, level.location, &ports::StockLevel::location);
    if (found == known.levels.end()) {
      known.levels.push_back(level);
    } else {
      *found = level;
    }
    known.available->store(sum_of(known.levels), std::memory_order_relaxed);
  }
}

void MemoryStockView::forget(const StoreId& store) {
  for (Stripe& stripe : stripes_) {
    const std::lock_guard lock(stripe.mutex);
    std::erase_if(stripe.variants, [&](const auto& entry) {
      const bool gone = entry.second.store == store;
      // Catalogues that still point to it ask for another.
      if (gone) entry.second.available->store(ports::kForgotten, std::memory_order_relaxed);
      return gone;
    });
  }
}

}  // namespace kassa::catalog
