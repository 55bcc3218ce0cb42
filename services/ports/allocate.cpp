#include "services/ports/allocate.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "services/base/text.hpp"

namespace kassa::ports {
namespace {

constexpr std::size_t kAlternativesMax = 2;

/// What one location has of one variant.
struct Shelf {
  std::int64_t on_hand{};    // May be reserved now out of goods that are there.
  std::int64_t available{};  // The same plus the allowance.
};

enum class Goods : unsigned char { kOnHand, kToCome };

struct AllocationProblem {
  std::map<VariantId, std::int64_t> wanted;  // Tracked variants only.
  std::vector<LocationView> locations;       // Best first.
  std::map<std::pair<VariantId, LocationId>, Shelf> shelves;

  [[nodiscard]] std::int64_t units(const VariantId& variant, const LocationView& location, Goods goods) const {
    const auto found = shelves.find({variant, location.id});
    if (found == shelves.end()) return 0;
    return goods == Goods::kOnHand ? found->second.on_hand : found->second.available;
  }

  [[nodiscard]] std::int64_t units_anywhere(const VariantId& variant) const {
    std::int64_t sum = 0;
    for (const LocationView& location : locations) {
      if (__builtin_add_overflow(sum, units(variant, location, Goods::kToCome), &sum)) return INT64_MAX;
    }
    return sum;
  }
};

std::vector<LocationView> best_first(std::vector<LocationView> locations, const AllocationPlace& destination) {
  const auto rank = [&destination](const LocationView& location) {
    const bool abroad = destination.country.empty() || !equals_ignoring_case(location.country, destination.country);
    const bool elsewhere =
        abroad || destination.region.empty() || !equals_ignoring_case(location.region, destination.region);
    return std::tuple(abroad, elsewhere, location.priority, std::string_view{location.id.value});
  };
  std::ranges::sort(locations, [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return locations;
}

AllocationProblem state(const std::vector<AllocationLine>& lines, const std::vector<StockLevel>& levels,
                        const std::vector<LocationView>& locations, const AllocationPlace& destination) {
  AllocationProblem problem;
  problem.locations = best_first(locations, destination);
  std::map<VariantId, bool> known;
  for (const StockLevel& level : levels) {
    known[level.variant] = true;
    std::int64_t free = level.on_hand;
    std::int64_t available = 0;
    if (__builtin_sub_overflow(free, level.reserved, &free)) free = 0;
    if (__builtin_add_overflow(free, level.allowance, &available)) available = INT64_MAX;
    // A location listed twice would otherwise count twice; the last word is the newest.
    problem.shelves[{level.variant, level.location}] =
        Shelf{std::max<std::int64_t>(0, std::min(free, available)), std::max<std::int64_t>(0, available)};
  }
  for (const AllocationLine& line : lines) {
    if (!line.tracked || line.quantity <= 0) continue;
    if (line.backorder && !known.contains(line.variant)) continue;
    std::int64_t& wanted = problem.wanted[line.variant];
    if (__builtin_add_overflow(wanted, line.quantity, &wanted)) wanted = INT64_MAX;
  }
  return problem;
}

std::optional<Allocations> all_from(const AllocationProblem& problem, const LocationView& location, Goods goods) {
  Allocations result;
  for (const auto& [variant, quantity] : problem.wanted) {
    if (problem.units(variant, location, goods) < quantity) return std::nullopt;
    result.push_back({variant, location.id, quantity});
  }
  return result;
}

/// Takes from the places in order, goods on hand everywhere before goods to come anywhere. Enough is known to
/// exist.
Allocations split(const AllocationProblem& problem, const std::vector<LocationView>& order) {
  std::map<std::pair<VariantId, LocationId>, std::int64_t> taken;
  for (const auto& [variant, quantity] : problem.wanted) {
    std::int64_t left = quantity;
    for (const Goods goods : {Goods::kOnHand, Goods::kToCome}) {
      for (const LocationView& location : order) {
        if (left == 0) break;
        const auto found = taken.find({variant, location.id});
        const std::int64_t already = found == taken.end() ? 0 : found->second;
        const std::int64_t units = std::min(left, problem.units(variant, location, goods) - already);
        if (units <= 0) continue;
        taken[{variant, location.id}] += units;
        left -= units;
      }
    }
  }
  Allocations result;
  for (const auto& [key, quantity] : taken) result.push_back({key.first, key.second, quantity});
  return result;
}

/// Every answer worth trying, best first, without repeats.
std::vector<Allocations> answers(const AllocationProblem& problem) {
  std::vector<Allocations> result;
  const auto offer = [&result](Allocations allocations) {
    if (result.size() > kAlternativesMax || std::ranges::find(result, allocations) != result.end()) return;
    result.push_back(std::move(allocations));
  };
  for (const Goods goods : {Goods::kOnHand, Goods::kToCome}) {
    for (const LocationView& location : problem.locations) {
      if (auto whole = all_from(problem, location, goods)) offer(std::move(*whole));
    }
  }
  offer(split(problem, problem.locations));
  // A split that begins elsewhere is what is left to try when one place has just sold out.
  for (std::size_t first = 1; first < problem.locations.size() && result.size() <= kAlternativesMax; ++first) {
    std::vector<LocationView> order = problem.locations;
    std::ranges::rotate(order, order.begin() + static_cast<std::ptrdiff_t>(first));
    offer(split(problem, order));
  }
  return result;
}

}  // namespace

AllocationPlan allocate(const std::vector<AllocationLine>& lines, const std::vector<StockLevel>& levels,
                        const std::vector<LocationView>& locations, const AllocationPlace& destination) {
  const AllocationProblem problem = state(lines, levels, locations, destination);
  AllocationPlan plan;
  for (const auto& [variant, quantity] : problem.wanted) {
    const std::int64_t available = problem.units_anywhere(variant);
    if (available < quantity) plan.short_of.push_back({variant, quantity, available});
  }
  if (!plan.fulfillable() || problem.wanted.empty()) return plan;
  std::vector<Allocations> found = answers(problem);
  plan.allocations = std::move(found.front());
  plan.alternatives.assign(std::make_move_iterator(found.begin() + 1), std::make_move_iterator(found.end()));
  return plan;
}

}  // namespace kassa::ports
