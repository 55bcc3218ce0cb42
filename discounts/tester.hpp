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
  Tester(const PredicateView& predicate, const CartState& state, Subject subject)
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
      case Attribute::kCustomerOrdersCount: return state_.cart->customer_orders;
      case Attribute::kLinesQuantity: return sum(i, [&](std::size_t k) { return state_.cart->lines[k].quantity; });
      case Attribute::kLinesCount: return sum(i, [](std::size_t) { return std::int64_t{1}; });
      case Attribute::kLinesSubtotal:
        return sum(i, [&](std::size_t k) { return original ? state_.original[k] : state_.phase[k]; });
      case Attribute::kLinesProducts: return products(i);
      case Attribute::kOrderCodMinutes: return state_.cart->cod_minutes;
      case Attribute::kPaymentPrepaid:
        return state_.cart->prepaid ? std::optional<std::int64_t>{*state_.cart->prepaid ? 1 : 0} : std::nullopt;
      default: return own_number(node);
    }
  }

  /// The text of an attribute that holds one; empty when it is not known.
  [[nodiscard]] std::string_view single(Attribute attribute) const {
    switch (attribute) {
      case Attribute::kCartCountry: return state_.cart->country;
      case Attribute::kCartCurrency: return state_.cart->currency.code();
      case Attribute::kPaymentMethod: return state_.cart->payment_method;
      case Attribute::kLineSku: return *line().sku;
      case Attribute::kLineVariant: return *line().variant;
      case Attribute::kLineProduct: return *line().product;
      case Attribute::kLineCategory: return *line().category;
      case Attribute::kLineVendor: return *line().vendor;
      case Attribute::kShippingMethod: return state_.cart->shipping[subject_.index].method;
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

  [[nodiscard]] const LineView& line() const { return state_.cart->lines[subject_.index]; }

  [[nodiscard]] const Fact* own_fact(const Node& node) const {
    if (!is_own(node.attribute)) return nullptr;
    const std::string_view name = state_.registry->row_of(node.attribute).name;
    const std::span<const Fact> facts = node.in_line ? std::span<const Fact>(*line().facts) : state_.cart->facts;
    const auto found = std::ranges::find(facts, name, &Fact::name);
    return found == facts.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::optional<std::int64_t> own_number(const Node& node) const {
    const Fact* const fact = own_fact(node);
    if (fact == nullptr || !node.money || fact->amounts.empty()) return fact == nullptr ? std::nullopt : fact->number;
    const auto own = std::ranges::find(fact->amounts, state_.cart->currency, &std::pair<Currency, std::int64_t>::first);
    return own == fact->amounts.end() ? std::nullopt : std::optional{own->second};
  }

  [[nodiscard]] bool accepts(std::uint32_t i, std::size_t k) const {
    const bool filtered = predicate_.nodes[i].end != i + 1;
    return !filtered || Tester(predicate_, state_, Subject{Subject::Kind::kLine, k}).at(i + 1) == Truth::kTrue;
  }

  /// Different products among the lines that the leaf's `where` accepts.
  [[nodiscard]] std::int64_t products(std::uint32_t i) const {
    const auto& lines = state_.cart->lines;
    std::int64_t count = 0;
    for (std::size_t k = 0; k < lines.size(); ++k) {
      if (!accepts(i, k)) continue;
      bool fresh = true;
      for (std::size_t j = 0; j < k && fresh; ++j) fresh = *lines[j].product != *lines[k].product || !accepts(i, j);
      count += fresh ? 1 : 0;
    }
    return count;
  }

  /// Over the lines that the leaf's `where` (the nodes after it) accepts.
  template <class Amount>
  [[nodiscard]] std::int64_t sum(std::uint32_t i, Amount amount) const {
    std::int64_t total = 0;
    for (std::size_t k = 0; k < state_.cart->lines.size(); ++k) {
      if (accepts(i, k)) total += amount(k);
    }
    return total;
  }

  [[nodiscard]] Truth number(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    const auto value = measure(i);
    if (!value) return Truth::kUnknown;
    const Currency currency = node.money ? state_.cart->currency : Currency{};
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
    const std::span wanted(predicate_.ids + node.first, node.count);
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
    if (node.attribute == Attribute::kCustomerSegments) {
      const auto segments = state_.facts.segments();
      return segments.empty() ? Truth::kUnknown : look_for(node, segments);
    }
    if (is_own(node.attribute)) {
      const auto held = state_.facts.own(node.attribute, node.in_line ? subject_.index : 0);
      return held.known ? look_for(node, held.ids) : Truth::kUnknown;
    }
    if (node.in_line) return one(node, state_.facts.column(node.attribute)[subject_.index]);
    return one(node, state_.facts.of_cart(node.attribute));
  }

  /// The only comparison that ids cannot answer.
  [[nodiscard]] Truth prefix(const Node& node) const {
    const std::string_view wanted = state_.values->text(predicate_.ids[node.first]);
    const auto starts = [&](std::string_view text) { return text.starts_with(wanted); };
    bool found = false;
    if (node.attribute == Attribute::kLineTags) {
      found = std::ranges::any_of(*line().tags, starts);
    } else if (node.attribute == Attribute::kCustomerSegments) {
      if (state_.cart->segments.empty()) return Truth::kUnknown;
      found = std::ranges::any_of(state_.cart->segments, starts);
    } else if (is_own(node.attribute)) {
      const Fact* const fact = own_fact(node);
      if (fact == nullptr) return Truth::kUnknown;
      found = std::ranges::any_of(fact->texts, starts);
    } else if (whole_shipping(node.attribute)) {
      if (state_.cart->shipping.empty()) return Truth::kUnknown;
      found = std::ranges::any_of(state_.cart->shipping, starts, &CartShipping::method);
    } else {
      const std::string_view text = single(node.attribute);
      if (text.empty()) return Truth::kUnknown;
      found = starts(text);
    }
    return truth_of(found != node.negate);
  }

  [[nodiscard]] bool exists(std::uint32_t i) const {
    const Node& node = predicate_.nodes[i];
    const Attribute attribute = node.attribute;
    if (is_own(attribute)) return own_fact(node) != nullptr;
    if (attribute == Attribute::kLineTags) return !line().tags->empty();
    if (attribute == Attribute::kCustomerSegments) return !state_.cart->segments.empty();
    if (whole_shipping(attribute)) return !state_.cart->shipping.empty();
    return node.text ? !single(attribute).empty() : measure(i).has_value();
  }

  const PredicateView& predicate_;
  const CartState& state_;
  Subject subject_;
};

}  // namespace kassa::discounts
