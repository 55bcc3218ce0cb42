#include "discounts/tester.hpp"

namespace kassa::discounts {
namespace {

/// The commonest targets by far: one text of the line equals one value, or one of its tags does.
bool is_one_equality(const Predicate& predicate) noexcept {
  if (predicate.nodes.size() != 1) return false;
  const Node& node = predicate.nodes.front();
  return node.kind == NodeKind::kText && node.match != TextMatch::kPrefix && node.count == 1 && !node.negate &&
         !node.missing_pass;
}

bool mark_equal(Attribute attribute, std::uint32_t wanted, const CartState& state, std::span<char> among) {
  bool any = false;
  if (attribute == Attribute::kLineTags) {
    for (std::size_t i = 0; i < among.size(); ++i) {
      const auto tags = state.facts.tags_of(i);
      among[i] = std::ranges::find(tags, wanted) != tags.end() ? 1 : 0;
      any = any || among[i] != 0;
    }
    return any;
  }
  const auto column = state.facts.column(attribute);
  for (std::size_t i = 0; i < among.size(); ++i) {
    among[i] = column[i] == wanted ? 1 : 0;
    any = any || among[i] != 0;
  }
  return any;
}

}  // namespace

Truth test(const Predicate& predicate, const CartState& state, Subject subject) {
  return predicate.empty() ? Truth::kTrue : Tester(predicate, state, subject).at(0);
}

bool mark_lines(const Predicate& predicate, const CartState& state, std::span<char> among) {
  if (is_one_equality(predicate)) {
    return mark_equal(predicate.nodes.front().attribute, predicate.ids.front(), state, among);
  }
  bool any = false;
  for (std::size_t i = 0; i < among.size(); ++i) {
    among[i] = test(predicate, state, Subject{Subject::Kind::kLine, i}) == Truth::kTrue ? 1 : 0;
    any = any || among[i] != 0;
  }
  return any;
}

}  // namespace kassa::discounts
