#pragma once
// What is probably available right now: a hint for quotes, kept in memory and corrected from every reservation that
// commits. The Store alone decides (step D1).

#include <cstdint>
#include <string_view>
#include <vector>

#include "services/base/id.hpp"
#include "services/ports/catalog_view.hpp"

namespace kassa::ports {

struct StockLevel {
  VariantId variant;
  LocationId location;
  std::int64_t on_hand{};
  std::int64_t allowance{};
  std::int64_t reserved{};
  std::int64_t version{};  ///< How often it was changed; 0: not known.

  [[nodiscard]] std::int64_t available() const noexcept { return on_hand + allowance - reserved; }
};

class StockView {
 public:
  virtual ~StockView() = default;
  /// Levels of one variant, one per location that keeps it; empty when nothing is known.
  [[nodiscard]] virtual std::vector<StockLevel> levels(const StoreId& store, const VariantId& variant) const = 0;
  /// The sum of what the locations can give, each at least 0.
  [[nodiscard]] virtual std::int64_t available(const StoreId& store, const VariantId& variant) const = 0;
  /// Where this view keeps what available() gives, for whoever asks again and again; null: it keeps it nowhere.
  [[nodiscard]] virtual StockCounter counter(const StoreId& /*store*/, const VariantId& /*variant*/) { return nullptr; }
  /// Takes over rows that a committed transaction returned. What is known of a later version stays.
  virtual void update(const StoreId& store, const std::vector<StockLevel>& levels) = 0;
  /// Called before levels are read from the Store: what it gives is handed to take_read() with them.
  [[nodiscard]] virtual std::uint64_t begin_read() { return 0; }
  /// Takes over rows of a plain read: nothing that was told since it began is overwritten by something older.
  virtual void take_read(const StoreId& store, const std::vector<StockLevel>& levels, std::uint64_t /*begun*/) {
    update(store, levels);
  }
};

}  // namespace kassa::ports
