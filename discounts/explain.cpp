#include <algorithm>
#include <map>

#include "discounts/evaluation.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

/// Several of one rule stay in the order in which they were made.
using NotesByRule = std::multimap<std::string_view, const Explanation*>;

/// By id, else by code; no row when nothing has this name.
RuleSet::Found rule_named(const RuleSet& rules, const std::string& name) {
  const auto found = rules.find(name);
  return found.row != nullptr ? found : rules.find_code(trim(name));
}

void append_fate(std::string_view id, const Outcome& outcome, const NotesByRule& notes, std::vector<Explanation>& out) {
  const std::size_t before = out.size();
  const auto applied = std::ranges::find(outcome.applied, id, &Applied::rule_id);
  const bool given = std::ranges::find(outcome.gifts, id, &Gift::rule_id) != outcome.gifts.end();
  if (applied != outcome.applied.end() || given) {
    Explanation& entry = out.emplace_back();
    entry.rule_id = id;
    entry.reason = "applied";
    entry.gain = given ? 0 : applied->amount;
  }
  const auto [first, last] = notes.equal_range(id);
  for (auto own = first; own != last; ++own) out.push_back(*own->second);
  if (out.size() != before) return;
  // Every automatic rule that was asked took part, and so did every code of the cart.
  Explanation& entry = out.emplace_back();
  entry.rule_id = id;
  entry.reason = "code_not_given";
}

}  // namespace

std::vector<Explanation> explain(const RuleSet& rules, const Cart& cart, const UsageBook& usage, Instant now,
                                 Rounding rounding, std::span<const std::string> names) {
  std::vector<const Row*> asked;
  for (const std::string& name : names) {
    if (const auto found = rule_named(rules, name); found.row != nullptr) asked.push_back(found.row);
  }
  std::ranges::sort(asked, std::less<>{});
  Scratch scratch(rules);
  std::vector<Explanation> notes;
  const CartView view = view_of(cart);
  Evaluation evaluation(rules, view, usage, now, rounding, scratch);
  evaluation.explain(asked, notes);
  evaluation.take_indexed();
  evaluation.run();
  const Outcome outcome = evaluation.outcome();
  NotesByRule by_rule;
  for (const Explanation& note : notes) by_rule.emplace(note.rule_id, &note);
  std::vector<Explanation> out;
  for (const std::string& name : names) {
    if (const auto found = rule_named(rules, name); found.row != nullptr) {
      append_fate(found.segment->id_of(*found.row), outcome, by_rule, out);
      continue;
    }
    Explanation& entry = out.emplace_back();
    entry.rule_id = name;
    entry.reason = "unknown_rule";
  }
  return out;
}

}  // namespace kassa::discounts
