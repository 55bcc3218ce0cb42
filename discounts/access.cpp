#include "discounts/access.hpp"

#include <algorithm>
#include <limits>

namespace kassa::discounts {
namespace {

constexpr std::int64_t kAnySubtotal = std::numeric_limits<std::int64_t>::min();

/// A line's value is in few carts; a country or a payment method is in many.
constexpr std::uint64_t kCartWeight = 16;

/// True only if one of the leaf's values is there (texts) or one of its intervals is met (numbers).
bool is_demand(const Node& node) noexcept { return !node.negate && !node.missing_pass; }

class AccessFinder {
 public:
  AccessFinder(const PredicateView& predicate, const ValueCounts& counts) : predicate_(predicate), counts_(counts) {}

  [[nodiscard]] std::optional<Access> below(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    switch (node.kind) {
      case NodeKind::kText: return is_demand(node) ? texts(node) : std::nullopt;
      case NodeKind::kNumber: return some_line_counts(i) ? below(i + 1) : std::nullopt;
      case NodeKind::kAll: return cheapest(i);
      case NodeKind::kAny: return together(i);
      default: return std::nullopt;
    }
  }

 private:
  [[nodiscard]] std::uint64_t cost_of(const Node& node, std::uint32_t id) const {
    return std::uint64_t{counts_.empty() ? 1 : counts_[id]} * (node.in_line ? 1 : kCartWeight);
  }

  [[nodiscard]] std::optional<Access> texts(const Node& node) const {
    if (node.match == TextMatch::kPrefix) return std::nullopt;
    Access every;
    Access rarest;
    for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
      const std::uint32_t id = predicate_.ids[k];
      const std::uint64_t cost = cost_of(node, id);
      every.values.push_back(id);
      every.cost += cost;
      if (rarest.values.empty() || cost < rarest.cost) rarest = Access{{id}, cost};
    }
    return node.match == TextMatch::kEvery ? rarest : every;
  }

  /// A sum over the lines that a `where` accepts: when it must be at least 1, some line must be accepted.
  [[nodiscard]] bool some_line_counts(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    if (!is_demand(node) || node.end == i + 1) return false;
    const Interval* const begin = predicate_.intervals + node.first;
    return std::all_of(begin, begin + node.count, [](const Interval& interval) { return interval.low >= 1; });
  }

  [[nodiscard]] std::optional<Access> cheapest(std::uint32_t i) const {
    std::optional<Access> best;
    for (std::uint32_t child = i + 1; child < predicate_.nodes[i].end; child = predicate_.nodes[child].end) {
      auto access = below(child);
      if (access && (!best || access->cost < best->cost)) best = std::move(access);
    }
    return best;
  }

  [[nodiscard]] std::optional<Access> together(std::uint32_t i) const {
    Access all;
    for (std::uint32_t child = i + 1; child < predicate_.nodes[i].end; child = predicate_.nodes[child].end) {
      const auto access = below(child);
      if (!access) return std::nullopt;
      all.values.insert(all.values.end(), access->values.begin(), access->values.end());
      all.cost += access->cost;
    }
    std::ranges::sort(all.values);
    const auto doubles = std::ranges::unique(all.values);
    all.values.erase(doubles.begin(), doubles.end());
    return all;
  }

  const PredicateView& predicate_;
  const ValueCounts& counts_;
};

/// Leaves that must hold for the whole to hold.
template <class Visit>
void each_conjunct(const PredicateView& predicate, std::uint32_t i, Visit visit) {
  const Node& node = predicate.nodes[i];
  if (node.kind != NodeKind::kAll) return visit(node);
  for (std::uint32_t child = i + 1; child < node.end; child = predicate.nodes[child].end)
    each_conjunct(predicate, child, visit);
}

template <class Visit>
void each_demand(const PredicateView& predicate, Visit visit) {
  if (predicate.empty()) return;
  each_conjunct(predicate, 0, [&](const Node& node) {
    if (is_demand(node)) visit(node);
  });
}

/// The least that satisfies a comparison, by currency.
Floor floor_of(const PredicateView& predicate, const Node& node) {
  Floor floor;
  floor.attribute = node.attribute;
  for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
    const Interval& interval = predicate.intervals[k];
    const auto known = std::ranges::find(floor.from.entries, interval.currency, [](const auto& e) { return e.first; });
    if (known == floor.from.entries.end()) {
      floor.from.entries.emplace_back(interval.currency, interval.low);
    } else {
      known->second = std::min(known->second, interval.low);
    }
  }
  return floor;
}

