#pragma once
// The cart while discounts are taken off it: original and remaining amounts, and the totals conditions read.
// Private to discounts/; part of the working memory of one evaluation at a time.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "discounts/facts.hpp"
#include "discounts/segment.hpp"

namespace kassa::discounts {

struct CartState {
  const CartView* cart{};
  const ValueTable* values{};
  const Registry* registry{};
  CartFacts facts;
  std::vector<std::int64_t> original;  ///< Per line: unit price x quantity.
  std::vector<std::int64_t> running;   ///< Per line: what is left now.
  std::vector<std::int64_t> phase;     ///< Per line: what was left when the phase began; "running" in conditions.
  std::vector<std::int64_t> units;     ///< Per line: those that no set has taken.
  std::vector<std::int64_t> plain;     ///< Per line: what is left of those units now.
  std::vector<std::int64_t> shipping;  ///< Per shipping entry: what is left now.
  std::int64_t original_total{};
  std::int64_t phase_total{};
  std::int64_t quantity{};

  /// Throws InvariantBroken for negative amounts or quantities and for a cart whose total does not fit in 64
  /// bits.
  void begin(const CartView& from);

  /// Conditions of a phase see what earlier phases left, however its own rules are ordered.
  void begin_phase();

  [[nodiscard]] std::int64_t subtotal(Basis basis) const noexcept {
    return basis == Basis::kOriginal ? original_total : phase_total;
  }
};

enum class Truth : unsigned char { kFalse, kUnknown, kTrue };

/// What a condition is about: the whole cart, or the line or shipping entry `index`.
struct Subject {
  enum class Kind : unsigned char { kCart, kLine, kShipping };
  Kind kind{Kind::kCart};
  std::size_t index{};
};

/// Three-valued: a leaf on something not known is unknown, and so is its negation. Only kTrue satisfies a
/// rule.
[[nodiscard]] Truth test(const PredicateView& predicate, const CartState& state, Subject subject);

/// The lines that a condition accepts, ascending.
void match_lines(const PredicateView& predicate, const CartState& state, std::vector<std::uint32_t>& out);
/// Those whose text or tag is this value.
void match_lines(Attribute attribute, std::uint32_t value, const CartState& state, std::vector<std::uint32_t>& out);
/// The lines that a rule's target accepts.
void match_target(const Segment& segment, const Row& row, const CartState& state, std::vector<std::uint32_t>& out);

/// Why a condition about the cart is not true: its first leaf that is not as it should be.
struct Blame {
  std::uint32_t node{};
  bool wanted{true};  ///< False below a "not".
  Attribute attribute{};
  bool unknown{false};         ///< The attribute has no value yet (or none in this currency).
  bool other_currency{false};  ///< It has one, but the rule names no amount in the cart's currency.
};
[[nodiscard]] Blame blame(const PredicateView& predicate, const CartState& state);

/// The same in words: detail, attribute, needed and actual.
void describe(const Blame& why, const PredicateView& predicate, const CartState& state, Explanation& out);

/// "cart.subtotal 240000 of 300000"
[[nodiscard]] std::string shortfall(std::string_view name, std::int64_t have, std::int64_t need);

}  // namespace kassa::discounts
