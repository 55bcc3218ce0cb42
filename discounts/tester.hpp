#pragma once
// Decides the nodes of one condition about one subject. Private to discounts/: the condition is only looked at, so it
// must outlive the tester.

#include <algorithm>
#include <optional>
#include <span>

#include "discounts/attributes.hpp"
#include "discounts/state.hpp"

namespace kassa::discounts {

[[nodiscard]] constexpr Truth truth_of(bool value) noexcept { return value ? Truth::kTrue : Truth::kFalse; }

[[nodiscard]] constexpr Truth opposite(Truth value) noexcept {
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
      case Attribute::kLinesQuantity: return sum(i, [&](std::size_t k) { return state_.cart.lines[k].quantity; });
      case Attribute::kLinesCount: return sum(i, [](std::size_t) { return std::int64_t{1}; });
      case Attribute::kLinesSubtotal:
        return sum(i, [&](std::size_t k) { return original ? state_.original[k] : state_.phase[k]; });
      default: return std::nullopt;
    }
  }

  /// The text of an attribute that holds one; empty when it is not known.
  [[nodiscard]] std::string_view single(Attribute attribute) const {
    switch (attribute) {
      case Attribute::kCartCountry: return state_.cart.country;
      case Attribute::kCartCurrency: return state_.cart.currency.code();
      case Attribute::kPaymentMethod: return state_.cart.payment_method;
      case Attribute::kLineSku: return *line().sku;
      case Attribute::kLineVariant: return *line().variant;
      case Attribute::kLineProduct: return *line().product;
      case Attribute::kLineCategory: return *line().category;
      case Attribute::kLineVendor: return *line().vendor;
      case Attribute::kShippingMethod: return state_.cart.shipping[subject_.index].method;
      default: return {};
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

  [[nodiscard]] const LineView& line() const { return state_.cart.lines[subject_.index]; }

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

  [[nodiscard]] Truth look_for(const Node& node, std::span<const std::uint32_t> held) const {
    const auto wanted = std::span(predicate_.ids).subspan(node.first, node.count);
    const bool found =
        node.match == TextMatch::kEvery
            ? std::ranges::all_of(wanted, [&](std::uint32_t id) { return std::ranges::find(held, id) != held.end(); })
            : std::ranges::any_of(held, [&](std::uint32_t id) { return std::ranges::binary_search(wanted, id); });
    return truth_of(found != node.negate);
  }

  [[nodiscard]] Truth one(const Node& node, std::uint32_t held) const {
    return held == ValueTable::kMissing ? Truth::kUnknown : look_for(node, std::span(&held, 1));
  }

  [[nodiscard]] bool whole_shipping(Attribute attribute) const noexcept {
    return attribute == Attribute::kShippingMethod && subject_.kind == Subject::Kind::kCart;
  }

  [[nodiscard]] Truth text(const Node& node) const {
    if (node.match == TextMatch::kPrefix) return prefix(node);
    // No tags is an answer; an empty text is the lack of one.
    if (node.attribute == Attribute::kLineTags) return look_for(node, state_.facts.tags_of(subject_.index));
    if (node.attribute == Attribute::kShippingMethod) {
      const auto methods = state_.facts.shipping();
      if (subject_.kind == Subject::Kind::kShipping) return one(node, methods[subject_.index]);
      return methods.empty() ? Truth::kUnknown : look_for(node, methods);
    }
    if (row_of(node.attribute).in_line) return one(node, state_.facts.column(node.attribute)[subject_.index]);
    return one(node, state_.facts.of_cart(node.attribute));
  }

  /// The only comparison that ids cannot answer.
  [[nodiscard]] Truth prefix(const Node& node) const {
    const std::string_view wanted = predicate_.texts[node.first];
    const auto starts = [&](std::string_view text) { return text.starts_with(wanted); };
    bool found = false;
    if (node.attribute == Attribute::kLineTags) {
      found = std::ranges::any_of(*line().tags, starts);
    } else if (whole_shipping(node.attribute)) {
      if (state_.cart.shipping.empty()) return Truth::kUnknown;
      found = std::ranges::any_of(state_.cart.shipping, starts, &CartShipping::method);
    } else {
      const std::string_view text = single(node.attribute);
      if (text.empty()) return Truth::kUnknown;
      found = starts(text);
    }
    return truth_of(found != node.negate);
  }

  [[nodiscard]] bool exists(std::uint32_t i) const {
    const Attribute attribute = predicate_.nodes[i].attribute;
    if (attribute == Attribute::kLineTags) return !line().tags->empty();
    if (whole_shipping(attribute)) return !state_.cart.shipping.empty();
    const AttributeType type = row_of(attribute).type;
    if (type == AttributeType::kNumber || type == AttributeType::kMoney) return measure(i).has_value();
    return !single(attribute).empty();
  }

  const Predicate& predicate_;
  const CartState& state_;
  Subject subject_;
};

}  // namespace kassa::discounts
