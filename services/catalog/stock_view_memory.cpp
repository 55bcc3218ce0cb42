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
  return variants.emplace(variant.value, Entry{store, std::move(counter), {}, {}})->second;
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

/// A read that began after the last telling is the newest there is, whatever its version says: the Store may have gone
/// back to a backup. Of what overlaps the later version counts.
ports::StockLevel* MemoryStockView::Entry::place_for(const ports::StockLevel& level, std::uint64_t telling,
                                                     std::optional<std::uint64_t> begun) {
  const auto found = std::ranges::find(levels, level.location, &ports::StockLevel::location);
  const auto at = static_cast<std::size_t>(found - levels.begin());
  if (found == levels.end()) {
    told.push_back(telling);
    return &levels.emplace_back();
  }
  const bool certain = begun ? told[at] <= *begun : level.version == 0;
  if (!certain && level.version <= found->version) return nullptr;
  told[at] = telling;
  return &*found;
}

void MemoryStockView::update(const StoreId& store, const std::vector<ports::StockLevel>& levels) {
  take(store, levels, std::nullopt);
}

void MemoryStockView::take_read(const StoreId& store, const std::vector<ports::StockLevel>& levels,
                                std::uint64_t begun) {
  take(store, levels, begun);
}

void MemoryStockView::take(const StoreId& store, const std::vector<ports::StockLevel>& levels,
                           std::optional<std::uint64_t> begun) {
  const std::uint64_t telling = told_.fetch_add(1) + 1;
  for (const ports::StockLevel& level : levels) {
    Stripe& stripe = stripes_[std::hash<std::string>{}(level.variant.value) % kStripes];
    const std::lock_guard lock(stripe.mutex);
    Entry& known = stripe.at(store, level.variant);
    ports::StockLevel* const place = known.place_for(level, telling, begun);
    if (place == nullptr) continue;
    *place = level;
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
