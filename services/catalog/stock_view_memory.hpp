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
  [[nodiscard]] std::vector<ports::StockLevel> levels(const StoreId& store,
                                                      const VariantId& variant) const override;
  /// Adds or replaces the levels named; others stay.
  void update(const StoreId& store, const std::vector<ports::StockLevel>& levels) override;

 private:
  static constexpr std::size_t kStripes = 64;

  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::vector<ports::StockLevel>> levels;  // By store and variant.
  };

  static std::string key_of(const StoreId& store, const VariantId& variant);
  [[nodiscard]] static std::size_t stripe_of(const std::string& key);

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace kassa::catalog
