#pragma once
// The lock-free table behind PrometheusMetrics: open addressing over pointers that are set once and never
// removed.

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace kassa::platform {

enum class MetricKind : unsigned char { kCounter, kDuration, kGauge };

/// Upper bounds in nanoseconds; the last bucket has none.
inline constexpr std::array<std::int64_t, 17> kDurationBounds{
    50'000,      100'000,       250'000,       500'000,       1'000'000,     2'500'000,
    5'000'000,   10'000'000,    25'000'000,    50'000'000,    100'000'000,   250'000'000,
    500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};

/// One time series. Own cache lines, so that two busy counters do not slow each other down.
struct alignas(64) MetricCell {
  MetricCell(MetricKind kind_, std::string_view name_, std::string_view label_)
      : kind(kind_), name(name_), label(label_) {}

  const MetricKind kind;
  const std::string name;
  const std::string label;
  std::atomic<std::int64_t> value{};  ///< Count, level, or sum of nanoseconds.
  std::array<std::atomic<std::uint64_t>, kDurationBounds.size() + 1> buckets{};
};

class MetricTable {
 public:
  static constexpr std::size_t kCellsMax = 3'072;

  MetricTable();
  ~MetricTable();
  MetricTable(const MetricTable&) = delete;
  MetricTable& operator=(const MetricTable&) = delete;

  /// The cell of this series, made now if need be; the overflow cell of its kind when the table is full.
  MetricCell& cell(MetricKind kind, std::string_view name, std::string_view label);

  template <class Visit>
  void each(Visit visit) const {
    for (const auto& slot : slots_) {
      if (const auto* found = slot.load(std::memory_order_acquire)) visit(*found);
    }
    for (const auto& overflow : overflow_) {
      if (overflow.value.load(std::memory_order_relaxed) != 0) visit(overflow);
    }
  }

 private:
  static constexpr std::size_t kSlots = 4'096;

  std::array<std::atomic<MetricCell*>, kSlots> slots_{};
  std::atomic<std::size_t> cells_{};
  std::array<MetricCell, 3> overflow_;
};

}  // namespace kassa::platform
