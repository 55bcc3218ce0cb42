#include <algorithm>
#include <array>
#include <optional>
#include <ranges>

#include "discounts/attributes.hpp"
#include "discounts/state.hpp"

namespace kassa::discounts {
namespace {

constexpr Truth truth_of(bool value) noexcept { return value ? Truth::kTrue : Truth::kFalse; }

constexpr Truth opposite(Truth value) noexcept {
  if (value == Truth::kUnknown) return value;
  return value == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

class Tester {
 public:
  Tester(const Predicate& predicate, const CartState& state, Subject subject)
      : predicate_(predicate), state_(state), subject_(subject) {}

  [[nodiscard]] Truth at(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    switch (node.kind) {
      case NodeKind::kAll: return all(i, node.end);
      case NodeKind::kAny: return any(i, node.end);
      case NodeKind::kNot: return opposite(at(i + 1));
      case NodeKind::kNumber: return passed(node, number(i));
      case NodeKind::kText: return passed(node, text(node));
      case NodeKind::kExists: return truth_of(exists(i) != node.negate);
    }
    return Truth::kUnknown;
  }

  /// The value of a numeric attribute; nullopt when it is not known.
  [[nodiscard]] std::optional<std::int64_t> measure(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    const bool original = node.basis == Basis::kOriginal;
    switch (node.attribute) {
      case Attribute::kCartSubtotal: return state_.subtotal(node.basis);
      case Attribute::kCartQuantity: return state_.quantity;
      case Attribute::kLineQuantity: return line().quantity;
      case Attribute::kLinePrice: return line().unit_price;
      case Attribute::kCustomerOrdersCount: return state_.cart.customer_orders;
      case Attribute::kLinesQuantity:
        return sum(i, [&](std::size_t k) { return state_.cart.lines[k].quantity; });
      case Attribute::kLinesCount: return sum(i, [](std::size_t) { return std::int64_t{1}; });
      case Attribute::kLinesSubtotal:
        return sum(i, [&](std::size_t k) { return original ? state_.original[k] : state_.phase[k]; });
      default: return std::nullopt;
    }
  }

 private:
  static Truth passed(const Node& node, Truth value) noexcept {
    return value == Truth::kUnknown && node.missing_pass ? Truth::kTrue : value;
  }

  [[nodiscard]] Truth all(std::uint32_t i, std::uint32_t end) const {
    Truth result = Truth::kTrue;
    for (std::uint32_t child = i + 1; child < end; child = predicate_.nodes[child].end) {
      result = std::min(result, at(child));
      if (result == Truth::kFalse) break;
    }
    return result;
  }

  [[nodiscard]] Truth any(std::uint32_t i, std::uint32_t end) const {
    Truth result = Truth::kFalse;
    for (std::uint32_t child = i + 1; child < end; child = predicate_.nodes[child].end) {
      result = std::max(result, at(child));
      if (result == Truth::kTrue) break;
    }
    return result;
  }

  [[nodiscard]] const CartLine& line() const { return state_.cart.lines[subject_.index]; }

  /// Over the lines that the leaf's `where` (the nodes after it) accepts.
  template <class Amount>
  [[nodiscard]] std::int64_t sum(std::uint32_t i, Amount amount) const {
    const bool filtered = predicate_.nodes[i].end != i + 1;
    std::int64_t total = 0;
    for (std::size_t k = 0; k < state_.cart.lines.size(); ++k) {
      const Subject subject{Subject::Kind::kLine, k};
      if (filtered && Tester(predicate_, state_, subject).at(i + 1) != Truth::kTrue) continue;
      total += amount(k);
    }
    return total;
  }

  [[nodiscard]] Truth number(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    const auto value = measure(i);
    if (!value) return Truth::kUnknown;
    const bool money = row_of(node.attribute).type == AttributeType::kMoney;
    const Currency currency = money ? state_.cart.currency : Currency{};
    bool named = false;
    bool inside = false;
    for (std::uint32_t k = node.first; k < node.first + node.count && !inside; ++k) {
      const Interval& interval = predicate_.intervals[k];
      if (interval.currency != currency) continue;
      named = true;
      inside = interval.low <= *value && *value <= interval.high;
    }
    return named ? truth_of(inside != node.negate) : Truth::kUnknown;
  }

  /// The text of an attribute that holds one; empty when it is not known.
  [[nodiscard]] std::string_view single(Attribute attribute) const {
    switch (attribute) {
      case Attribute::kCartCountry: return state_.cart.country;
      case Attribute::kCartCurrency: return state_.cart.currency.code();
      case Attribute::kPaymentMethod: return state_.cart.payment_method;
      case Attribute::kLineSku: return line().sku;
      case Attribute::kLineVariant: return line().variant;
      case Attribute::kLineProduct: return line().product;
      case Attribute::kLineCategory: return line().category;
      case Attribute::kLineVendor: return line().vendor;
      case Attribute::kShippingMethod: return state_.cart.shipping[subject_.index].method;
      default: return {};
    }
  }

  template <class Held>
  [[nodiscard]] Truth look_for(const Node& node, const Held& held) const {
    const auto begin = predicate_.texts.begin() + static_cast<std::ptrdiff_t>(node.first);
    const auto end = begin + static_cast<std::ptrdiff_t>(node.count);
    bool found = false;
    if (node.match == TextMatch::kEvery) {
      found = std::all_of(begin, end,
                          [&](std::string_view text) { return std::ranges::find(held, text) != held.end(); });
    } else if (node.match == TextMatch::kPrefix) {
      found = std::ranges::any_of(held, [&](std::string_view text) { return text.starts_with(*begin); });
    } else {
      found = std::ranges::any_of(held, [&](std::string_view text) {
        return std::binary_search(begin, end, text, std::less<std::string_view>{});
      });
    }
    return truth_of(found != node.negate);
  }

  [[nodiscard]] bool whole_shipping(Attribute attribute) const noexcept {
    return attribute == Attribute::kShippingMethod && subject_.kind == Subject::Kind::kCart;
  }

  [[nodiscard]] Truth text(const Node& node) const {
    // No tags is an answer; an empty text is the lack of one.
    if (node.attribute == Attribute::kLineTags) return look_for(node, line().tags);
    if (whole_shipping(node.attribute)) {
      if (state_.cart.shipping.empty()) return Truth::kUnknown;
      return look_for(node, state_.cart.shipping | std::views::transform(&CartShipping::method));
    }
    const std::array<std::string_view, 1> held{single(node.attribute)};
    return held[0].empty() ? Truth::kUnknown : look_for(node, held);
  }

  [[nodiscard]] bool exists(std::uint32_t i) const {
    const Attribute attribute = predicate_.nodes[i].attribute;
    if (attribute == Attribute::kLineTags) return !line().tags.empty();
    if (whole_shipping(attribute)) return !state_.cart.shipping.empty();
    const AttributeType type = row_of(attribute).type;
    if (type == AttributeType::kNumber || type == AttributeType::kMoney) return measure(i).has_value();
    return !single(attribute).empty();
  }

  const Predicate& predicate_;
  const CartState& state_;
  Subject subject_;
};

/// The first leaf at or below `i` that is not satisfied; `wanted` flips under a "not".
std::uint32_t first_failing(const Predicate& predicate, const Tester& tester, std::uint32_t i, bool wanted) {
  const Node& node = predicate.nodes[i];
  if (node.kind == NodeKind::kNot) return first_failing(predicate, tester, i + 1, !wanted);
  if (node.kind != NodeKind::kAll && node.kind != NodeKind::kAny) return i;
  for (std::uint32_t child = i + 1; child < node.end; child = predicate.nodes[child].end) {
    if (tester.at(child) != (wanted ? Truth::kTrue : Truth::kFalse))
      return first_failing(predicate, tester, child, wanted);
  }
  return first_failing(predicate, tester, i + 1, wanted);
}

}  // namespace

Truth test(const Predicate& predicate, const CartState& state, Subject subject) {
  return predicate.empty() ? Truth::kTrue : Tester(predicate, state, subject).at(0);
}

std::string shortfall(std::string_view name, std::int64_t have, std::int64_t need) {
  std::string text(name);
  text.append(" ").append(std::to_string(have)).append(" of ").append(std::to_string(need));
  return text;
}

Blame blame(const Predicate& predicate, const CartState& state) {
  const Tester tester(predicate, state, Subject{});
  const std::uint32_t i = first_failing(predicate, tester, 0, true);
  const Node& node = predicate.nodes[i];
  const AttributeRow& row = row_of(node.attribute);
  Blame out;
  out.attribute = node.attribute;
  out.unknown = tester.at(i) == Truth::kUnknown;
  out.other_currency = out.unknown && row.type == AttributeType::kMoney;
  out.detail = row.name;
  const auto value = node.kind == NodeKind::kNumber ? tester.measure(i) : std::nullopt;
  if (!value || node.count != 1 || node.negate || out.unknown) return out;
  const Interval& interval = predicate.intervals[node.first];
  if (*value < interval.low) out.detail = shortfall(row.name, *value, interval.low);
  return out;
}

}  // namespace kassa::discounts
