#pragma once
// Stock levels in memory, for quotes. Every I/O thread reads it, whoever commits a reservation writes it:
// variants are spread over stripes with a mutex each, held only to copy a few numbers; what can be sold is an atomic
// number that a catalogue points to, so that a quote neither searches nor locks. Lives as long as the process.

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/ports/stock_view.hpp"

namespace kassa::catalog {

class MemoryStockView final : public ports::StockView {
 public:
  [[nodiscard]] std::vector<ports::StockLevel> levels(const StoreId& store, const VariantId& variant) const override;
  [[nodiscard]] std::int64_t available(const StoreId& store, const VariantId& variant) const override;
  [[nodiscard]] ports::StockCounter counter(const StoreId& store, const VariantId& variant) override;
  /// Adds or replaces the levels named; others stay.
  void update(const StoreId& store, const std::vector<ports::StockLevel>& levels) override;
  /// The store is not served for now: nothing is known of it until it is loaded again.
  void forget(const StoreId& store);

 private:
  static constexpr std::size_t kStripes = 64;

  using Levels = std::vector<ports::StockLevel>;
  struct Entry {
    StoreId store;
    std::shared_ptr<std::atomic<std::int64_t>> available;
    Levels levels;
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_multimap<std::string, Entry> variants;  // Variant ids of different stores may be equal.

    [[nodiscard]] const Entry* find(const StoreId& store, const VariantId& variant) const;
    [[nodiscard]] Entry& at(const StoreId& store, const VariantId& variant);
  };

  [[nodiscard]] const Stripe& stripe_of(const VariantId& variant) const;

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace kassa::catalog
