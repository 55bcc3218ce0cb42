#include <algorithm>

#include "discounts/evaluation.hpp"

namespace kassa::discounts {
namespace {

constexpr std::string_view kCannotCombine = "discount_code_combination_disallowed";
constexpr std::string_view kBelowMinimum = "discount_code_minimum_not_met";

/// What it takes off one line does not depend on which others it gets.
bool lines_are_apart(const Rule& rule) noexcept {
  return !rule.limits.per_order &&
         std::ranges::all_of(rule.value.tiers, [](const Tier& tier) { return tier.effect.max_amount.entries.empty(); });
}

}  // namespace

void Evaluation::product_phase() {
  state_.begin_phase();
  Choices& choices = scratch_.choices;
  choices.begin(cart_.lines.size());
  scratch_.among.assign(choices.lines, 0);
  scratch_.parts.assign(choices.lines, 0);
  for (const Candidate& candidate : scratch_.candidates[static_cast<std::size_t>(Class::kProduct)]) {
    if (may_apply(candidate)) weigh_product(candidate);
  }
  choices.left = state_.running;
  for (std::size_t k = 0; k < choices.entries.size(); ++k) offer(k);
  for (std::size_t line = 0; line < choices.lines; ++line) settle(line);
  for (std::size_t k = 0; k < choices.entries.size(); ++k) {
    if (choices.entries[k].wins) apply_entry(k);
    const Candidate& candidate = choices.entries[k].candidate;
    if (!candidate.automatic() || traced(candidate)) account_for_lost(k);
  }
}

void Evaluation::weigh_product(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  Choices& choices = scratch_.choices;
  if (!mark_lines(rule.target, state_, scratch_.among)) return refuse(candidate, "no_matching_target", kBelowMinimum);
  if (rule.value.on != TierOn::kLineQuantity && !tier_reached(candidate, 0)) return;
  const std::size_t row = choices.alone.size();
  choices.alone.resize(row + choices.lines);
  product_parts(rule, state_, scratch_.among, rounding_, std::span(choices.alone).subspan(row));
  choices.entries.push_back({candidate, (rule.combines & bit_of(Class::kProduct)) != 0});
}

/// Rules combine in pairs that both agree, so those that agree form one stack; stacking more never takes less. The
/// best of a line is therefore that stack or one rule alone. Equal gains go to the one that comes first.
void Evaluation::offer(std::size_t entry) {
  Choices& choices = scratch_.choices;
  const bool stacks = choices.entries[entry].stacks;
  for (std::size_t line = 0; line < choices.lines; ++line) {
    const std::int64_t alone = choices.gain(entry, line);
    if (alone == 0) continue;
    if (stacks) {
      const Rule& rule = *choices.entries[entry].candidate.rule;
      std::int64_t& left = choices.left[line];
      left -= std::min(alone, line_share(rule, state_, line, left, rounding_));
    } else if (alone > choices.best[line]) {
      choices.best[line] = alone;
      choices.winner[line] = entry;
    }
  }
}

void Evaluation::settle(std::size_t line) {
  Choices& choices = scratch_.choices;
  const std::int64_t best = choices.best[line];
  if (state_.running[line] - choices.left[line] < std::max<std::int64_t>(best, 1)) {
    if (best > 0) choices.entries[choices.winner[line]].wins = true;
    return;
  }
  choices.winner[line] = Choices::kStack;
  for (std::size_t k = 0; k < choices.entries.size(); ++k) {
    if (choices.won(k, line)) choices.entries[k].wins = true;
  }
}

void Evaluation::apply_entry(std::size_t entry) {
  const Choices& choices = scratch_.choices;
  for (std::size_t i = 0; i < choices.lines; ++i) scratch_.among[i] = choices.won(entry, i) ? 1 : 0;
  const Candidate& candidate = choices.entries[entry].candidate;
  if (!choices.entries[entry].stacks && lines_are_apart(*candidate.rule)) {
    // Nobody else has touched the lines it won.
    for (std::size_t i = 0; i < choices.lines; ++i)
      scratch_.parts[i] = scratch_.among[i] != 0 ? choices.gain(entry, i) : 0;
  } else {
    product_parts(*candidate.rule, state_, scratch_.among, rounding_, scratch_.parts);
  }
  std::int64_t amount = 0;
  for (const std::int64_t part : scratch_.parts) amount += part;
  if (amount > 0) record(candidate, scratch_.parts, amount);
}

/// The shopper hears of lost lines only when nothing at all was won.
void Evaluation::account_for_lost(std::size_t entry) {
  const Choices& choices = scratch_.choices;
  const Candidate& candidate = choices.entries[entry].candidate;
  const bool applied = !out_.applied.empty() && out_.applied.back().rule_id == candidate.rule->id;
  bool wanted = false;
  bool lost = false;
  for (std::size_t i = 0; i < choices.lines; ++i) {
    if (choices.gain(entry, i) == 0) continue;
    wanted = true;
    lost = lost || !choices.won(entry, i);
  }
  if (lost && !applied && !candidate.automatic())
    reject(candidate.code, kCannotCombine, candidate.rule, candidate.spelling);
  if (lost && traced(candidate)) note_superseded(entry, applied);
  if (lost || applied) return;
  if (wanted) return refuse(candidate, "no_effect", kCannotCombine, "stack");
  const bool below_tiers = candidate.rule->value.on == TierOn::kLineQuantity;
  if (below_tiers) return refuse(candidate, "condition_not_met", kBelowMinimum, "line.quantity");
  refuse(candidate, "no_effect", {});
}

/// Names the rules that hold each line this one wanted: one entry for all of them when it won nothing, else one each.
void Evaluation::note_superseded(std::size_t entry, bool applied) {
  const Choices& choices = scratch_.choices;
  const Candidate& candidate = choices.entries[entry].candidate;
  Explanation whole;
  whole.reason = "superseded_by_better";
  for (std::size_t i = 0; i < choices.lines; ++i) {
    if (choices.gain(entry, i) == 0 || choices.won(entry, i)) continue;
    std::vector<std::string> by = holders(i);
    const std::string label = choices.winner[i] == Choices::kStack ? "stack" : by.front();
    if (applied) {
      Explanation taken;
      taken.reason = "line_taken";
      taken.detail = std::string(cart_.lines[i].line_id).append(" by ").append(label);
      taken.by = std::move(by);
      taken.gain = choices.gain(entry, i);
      note(candidate, std::move(taken));
      continue;
    }
    if (whole.detail.empty()) whole.detail = label;
    whole.gain += choices.gain(entry, i);
    for (std::string& id : by) {
      if (std::ranges::find(whole.by, id) == whole.by.end()) whole.by.push_back(std::move(id));
    }
  }
  if (!applied) note(candidate, std::move(whole));
}

std::vector<std::string> Evaluation::holders(std::size_t line) const {
  const Choices& choices = scratch_.choices;
  std::vector<std::string> ids;
  for (std::size_t k = 0; k < choices.entries.size(); ++k) {
    if (choices.won(k, line)) ids.push_back(choices.entries[k].candidate.rule->id);
  }
  return ids;
}

}  // namespace kassa::discounts
