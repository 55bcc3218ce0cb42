#include <algorithm>
#include <map>

#include "discounts/evaluation.hpp"

namespace kassa::discounts {
namespace {

/// Several of one rule stay in the order in which they were made.
using NotesByRule = std::multimap<std::string_view, const Explanation*>;

/// By id, else by code; nullptr when nothing has this name.
const Rule* rule_named(const RuleSet& rules, const std::string& name) {
  if (const auto found = rules.by_id.find(name); found != rules.by_id.end()) return &rules.rules[found->second];
  const auto found = rules.by_code.find(fold_code(name));
  return found == rules.by_code.end() ? nullptr : &rules.rules[found->second.rule];
}

void append_fate(const Rule& rule, const Outcome& outcome, const NotesByRule& notes, std::vector<Explanation>& out) {
  const std::size_t before = out.size();
  if (const auto applied = std::ranges::find(outcome.applied, rule.id, &Applied::rule_id);
      applied != outcome.applied.end()) {
    Explanation& entry = out.emplace_back();
    entry.rule_id = rule.id;
    entry.reason = "applied";
    entry.gain = applied->amount;
  }
  const auto [first, last] = notes.equal_range(rule.id);
  for (auto own = first; own != last; ++own) out.push_back(*own->second);
  if (out.size() != before) return;
  // Every automatic rule that was asked took part, and so did every code of the cart.
  Explanation& entry = out.emplace_back();
  entry.rule_id = rule.id;
  entry.reason = "code_not_given";
}

}  // namespace

std::vector<Explanation> explain(const RuleSet& rules, const Cart& cart, const UsageBook& usage, Instant now,
                                 Rounding rounding, std::span<const std::string> names) {
  std::vector<std::uint32_t> asked;
  for (const std::string& name : names) {
    if (const Rule* const rule = rule_named(rules, name))
      asked.push_back(static_cast<std::uint32_t>(rule - rules.rules.data()));
  }
  std::ranges::sort(asked);
  Scratch scratch(rules);
  std::vector<Explanation> notes;
  const CartView view = view_of(cart);
  Evaluation evaluation(rules, view, usage, now, rounding, scratch);
  evaluation.explain(asked, notes);
  evaluation.take_indexed();
  const Outcome outcome = evaluation.run();
  NotesByRule by_rule;
  for (const Explanation& note : notes) by_rule.emplace(note.rule_id, &note);
  std::vector<Explanation> out;
  for (const std::string& name : names) {
    if (const Rule* const rule = rule_named(rules, name)) {
      append_fate(*rule, outcome, by_rule, out);
      continue;
    }
    Explanation& entry = out.emplace_back();
    entry.rule_id = name;
    entry.reason = "unknown_rule";
  }
  return out;
}

}  // namespace kassa::discounts