std::vector<Floor> floors_of(const Segment& segment, const Row& row) {
  std::vector<Floor> floors;
  const PredicateView when = segment.conditions.view(row.when);
  each_demand(when, [&](const Node& node) {
    const bool plain = node.attribute == Attribute::kCartSubtotal || node.attribute == Attribute::kCartQuantity ||
                       node.attribute == Attribute::kCustomerOrdersCount;
    if (plain && node.kind == NodeKind::kNumber) floors.push_back(floor_of(when, node));
  });
  const Value& value = segment.value_of(row);
  if (value.on == TierOn::kCartSubtotal || value.on == TierOn::kCartQuantity) {
    const bool money = value.on == TierOn::kCartSubtotal;
    floors.push_back({money ? Attribute::kCartSubtotal : Attribute::kCartQuantity, value.tiers.front().from});
  }
  return floors;
}

template <class Visit>
void each_condition(const Segment& segment, const Row& row, Visit visit) {
  if (!row.is(Row::kOneValue)) visit(segment.conditions.view(row.target));
  visit(segment.conditions.view(row.when));
  for (const SetPart& part : segment.terms_of(row).parts) visit(segment.conditions.view(part.where));
}

}  // namespace

void count_values(const Segment& segment, const Row& row, ValueCounts& counts) {
  if (row.is(Row::kOneValue)) ++counts[row.target];
  each_condition(segment, row, [&](const PredicateView& predicate) {
    for (std::uint32_t i = 0; i < predicate.size; ++i) {
      const Node& node = predicate.nodes[i];
      if (node.kind != NodeKind::kText || node.match == TextMatch::kPrefix) continue;
      for (std::uint32_t k = node.first; k < node.first + node.count; ++k) ++counts[predicate.ids[k]];
    }
  });
}

std::optional<Access> find_access(const Segment& segment, const Row& row, const ValueCounts& counts) {
  std::optional<Access> best;
  if (row.is(Row::kOneValue)) best = Access{{row.target}, counts.empty() ? 1 : counts[row.target]};
  each_condition(segment, row, [&](const PredicateView& predicate) {
    if (predicate.empty()) return;
    auto access = AccessFinder(predicate, counts).below(0);
    if (access && (!best || access->cost < best->cost)) best = std::move(access);
  });
  return best;
}

std::int64_t Floor::lowest() const noexcept {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const auto& entry : from.entries) least = std::min(least, entry.second);
  return from.entries.empty() ? kAnySubtotal : least;
}

std::optional<Floor> find_floor(const Segment& segment, const Row& row) {
  auto floors = floors_of(segment, row);
  // A basket holds at least one thing, so a count of one keeps nobody out.
  std::erase_if(floors, [](const Floor& floor) {
    return floor.lowest() <= (floor.attribute == Attribute::kCartQuantity ? 1 : 0);
  });
  const auto found = std::ranges::min_element(floors, {}, [](const Floor& floor) { return floor.attribute; });
  return found == floors.end() ? std::nullopt : std::optional<Floor>{std::move(*found)};
}

std::int64_t least_subtotal(const Segment& segment, const Row& row) {
  std::int64_t least = kAnySubtotal;
  if (row.when == Conditions::kAlways && segment.value_of(row).on == TierOn::kNothing) return least;
  for (const Floor& floor : floors_of(segment, row)) {
    if (floor.attribute == Attribute::kCartSubtotal) least = std::max(least, floor.lowest());
  }
  return least;
}

void list_cart_demands(const Segment& segment, const Row& row, std::vector<CartDemand>& out) {
  out.clear();
  const PredicateView when = segment.conditions.view(row.when);
  each_demand(when, [&](const Node& node) {
    if (node.kind != NodeKind::kText || node.match == TextMatch::kPrefix || node.in_line) return;
    if (node.attribute == Attribute::kShippingMethod) return;
    if (std::ranges::find(out, node.attribute, &CartDemand::attribute) != out.end()) return;
    const std::uint32_t count = node.match == TextMatch::kEvery ? 1 : node.count;
    out.push_back({node.attribute, when.ids + node.first, count});
  });
}

}  // namespace kassa::discounts
