#include <algorithm>

#include "discounts/evaluation.hpp"

namespace kassa::discounts {

/// A product rule that may apply, with what it would take off each line if it were alone.
struct Evaluation::Entry {
  Candidate candidate;
  bool stacks{};  ///< Combines with other product rules that do so too.
};

struct Evaluation::Choices {
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  static constexpr std::size_t kStack = static_cast<std::size_t>(-2);
  std::size_t lines{};
  std::vector<Entry> entries;
  std::vector<std::int64_t> alone;  ///< entries x lines
  std::vector<std::size_t> winner;  ///< Per line: an entry, kStack (all that stack) or kNobody.

  [[nodiscard]] std::int64_t gain(std::size_t entry, std::size_t line) const {
    return alone[entry * lines + line];
  }
  [[nodiscard]] bool won(std::size_t entry, std::size_t line) const {
    if (gain(entry, line) == 0) return false;
    return winner[line] == entry || (winner[line] == kStack && entries[entry].stacks);
  }
};

void Evaluation::product_phase() {
  state_.begin_phase();
  Choices choices;
  choices.lines = cart_.lines.size();
  std::vector<char> among(choices.lines);
  for (const Candidate& candidate : candidates_of(Class::kProduct)) {
    if (!may_apply(candidate)) continue;
    const Rule& rule = *candidate.rule;
    bool any = false;
    for (std::size_t i = 0; i < choices.lines; ++i) {
      const bool targeted = test(rule.target, state_, Subject{Subject::Kind::kLine, i}) == Truth::kTrue;
      among[i] = targeted ? 1 : 0;
      any = any || targeted;
    }
    if (!any) {
      refuse(candidate, {"no_matching_target", "discount_code_minimum_not_met"});
      continue;
    }
    if (rule.value.on != TierOn::kLineQuantity && !tier_reached(candidate, 0)) continue;
    const std::size_t row = choices.alone.size();
    choices.alone.resize(row + choices.lines);
    product_parts(rule, state_, among, rounding_, std::span(choices.alone).subspan(row));
    choices.entries.push_back({candidate, (rule.combines & bit_of(Class::kProduct)) != 0});
  }
  choose_lines(choices);
  for (std::size_t k = 0; k < choices.entries.size(); ++k) apply_entry(choices, k);
}

void Evaluation::choose_lines(Choices& choices) const {
  choices.winner.assign(choices.lines, Choices::kNobody);
  for (std::size_t line = 0; line < choices.lines; ++line) take_line(choices, line);
}

/// Rules combine in pairs that both agree, so those that agree form one stack; stacking more never takes
/// less. The best of a line is therefore that stack or one rule alone. Equal gains go to the one that comes
/// first.
void Evaluation::take_line(Choices& choices, std::size_t line) const {
  std::int64_t left = state_.running[line];
  std::int64_t best = 0;
  for (std::size_t k = 0; k < choices.entries.size(); ++k) {
    const std::int64_t alone = choices.gain(k, line);
    if (choices.entries[k].stacks) {
      const Rule& rule = *choices.entries[k].candidate.rule;
      left -= std::min(alone, line_share(rule, state_, line, left, rounding_));
    } else if (alone > best) {
      best = alone;
      choices.winner[line] = k;
    }
  }
  if (state_.running[line] - left >= std::max<std::int64_t>(best, 1)) choices.winner[line] = Choices::kStack;
}

void Evaluation::apply_entry(const Choices& choices, std::size_t entry) {
  const Candidate& candidate = choices.entries[entry].candidate;
  std::vector<char> among(choices.lines);
  for (std::size_t i = 0; i < choices.lines; ++i) among[i] = choices.won(entry, i) ? 1 : 0;
  std::vector<std::int64_t> parts(choices.lines);
  product_parts(*candidate.rule, state_, among, rounding_, parts);
  std::int64_t amount = 0;
  for (const std::int64_t part : parts) amount += part;
  if (amount > 0) record(candidate, parts, amount);
  explain_lost(choices, entry);
}

/// Names the rule that holds each line this one wanted; the shopper hears of it only when nothing at all was
/// won.
void Evaluation::explain_lost(const Choices& choices, std::size_t entry) {
  const Candidate& candidate = choices.entries[entry].candidate;
  const bool applied = !out_.applied.empty() && out_.applied.back().rule_id == candidate.rule->id;
  bool wanted = false;
  for (std::size_t i = 0; i < choices.lines; ++i) {
    if (choices.gain(entry, i) == 0) continue;
    wanted = true;
    if (choices.won(entry, i)) continue;
    const bool stack = choices.winner[i] == Choices::kStack;
    const std::string by = stack ? "stack" : choices.entries[choices.winner[i]].candidate.rule->id;
    if (!applied)
      return refuse(candidate, {"superseded_by_better", "discount_code_combination_disallowed", by});
    out_.not_applied.push_back({candidate.rule->id, "line_taken", cart_.lines[i].line_id + " by " + by});
  }
  if (applied) return;
  if (wanted) return refuse(candidate, {"no_effect", "discount_code_combination_disallowed", "stack"});
  const bool below_tiers = candidate.rule->value.on == TierOn::kLineQuantity;
  if (below_tiers)
    return refuse(candidate, {"condition_not_met", "discount_code_minimum_not_met", "line.quantity"});
  refuse(candidate, {"no_effect", {}});
}

}  // namespace kassa::discounts
