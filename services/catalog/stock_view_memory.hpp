#pragma once
// Stock levels in memory, for quotes. Every I/O thread reads it, whoever commits a reservation writes it:
// variants are spread over stripes with a mutex each, held only to copy a few numbers; what can be sold is an atomic
// number that a catalogue points to, so that a quote neither searches nor locks. What commits and reads tell arrives in
// any order; what is older than what is known is left out. Lives as long as the process.

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
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
  [[nodiscard]] std::uint64_t begin_read() override { return told_.load(); }
  void take_read(const StoreId& store, const std::vector<ports::StockLevel>& levels, std::uint64_t begun) override;
  /// The store is not served for now: nothing is known of it until it is loaded again.
  void forget(const StoreId& store);

 private:
  static constexpr std::size_t kStripes = 64;

  using Levels = std::vector<ports::StockLevel>;
  struct Entry {
    StoreId store;
    std::shared_ptr<std::atomic<std::int64_t>> available;
    Levels levels;
    std::vector<std::uint64_t> told;  ///< As many as levels: which telling each is of, by the count of all.

    /// Null: what is known is newer, or as new. `begun`: for a read, what begin_read() gave.
    [[nodiscard]] ports::StockLevel* place_for(const ports::StockLevel& level, std::uint64_t telling,
                                               std::optional<std::uint64_t> begun);
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_multimap<std::string, Entry> variants;  // Variant ids of different stores may be equal.

    [[nodiscard]] const Entry* find(const StoreId& store, const VariantId& variant) const;
    [[nodiscard]] Entry& at(const StoreId& store, const VariantId& variant);
  };

  [[nodiscard]] const Stripe& stripe_of(const VariantId& variant) const;

  void take(const StoreId& store, const std::vector<ports::StockLevel>& levels, std::optional<std::uint64_t> begun);

  std::array<Stripe, kStripes> stripes_;
  std::atomic<std::uint64_t> told_{0};
};

}  // namespace kassa::catalog
