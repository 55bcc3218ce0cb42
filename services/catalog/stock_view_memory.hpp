#pragma once
// Stock levels in memory, for quotes. Every I/O thread reads it, whoever commits a reservation writes it:
// variants are spread over stripes with a mutex each, held only to copy a few numbers. Lives as long as the
// process.

#include <array>
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
  /// Adds or replaces the levels named; others stay.
  void update(const StoreId& store, const std::vector<ports::StockLevel>& levels) override;

 private:
  static constexpr std::size_t kStripes = 64;

  using Levels = std::vector<ports::StockLevel>;
  /// One store's variant. The sum stands beside its name: quotes ask for nothing else.
  struct Entry {
    StoreId store;
    std::int64_t available{};
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
