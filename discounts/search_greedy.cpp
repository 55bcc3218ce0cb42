// Deciding a component that is too large to search: one pass over its items, whose depth and work do not depend on how
// the rules compete.

#include <algorithm>

#include "discounts/evaluation.hpp"
#include "discounts/search.hpp"
#include "discounts/sets.hpp"

namespace kassa::discounts {

/// Sets stand in the way of the other rules and may not be worth it: the better of both.
void Search::decide_greedily() {
  const bool any = std::ranges::any_of(items_, [](const Item& item) { return item.kind == Item::Kind::kSet; });
  for (const bool sets : {true, false}) {
    if (sets && !any) continue;
    const Brief<std::int64_t> units(state_.units.begin(), state_.units.end(), &scratch_.memory);
    chosen_.clear();
    std::int64_t fixed = sets ? form_greedily() : 0;
    fixed += admit_greedily();
    give_lines_greedily();
    keep(value(fixed));
    reopen();
    state_.units.assign(units.begin(), units.end());
  }
}

/// Every set as often as possible; in the order of the entries, in which the chosen ones take their units later.
std::int64_t Search::form_greedily() {
  std::int64_t total = 0;
  Brief<std::int64_t> before(&scratch_.memory);
  for (const Item& item : items_) {
    if (item.kind != Item::Kind::kSet || !agrees_with_chosen(item.entry)) continue;
    Choices::Entry& entry = choices_.entries[item.entry];
    before.assign(state_.units.begin(), state_.units.end());
    const std::int64_t limit = entry.candidate.terms().per_order.value_or(kNoCap);
    const std::int64_t times = form_sets(choices_, entry, state_, limit, state_.units, scratch_.uses, scratch_.take);
    const std::int64_t amount =
        times == 0 ? 0 : set_parts(entry, state_, times, scratch_.uses, rounding_, scratch_.parts, scratch_);
    if (amount == 0) {
      state_.units.assign(before.begin(), before.end());
      continue;
    }
    entry.times = times;
    total += amount;
    choose(item.entry);
  }
  return total;
}

/// Of rules that refuse each other, the one that takes more when it is alone.
std::int64_t Search::admit_greedily() {
  std::int64_t gifts = 0;
  for (const std::uint32_t k : heaviest_first(false)) {
    Choices::Entry& entry = choices_.entries[k];
    entry.active = agrees_with_chosen(k);
    if (!entry.active) continue;
    choose(k);
    gifts += entry.candidate.value().gift ? 1 : 0;
  }
  return gifts;
}

/// Bound rules have lines that are still free, where they take more than those that are not bound.
void Search::give_lines_greedily() {
  Brief<std::int64_t> rest(choices_.lines, &scratch_.memory);
  for (const std::uint32_t line : lines_) rest[line] = value_of_line(line, false);
  for (const std::uint32_t k : heaviest_first(true)) {
    if (!choices_.entries[k].active) continue;
    pick_lines(k, rest);
    for (const std::uint32_t line : scratch_.lines) choices_.forced[line] = k;
  }
  for (const Item& item : items_) {
    if (item.kind != Item::Kind::kLine) continue;
    Choices::Gain& gain = choices_.gains[item.gain];
    gain.off = choices_.forced[gain.line] != item.entry;
  }
}

/// Leaves in scratch_.lines those that the rule takes: the ones where it gains most over the rest, as few as it needs
/// (in powers of two, to try few times).
void Search::pick_lines(std::uint32_t k, const Brief<std::int64_t>& rest) {
  Brief<std::pair<std::int64_t, std::uint32_t>> free(&scratch_.memory);
  for (const Choices::Gain& gain : choices_.gains_of(choices_.entries[k])) {
    if (gain.amount == 0 || choices_.forced[gain.line] != Choices::kNobody || state_.units[gain.line] == 0) continue;
    free.emplace_back(rest[gain.line] - gain_now(k, gain), gain.line);
  }
  std::ranges::sort(free);
  const auto take_first = [&](std::size_t count) {
    scratch_.lines.clear();
    for (std::size_t i = 0; i < count; ++i) scratch_.lines.push_back(free[i].second);
    std::ranges::sort(scratch_.lines);
  };
  std::size_t best_count = 0;
  std::int64_t most = 0;
  for (std::size_t count = 1; !free.empty(); count = std::min(count * 2, free.size())) {
    take_first(count);
    std::int64_t more = take_together(k);
    for (const std::uint32_t line : scratch_.lines) more -= rest[line];
    if (more > most) {
      most = more;
      best_count = count;
    }
    if (count == free.size()) break;
  }
  take_first(best_count);
}

/// Nothing of this component is decided any more; restore() then applies the better pass.
void Search::reopen() {
  for (const std::uint32_t line : lines_) choices_.forced[line] = Choices::kNobody;
  for (const Item& item : items_) {
    choices_.entries[item.entry].active = true;
    choices_.entries[item.entry].times = 0;
    if (item.kind == Item::Kind::kLine) choices_.gains[item.gain].off = false;
  }
}

/// The bound entries of this component, or those with a conflict, by what each takes alone.
Brief<std::uint32_t> Search::heaviest_first(bool bound_only) {
  Brief<std::uint32_t> order(&scratch_.memory);
  for (const Item& item : items_) {
    if (item.kind != (bound_only ? Item::Kind::kLine : Item::Kind::kWhole)) continue;
    if (order.empty() || order.back() != item.entry) order.push_back(item.entry);
  }
  std::ranges::stable_sort(
      order, [&](std::uint32_t a, std::uint32_t b) { return choices_.entries[a].alone > choices_.entries[b].alone; });
  return order;
}

/// Who agrees with one rule of a manner agrees with all of them.
void Search::choose(std::uint32_t k) {
  if (refusing_[k] == 0) return;
  const auto manner = [this](std::uint32_t entry) { return manner_of_[entry]; };
  if (std::ranges::find(chosen_, manner_of_[k], manner) == chosen_.end()) chosen_.push_back(k);
}

bool Search::agrees_with_chosen(std::uint32_t k) const {
  if (refusing_[k] == 0) return true;
  if (chosen_.size() > kMannersMax) return false;  // The gap says so.
  return std::ranges::all_of(chosen_, [&](std::uint32_t other) {
    return tags_agree(choices_.entries[k].candidate, choices_.entries[other].candidate);
  });
}

}  // namespace kassa::discounts
