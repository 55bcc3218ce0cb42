#pragma once
// Which location sends what: a pure decision over the stock hint, made just before goods are reserved. The
// Store alone knows whether the reservation holds; when it refuses, the caller tries `alternatives` once, in
// order.

#include <cstdint>
#include <string>
#include <vector>

#include "services/ports/catalog_view.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::ports {

struct AllocationLine {
  VariantId variant;
  std::int64_t quantity{};
  bool tracked{true};
  bool backorder{false};  ///< With no level known anywhere it needs no reservation; known levels still bind.
};

struct AllocationPlace {
  std::string country;
  std::string region;
};

struct Allocation {
  VariantId variant;
  LocationId location;
  std::int64_t quantity{};
  friend bool operator==(const Allocation&, const Allocation&) = default;
};

/// A variant of which there is not enough, counted over all its lines and all locations.
struct Shortage {
  VariantId variant;
  std::int64_t wanted{};
  std::int64_t available{};
  friend bool operator==(const Shortage&, const Shortage&) = default;
};

using Allocations = std::vector<Allocation>;  ///< Sorted by variant, then location; one entry for each pair.

struct AllocationPlan {
  Allocations allocations;                ///< Empty when something is short, or nothing needs a reservation.
  std::vector<Allocations> alternatives;  ///< At most two other complete answers, next best first.
  std::vector<Shortage> short_of;         ///< Not empty: cannot be fulfilled.
  [[nodiscard]] bool fulfillable() const noexcept { return short_of.empty(); }
};

/// Prefers one location that serves everything (goods on hand before goods to come; then the destination's
/// country, its region, `priority`, id); else splits, taking goods on hand first. Levels at places that are
/// not in `locations` do not count. Deterministic: the order of lines, levels and locations does not matter.
[[nodiscard]] AllocationPlan allocate(const std::vector<AllocationLine>& lines, const std::vector<StockLevel>& levels,
                                      const std::vector<LocationView>& locations, const AllocationPlace& destination);

}  // namespace kassa::ports
