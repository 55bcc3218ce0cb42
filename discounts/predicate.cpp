#include "discounts/tester.hpp"

namespace kassa::discounts {

Truth test(const PredicateView& predicate, const CartState& state, Subject subject) {
  return predicate.empty() ? Truth::kTrue : Tester(predicate, state, subject).at(0);
}

void match_lines(const PredicateView& predicate, const CartState& state, std::vector<std::uint32_t>& out) {
  out.clear();
  for (std::uint32_t i = 0; i < state.cart->lines.size(); ++i) {
    if (test(predicate, state, Subject{Subject::Kind::kLine, i}) == Truth::kTrue) out.push_back(i);
  }
}

void match_lines(Attribute attribute, std::uint32_t value, const CartState& state, std::vector<std::uint32_t>& out) {
  out.clear();
  const auto lines = static_cast<std::uint32_t>(state.cart->lines.size());
  if (attribute == Attribute::kLineTags) {
    for (std::uint32_t i = 0; i < lines; ++i) {
      const auto tags = state.facts.tags_of(i);
      if (std::ranges::find(tags, value) != tags.end()) out.push_back(i);
    }
    return;
  }
  const std::uint32_t* const column = state.facts.column(attribute).data();
  for (std::uint32_t i = 0; i < lines; ++i) {
    if (column[i] == value) out.push_back(i);
  }
}

void match_target(const Segment& segment, const Row& row, const CartState& state, std::vector<std::uint32_t>& out) {
  if (row.is(Row::kOneValue)) return match_lines(row.target_attribute, row.target, state, out);
  match_lines(segment.conditions.view(row.target), state, out);
}

}  // namespace kassa::discounts
