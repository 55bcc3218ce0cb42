#include <algorithm>

#include "discounts/evaluation.hpp"
#include "discounts/search.hpp"
#include "discounts/sets.hpp"

namespace kassa::discounts {
namespace {

constexpr std::string_view kCannotCombine = "discount_code_combination_disallowed";
constexpr std::string_view kBelowMinimum = "discount_code_minimum_not_met";

std::int64_t total_of(std::span<const std::int64_t> parts) {
  std::int64_t sum = 0;
  for (const std::int64_t part : parts) sum += part;
  return sum;
}

/// What it takes off one line does not depend on which others it gets.
bool lines_are_apart(const Candidate& candidate, std::int64_t cap) noexcept {
  return cap == kNoCap && candidate.row->is(Row::kEach) && !candidate.terms().per_order &&
         std::ranges::all_of(candidate.value().tiers, [](const Tier& tier) { return tier.effect.max_amount.empty(); });
}

}  // namespace

void Evaluation::product_phase() {
  Choices& choices = scratch_.choices;
  choices.begin(cart_.lines.size());
  const auto& candidates = scratch_.candidates[place_of(Class::kProduct)];
  if (candidates.empty()) return;
  state_.begin_phase();
  for (const Candidate& candidate : candidates) {
    if (may_apply(candidate)) weigh_product(candidate);
  }
  if (choices.entries.empty()) return;
  settle_groups(choices.entries);
  number_stacks();
  Search search(choices, state_, rounding_, scratch_);
  if (search.needed()) out_.gap += search.run();
  choose();
  for (std::uint32_t k = 0; k < choices.entries.size(); ++k) {
    const Choices::Entry& entry = choices.entries[k];
    if (entry.active && (entry.wins || entry.times > 0)) apply_entry(k);
    if (!entry.candidate.automatic() || traced(entry.candidate)) account_for_lost(k);
  }
}

void Evaluation::weigh_product(const Candidate& candidate) {
  Choices& choices = scratch_.choices;
  const Value& value = candidate.value();
  const Terms& terms = candidate.terms();
  if (terms.set != SetKind::kNone) return weigh_set(candidate);
  if (value.gift) {
    Choices::Entry& entry = choices.entries.emplace_back();
    entry.candidate = candidate;
    entry.first = static_cast<std::uint32_t>(choices.gains.size());
    entry.wins = true;
    return;
  }
  match_target(*candidate.segment, *candidate.row, state_, scratch_.lines);
  if (scratch_.lines.empty()) return refuse(candidate, "no_matching_target", kBelowMinimum);
  if (value.on != TierOn::kLineQuantity && !tier_reached(candidate, 0)) return;
  Choices::Entry& entry = choices.entries.emplace_back();
  entry.candidate = candidate;
  entry.first = static_cast<std::uint32_t>(choices.gains.size());
  entry.count = static_cast<std::uint32_t>(scratch_.lines.size());
  entry.cap = terms.budget.empty() ? kNoCap : cap_of(candidate);
  scratch_.parts.resize(scratch_.lines.size());
  product_parts({value, candidate.row->method(), terms.per_order.value_or(kNoCap), entry.cap}, state_, scratch_.lines,
                rounding_, scratch_.parts, scratch_.tally);
  for (std::size_t k = 0; k < scratch_.lines.size(); ++k)
    choices.gains.push_back({scratch_.lines[k], false, scratch_.parts[k]});
  entry.alone = total_of(scratch_.parts);
}

void Evaluation::weigh_set(const Candidate& candidate) {
  Choices& choices = scratch_.choices;
  Choices::Entry& entry = choices.entries.emplace_back();
  entry.candidate = candidate;
  entry.cap = cap_of(candidate);
  list_goods(choices, entry, state_, scratch_.lines);
  scratch_.weights = state_.units;
  const std::int64_t times = form_sets(choices, entry, state_, candidate.terms().per_order.value_or(kNoCap),
                                       scratch_.weights, scratch_.uses, scratch_.take);
  if (times == 0) {
    choices.gains.resize(entry.first);
    choices.entries.pop_back();
    return refuse(candidate, "no_matching_target", kBelowMinimum);
  }
  entry.alone = set_parts(entry, state_, times, scratch_.uses, rounding_, scratch_.parts, scratch_);
}

/// Rules combine in pairs that both agree, so those that list their own class form one stack; a group whose policy is
/// stack_all forms another.
void Evaluation::number_stacks() {
  Choices& choices = scratch_.choices;
  const bool all = rules_.setup.policies[0] == Policy::kStackAll;
  bool any = false;
  for (Choices::Entry& entry : choices.entries) {
    const Terms& terms = entry.candidate.terms();
    if (entry.is_set() || entry.count == 0) continue;
    const bool own = terms.group != 0 && terms.policy == Policy::kStackAll && !all;
    if (!own && (all || entry.candidate.row->stacks())) entry.stack = 1;
    any = any || own || entry.stack != 0;
  }
  if (!any) return;
  choices.stacks = 1;
  for (Choices::Entry& entry : choices.entries) {
    const Terms& terms = entry.candidate.terms();
    if (all || entry.is_set() || entry.count == 0 || terms.group == 0 || terms.policy != Policy::kStackAll) continue;
    for (const Choices::Entry& other : choices.entries) {
      if (&other == &entry) break;
      if (other.candidate.terms().group == terms.group) entry.stack = other.stack;
    }
    if (entry.stack == 0) entry.stack = ++choices.stacks;
  }
}

/// The best of a line is one rule alone or a stack; stacking more never takes less. Equal gains go to the one that
/// comes first, and to the stack before a rule alone.
void Evaluation::choose() {
  Choices& choices = scratch_.choices;
  const bool in_order = rules_.setup.policies[0] == Policy::kPriority;
  for (Choices::Entry& entry : choices.entries) {
    if (!entry.active || entry.times == 0) continue;
    static_cast<void>(form_sets(choices, entry, state_, entry.times, state_.units, scratch_.uses, scratch_.take));
  }
  choices.winner.assign(choices.lines, Choices::kNobody);
  choices.best.assign(choices.lines, 0);
  choices.full.assign(choices.lines, 0);
  for (std::size_t i = 0; i < choices.lines; ++i) {
    if (state_.units[i] != cart_.lines[i].quantity) state_.plain[i] = state_.units[i] * cart_.lines[i].unit_price;
  }
  choices.left.clear();
  for (std::uint32_t s = 0; s < choices.stacks; ++s)
    choices.left.insert(choices.left.end(), state_.plain.begin(), state_.plain.end());
  for (std::uint32_t k = 0; k < choices.entries.size(); ++k) {
    const Choices::Entry& entry = choices.entries[k];
    if (!entry.active || entry.is_set()) continue;
    const Value& value = entry.candidate.value();
    for (Choices::Gain& gain : choices.gains_of(entry)) {
      const std::uint32_t line = gain.line;
      const std::uint32_t forced = choices.forced[line];
      if (forced == k) choices.winner[line] = k;
      if (forced != Choices::kNobody || gain.off || entry.bound || gain.amount == 0) continue;
      const bool whole = state_.units[line] == cart_.lines[line].quantity;
      if (entry.stack != 0) {
        std::int64_t& left = choices.left[(entry.stack - 1) * choices.lines + line];
        left -= std::min(gain.amount, line_gain(value, state_, line, left, state_.units[line], rounding_));
        continue;
      }
      const std::int64_t amount =
          whole ? gain.amount : line_gain(value, state_, line, state_.plain[line], state_.units[line], rounding_);
      if (in_order && choices.best[line] > 0) continue;
      const bool more =
          amount > choices.best[line] || (amount == choices.best[line] && gain.amount > choices.full[line]);
      if (amount == 0 || !more) continue;
      choices.best[line] = amount;
      choices.full[line] = gain.amount;
      choices.winner[line] = k;
    }
  }
  for (std::uint32_t line = 0; line < choices.lines; ++line) {
    if (choices.forced[line] != Choices::kNobody) continue;
    std::int64_t least = std::max<std::int64_t>(choices.best[line], 1);
    for (std::uint32_t s = 0; s < choices.stacks; ++s) {
      const std::int64_t taken = state_.plain[line] - choices.left[s * choices.lines + line];
      if (taken < least) continue;
      choices.winner[line] = Choices::kStacks | (s + 1);
      least = taken + 1;
    }
  }
  for (std::uint32_t k = 0; k < choices.entries.size(); ++k) {
    Choices::Entry& entry = choices.entries[k];
    for (const Choices::Gain& gain : choices.gains_of(entry)) entry.wins = entry.wins || choices.won(k, gain);
  }
}

void Evaluation::apply_set(std::uint32_t k) {
  Choices& choices = scratch_.choices;
  Choices::Entry& entry = choices.entries[k];
  // The same units again as when it was chosen: sets take theirs in order, before anybody else.
  std::vector<std::int64_t>& units = scratch_.weights;
  units.clear();
  for (const LineView& line : cart_.lines) units.push_back(line.quantity);
  for (std::uint32_t j = 0; j <= k; ++j) {
    const Choices::Entry& other = choices.entries[j];
    if (!other.active || other.times == 0) continue;
    static_cast<void>(form_sets(choices, other, state_, other.times, units, scratch_.uses, scratch_.take));
  }
  const std::int64_t amount = set_parts(entry, state_, entry.times, scratch_.uses, rounding_, scratch_.parts, scratch_);
  scratch_.lines.clear();
  for (const SetUse& use : scratch_.uses) scratch_.lines.push_back(use.line);
  if (amount > 0) record(entry.candidate, scratch_.lines, scratch_.parts, amount, true);
}

void Evaluation::apply_entry(std::uint32_t k) {
  Choices& choices = scratch_.choices;
  const Choices::Entry& entry = choices.entries[k];
  const Candidate& candidate = entry.candidate;
  if (candidate.value().gift) {
    if (!combines(candidate)) return;
    Decision::Item& item = scratch_.decision.gifts.emplace_back();
    item.candidate = candidate;
    item.provisional = provisional(candidate);
    any_picky_ = any_picky_ || candidate.terms().picky();
    return;
  }
  if (entry.times > 0) return apply_set(k);
  scratch_.lines.clear();
  scratch_.parts.clear();
  bool whole = true;
  for (const Choices::Gain& gain : choices.gains_of(entry)) {
    if (!choices.won(k, gain)) continue;
    scratch_.lines.push_back(gain.line);
    scratch_.parts.push_back(gain.amount);
    whole = whole && state_.units[gain.line] == cart_.lines[gain.line].quantity;
  }
  // Otherwise nobody else has touched the lines it won.
  if (entry.stack != 0 || !whole || !lines_are_apart(candidate, entry.cap)) {
    product_parts({candidate.value(), candidate.row->method(), candidate.terms().per_order.value_or(kNoCap), entry.cap},
                  state_, scratch_.lines, rounding_, scratch_.parts, scratch_.tally);
  }
  const std::int64_t amount = total_of(scratch_.parts);
  if (amount > 0) record(candidate, scratch_.lines, scratch_.parts, amount, false);
}

/// The shopper hears of lost lines only when nothing at all was won.
void Evaluation::account_for_lost(std::uint32_t k) {
  Choices& choices = scratch_.choices;
  const Choices::Entry& entry = choices.entries[k];
  const Candidate& candidate = entry.candidate;
  if (!entry.active && candidate.terms().policy != Policy::kBestDeal) return;  // Said already.
  const auto& taken = scratch_.decision.taken;
  const bool applied = !taken.empty() && taken.back().candidate.row == candidate.row;
  if (candidate.value().gift) return;
  if (entry.is_set()) {
    if (applied) return;
    if (!candidate.automatic()) reject(candidate.code, kCannotCombine, &candidate);
    if (traced(candidate)) note_set_superseded(k);
    return;
  }
  bool wanted = false;
  bool lost = false;
  for (const Choices::Gain& gain : choices.gains_of(entry)) {
    if (gain.amount == 0) continue;
    wanted = true;
    lost = lost || !choices.won(k, gain);
  }
  if (lost && !applied && !candidate.automatic()) reject(candidate.code, kCannotCombine, &candidate);
  if (lost && traced(candidate)) note_superseded(k, applied);
  if (lost || applied) return;
  if (wanted) return refuse(candidate, "no_effect", kCannotCombine, "stack");
  const bool below_tiers = candidate.value().on == TierOn::kLineQuantity;
  if (below_tiers) return refuse(candidate, "condition_not_met", kBelowMinimum, "line.quantity");
  refuse(candidate, "no_effect", {});
}

/// Names the rules that hold each line this one wanted: one entry for all of them when it won nothing, else one each.
void Evaluation::note_superseded(std::uint32_t k, bool applied) {
  Choices& choices = scratch_.choices;
  const Choices::Entry& entry = choices.entries[k];
  Explanation whole;
  whole.reason = "superseded_by_better";
  for (const Choices::Gain& gain : choices.gains_of(entry)) {
    if (gain.amount == 0 || choices.won(k, gain)) continue;
    std::vector<std::string> by = holders(gain.line);
    const bool stack =
        (choices.winner[gain.line] & Choices::kStacks) != 0 && choices.winner[gain.line] != Choices::kNobody;
    const std::string label = stack || by.empty() ? "stack" : by.front();
    if (applied) {
      Explanation taken;
      taken.reason = "line_taken";
      taken.detail = std::string(cart_.lines[gain.line].line_id).append(" by ").append(label);
      taken.by = std::move(by);
      taken.gain = gain.amount;
      note(entry.candidate, std::move(taken));
      continue;
    }
    if (whole.detail.empty()) whole.detail = label;
    whole.gain += gain.amount;
    for (std::string& id : by) {
      if (std::ranges::find(whole.by, id) == whole.by.end()) whole.by.push_back(std::move(id));
    }
  }
  if (!applied) note(entry.candidate, std::move(whole));
}

/// The rules that took its units, those that would have had theirs, and so on: what it was weighed against as a whole.
void Evaluation::note_set_superseded(std::uint32_t k) {
  Choices& choices = scratch_.choices;
  std::vector<char> reached(choices.lines);
  std::vector<std::uint32_t> lines;
  std::vector<char> in(choices.entries.size());
  const auto reach = [&](std::uint32_t entry) {
    for (const Choices::Gain& gain : choices.gains_of(choices.entries[entry])) {
      if (std::exchange(reached[gain.line], 1) == 0) lines.push_back(gain.line);
    }
  };
  reach(k);
  for (std::size_t next = 0; next < lines.size(); ++next) {
    for (std::uint32_t j = 0; j < choices.entries.size(); ++j) {
      const Choices::Entry& other = choices.entries[j];
      if (in[j] != 0 || !other.active || (!other.wins && other.times == 0)) continue;
      const auto gains = choices.gains_of(other);
      if (std::ranges::find(gains, lines[next], &Choices::Gain::line) == gains.end()) continue;
      in[j] = 1;
      reach(j);
    }
  }
  Explanation why;
  why.reason = "superseded_by_better";
  why.gain = choices.entries[k].alone;
  for (std::uint32_t j = 0; j < choices.entries.size(); ++j) {
    if (in[j] == 0) continue;
    why.by.emplace_back(choices.entries[j].candidate.id());
    // A trial of what comes later in order: alone is what it takes when nobody is in its way.
    for (const Choices::Gain& gain : choices.gains_of(choices.entries[j])) {
      if (choices.won(j, gain)) why.best += gain.amount;
    }
    if (choices.entries[j].times > 0) why.best += choices.entries[j].alone;
  }
  if (!why.by.empty()) why.detail = why.by.front();
  note(choices.entries[k].candidate, std::move(why));
}

/// Whoever won the line, and the sets that took units of it.
std::vector<std::string> Evaluation::holders(std::uint32_t line) {
  Choices& choices = scratch_.choices;
  std::vector<std::string> ids;
  for (std::uint32_t k = 0; k < choices.entries.size(); ++k) {
    const Choices::Entry& entry = choices.entries[k];
    for (const Choices::Gain& gain : choices.gains_of(entry)) {
      if (gain.line != line) continue;
      if (choices.won(k, gain) || entry.times > 0) ids.emplace_back(entry.candidate.id());
    }
  }
  return ids;
}

}  // namespace kassa::discounts
