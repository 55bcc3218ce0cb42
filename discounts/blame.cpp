#include <limits>

#include "discounts/tester.hpp"

namespace kassa::discounts {
namespace {

constexpr std::int64_t kNoLowerBound = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kNoUpperBound = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kTextsShown = 10;

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list.append(", ");
  list.append(item);
}

/// The first leaf at or below `i` that is not satisfied; `wanted` flips under a "not".
Blame first_failing(const PredicateView& predicate, const Tester& tester, std::uint32_t i, bool wanted) {
  const Node& node = predicate.nodes[i];
  if (node.kind == NodeKind::kNot) return first_failing(predicate, tester, i + 1, !wanted);
  if (node.kind != NodeKind::kAll && node.kind != NodeKind::kAny) return Blame{i, wanted};
  for (std::uint32_t child = i + 1; child < node.end; child = predicate.nodes[child].end) {
    if (tester.at(child) != (wanted ? Truth::kTrue : Truth::kFalse))
      return first_failing(predicate, tester, child, wanted);
  }
  return first_failing(predicate, tester, i + 1, wanted);
}

std::string needed_number(const Node& node, const PredicateView& predicate, Currency currency) {
  std::string single;
  std::string list;
  std::size_t count = 0;
  for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
    const Interval& interval = predicate.intervals[k];
    if (interval.currency != currency) continue;
    const std::string low = std::to_string(interval.low);
    const std::string high = std::to_string(interval.high);
    if (interval.low == interval.high) {
      single = (node.negate ? "ne " : "eq ") + low;
    } else if (interval.high == kNoUpperBound) {
      single = "gte " + low;
    } else {
      single = interval.low == kNoLowerBound ? "lte " : "between ";
      if (interval.low != kNoLowerBound) single.append(low).append(", ");
      single += high;
    }
    if (++count <= kTextsShown) append(list, low);
  }
  if (count <= 1) return single;
  return (node.negate ? "none_of " : "any_of ") + list + (count > kTextsShown ? ", ..." : "");
}

std::string needed_text(const Node& node, const PredicateView& predicate, const ValueTable& values) {
  std::vector<std::string_view> texts;
  texts.reserve(node.count);
  for (std::uint32_t k = 0; k < node.count; ++k) texts.push_back(values.text(predicate.ids[node.first + k]));
  std::ranges::sort(texts);
  std::string list;
  for (std::size_t k = 0; k < texts.size() && k < kTextsShown; ++k) append(list, texts[k]);
  if (node.count > kTextsShown) append(list, "...");
  if (node.match == TextMatch::kPrefix) return "prefix " + list;
  if (node.match == TextMatch::kEvery) return "all_of " + list;
  if (node.count == 1) return (node.negate ? "ne " : "eq ") + list;
  return (node.negate ? "none_of " : "any_of ") + list;
}

std::string actual_text(Attribute attribute, const Tester& tester, const CartState& state) {
  std::string list;
  if (attribute == Attribute::kCustomerSegments) {
    for (const std::string& segment : state.cart->segments) append(list, segment);
    return list;
  }
  if (is_own(attribute)) {
    const std::string_view name = state.registry->row_of(attribute).name;
    for (const Fact& fact : state.cart->facts) {
      if (fact.name != name) continue;
      for (const std::string& text : fact.texts) append(list, text);
    }
    return list;
  }
  if (attribute != Attribute::kShippingMethod) return std::string(tester.single(attribute));
  for (const CartShipping& entry : state.cart->shipping) append(list, entry.method);
  return list;
}

}  // namespace

std::string shortfall(std::string_view name, std::int64_t have, std::int64_t need) {
  std::string text(name);
  text.append(" ").append(std::to_string(have)).append(" of ").append(std::to_string(need));
  return text;
}

Blame blame(const PredicateView& predicate, const CartState& state) {
  const Tester tester(predicate, state, Subject{});
  Blame out = first_failing(predicate, tester, 0, true);
  out.attribute = predicate.nodes[out.node].attribute;
  out.unknown = tester.at(out.node) == Truth::kUnknown;
  out.other_currency = out.unknown && predicate.nodes[out.node].money;
  return out;
}

void describe(const Blame& why, const PredicateView& predicate, const CartState& state, Explanation& out) {
  const Node& node = predicate.nodes[why.node];
  const AttributeRow& row = state.registry->row_of(node.attribute);
  const Tester tester(predicate, state, Subject{});
  out.attribute = row.name;
  out.detail = row.name;
  if (node.kind == NodeKind::kExists) {
    out.needed = node.negate ? "exists false" : "exists true";
  } else if (node.kind == NodeKind::kText) {
    out.needed = needed_text(node, predicate, *state.values);
  } else {
    out.needed = needed_number(node, predicate, node.money ? state.cart->currency : Currency{});
  }
  if (!why.wanted) out.needed.insert(0, "not ");
  if (is_text(row.type)) {
    out.actual = actual_text(node.attribute, tester, state);
    return;
  }
  const auto value = tester.measure(why.node);
  if (value) out.actual = std::to_string(*value);
  if (!value || node.kind != NodeKind::kNumber || node.count != 1 || node.negate || why.unknown) return;
  const std::int64_t low = predicate.intervals[node.first].low;
  if (*value < low) out.detail = shortfall(row.name, *value, low);
}

}  // namespace kassa::discounts
