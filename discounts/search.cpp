#include "discounts/search.hpp"

#include <algorithm>
#include <numeric>

#include "discounts/evaluation.hpp"
#include "discounts/sets.hpp"

namespace kassa::discounts {
namespace {

using Entry = Choices::Entry;
using Gain = Choices::Gain;

constexpr std::int64_t kTimesTried = 32;  ///< Beyond, a set is formed as often as possible or in halves of that.

bool is_gift(const Entry& entry) { return entry.candidate.value().gift.has_value(); }

Ask ask_of(const Entry& entry) {
  return {entry.candidate.value(), entry.candidate.row->method(), entry.candidate.terms().per_order.value_or(kNoCap),
          entry.cap};
}

bool may_bind(const Entry& entry) {
  const Value& value = entry.candidate.value();
  return entry.cap != kNoCap || entry.candidate.terms().per_order || entry.candidate.row->method() == Method::kAcross ||
         std::ranges::any_of(value.tiers, [](const Tier& tier) { return !tier.effect.max_amount.empty(); });
}

}  // namespace

bool Search::needed() {
  bool sets = false;
  bool picky = false;
  bool bind = false;
  for (const Entry& entry : choices_.entries) {
    if (!entry.active) continue;
    sets = sets || entry.is_set();
    picky = picky || entry.candidate.terms().picky();
    bind = bind || (entry.stack == 0 && entry.count > 0 && may_bind(entry));
  }
  if (!sets && !picky && !bind) return false;
  if (picky) find_conflicts();
  if (bind) find_bound();
  return sets || !conflicts_.empty() ||
         std::ranges::any_of(choices_.entries, [](const Entry& entry) { return entry.bound; });
}

/// A rule is bound when it takes less from all its lines than from each alone, and shares one of them.
void Search::find_bound() {
  Brief<std::uint32_t> wanted(choices_.lines, &scratch_.memory);
  const bool sets = std::ranges::any_of(choices_.entries, [](const Entry& e) { return e.active && e.is_set(); });
  for (Entry& entry : choices_.entries) {
    if (!entry.active) continue;
    for (const Gain& gain : choices_.gains_of(entry)) {
      if (gain.amount > 0 || entry.is_set()) ++wanted[gain.line];
    }
  }
  for (Entry& entry : choices_.entries) {
    if (!entry.active || entry.stack != 0 || entry.is_set() || !may_bind(entry)) continue;
    std::int64_t apart = 0;
    bool shares = false;
    for (const Gain& gain : choices_.gains_of(entry)) {
      apart += line_gain(entry.candidate.value(), state_, gain.line, state_.plain[gain.line], state_.units[gain.line],
                         rounding_);
      shares = shares || wanted[gain.line] > 1;
    }
    // On one line alone a ceiling is part of what the rule takes there, as long as no set takes some of its units.
    const bool several = entry.count > 1 || sets;
    entry.bound = shares && several && (apart > entry.alone || entry.candidate.row->method() == Method::kAcross);
  }
}

std::uint32_t Search::root_of(std::uint32_t node) {
  while (parents_[node] != node) node = parents_[node] = parents_[parents_[node]];
  return node;
}

void Search::unite(std::uint32_t a, std::uint32_t b) { parents_[root_of(a)] = root_of(b); }

void Search::join() {
  const auto lines = static_cast<std::uint32_t>(choices_.lines);
  parents_.resize(lines + choices_.entries.size());
  std::iota(parents_.begin(), parents_.end(), 0U);
  join_conflicting();
  by_line_.clear();
  by_line_.resize(lines);
  for (std::uint32_t k = 0; k < choices_.entries.size(); ++k) {
    const Entry& entry = choices_.entries[k];
    if (!entry.active) continue;
    const bool item = entry.is_set() || entry.bound || refusing_[k] != 0;
    for (std::uint32_t g = entry.first; g < entry.first + entry.count; ++g) {
      if (!entry.is_set()) by_line_[choices_.gains[g].line].emplace_back(k, g);
      // A stack is one taker: what happens to one of its rules on a line concerns the others only there.
      if (item) unite(choices_.gains[g].line, lines + k);
    }
  }
}

std::int64_t Search::run() {
  join();
  undecided_.assign(choices_.entries.size(), 0);
  Brief<std::uint32_t> roots(&scratch_.memory);
  const auto lines = static_cast<std::uint32_t>(choices_.lines);
  const auto is_item = [&](std::uint32_t k) {
    const Entry& entry = choices_.entries[k];
    return entry.active && (entry.is_set() || entry.bound || refusing_[k] != 0);
  };
  for (std::uint32_t k = 0; k < choices_.entries.size(); ++k) {
    if (!is_item(k)) continue;
    undecided_[k] = 1;
    const std::uint32_t root = root_of(lines + k);
    if (std::ranges::find(roots, root) == roots.end()) roots.push_back(root);
  }
  for (const std::uint32_t root : roots) solve(root);
  return gap_;
}

void Search::solve(std::uint32_t root) {
  const auto lines = static_cast<std::uint32_t>(choices_.lines);
  items_.clear();
  lines_.clear();
  hopes_.clear();
  for (std::uint32_t line = 0; line < lines; ++line) {
    if (root_of(line) == root) lines_.push_back(line);
  }
  for (std::uint32_t k = 0; k < choices_.entries.size(); ++k) {
    Entry& entry = choices_.entries[k];
    if (undecided_[k] == 0 || root_of(lines + k) != root) continue;
    if (entry.is_set()) {
      items_.push_back({Item::Kind::kSet, k, 0});
      hopes_.push_back(most_of_set(choices_, entry, state_, rounding_));
      continue;
    }
    if (refusing_[k] != 0) {
      items_.push_back({Item::Kind::kWhole, k, 0});
      hopes_.push_back(0);
    }
    for (std::uint32_t g = entry.first; entry.bound && g < entry.first + entry.count; ++g) {
      if (choices_.gains[g].amount == 0) continue;
      items_.push_back({Item::Kind::kLine, k, g});
      hopes_.push_back(0);
    }
  }
  best_.value = -1;
  best_.active.clear();
  best_.times.clear();
  nodes_ = 0;
  count_steps();
  const std::int64_t hope = bound(0, 0);
  // The first choice found is a node for each item away, whatever the budget.
  const bool searched = items_.size() <= kDepthMax && items_.size() <= steps_left_ / steps_;
  if (searched) {
    nodes_max_ = std::min(items_.size() <= kExactItemsMax ? kNodesMax : items_.size() * 4, steps_left_ / steps_);
    branch(0, 0);
    steps_left_ -= std::min(steps_left_, std::min(nodes_, nodes_max_) * steps_);
  } else {
    decide_greedily();
  }
  if ((!searched || nodes_ > nodes_max_) && hope > best_.value) gap_ += hope - best_.value;
  restore();
}

/// A node looks at every rule on every line, once for each stack, and at every decision.
void Search::count_steps() {
  std::size_t rules = 0;
  for (const std::uint32_t line : lines_) rules += by_line_[line].size() + 1;
  steps_ = 1 + 2 * items_.size() + rules * (choices_.stacks + 1);
}

/// Applies the best choice found.
void Search::restore() {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Entry& entry = choices_.entries[items_[i].entry];
    undecided_[items_[i].entry] = 0;
    if (items_[i].kind == Item::Kind::kWhole) entry.active = best_.active[i] != 0;
    if (items_[i].kind == Item::Kind::kSet) entry.times = best_.times[i];
    if (items_[i].kind != Item::Kind::kLine) continue;
    Gain& gain = choices_.gains[items_[i].gain];
    gain.off = best_.active[i] == 0;
    if (!gain.off) choices_.forced[gain.line] = items_[i].entry;
  }
}

void Search::keep(std::int64_t value) {
  if (value <= best_.value) return;
  best_.value = value;
  best_.active.clear();
  best_.times.clear();
  for (const Item& item : items_) {
    const Entry& entry = choices_.entries[item.entry];
    best_.active.push_back(item.kind == Item::Kind::kLine ? !choices_.gains[item.gain].off : entry.active);
    best_.times.push_back(entry.times);
  }
}

std::int64_t Search::gain_now(std::uint32_t k, const Gain& gain) const {
  const Entry& entry = choices_.entries[k];
  const bool whole = state_.units[gain.line] == state_.cart->lines[gain.line].quantity;
  if (whole && !entry.bound) return gain.amount;
  const std::int64_t left = state_.units[gain.line] * state_.cart->lines[gain.line].unit_price;
  return line_gain(entry.candidate.value(), state_, gain.line, left, state_.units[gain.line], rounding_);
}

/// The most that may be taken from a line (hopeful), or what is taken by those that are decided.
std::int64_t Search::value_of_line(std::uint32_t line, bool hopeful) {
  const std::uint32_t forced = choices_.forced[line];
  std::int64_t best = 0;
  const std::int64_t whole = state_.units[line] * state_.cart->lines[line].unit_price;
  for (std::uint32_t stack = 0; stack <= choices_.stacks; ++stack) {
    std::int64_t left = whole;
    for (const auto& [k, g] : by_line_[line]) {
      const Entry& entry = choices_.entries[k];
      const Gain& gain = choices_.gains[g];
      if (!entry.active || gain.off || entry.stack != stack) continue;
      if (forced != Choices::kNobody && forced != k) continue;
      if (entry.bound && !hopeful) continue;
      if (stack == 0) {
        best = std::max(best, gain_now(k, gain));
      } else {
        left -= std::min(gain.amount,
                         line_gain(entry.candidate.value(), state_, line, left, state_.units[line], rounding_));
      }
    }
    if (stack != 0 && forced == Choices::kNobody) best = std::max(best, whole - left);
  }
  return best;
}

std::int64_t Search::bound(std::size_t depth, std::int64_t fixed) {
  std::int64_t hope = fixed;
  for (std::size_t i = depth; i < items_.size(); ++i) hope += hopes_[i];
  for (const std::uint32_t line : lines_) hope += value_of_line(line, true);
  return hope;
}

std::int64_t Search::value(std::int64_t fixed) {
  std::int64_t total = fixed;
  for (const std::uint32_t line : lines_) {
    if (choices_.forced[line] == Choices::kNobody) total += value_of_line(line, false);
  }
  std::uint32_t last = Choices::kNobody;
  for (const Item& item : items_) {
    if (item.kind != Item::Kind::kLine || item.entry == last) continue;
    last = item.entry;
    scratch_.lines.clear();
    for (const Gain& gain : choices_.gains_of(choices_.entries[last])) {
      if (choices_.forced[gain.line] == last) scratch_.lines.push_back(gain.line);
    }
    if (!scratch_.lines.empty()) total += take_together(last);
  }
  return total;
}

std::int64_t Search::take_together(std::uint32_t k) {
  const auto& lines = scratch_.lines;
  scratch_.parts.assign(lines.size(), 0);
  const Brief<std::int64_t> plain(state_.plain.begin(), state_.plain.end(), &scratch_.memory);
  for (const std::uint32_t line : lines) state_.plain[line] = state_.units[line] * state_.cart->lines[line].unit_price;
  product_parts(ask_of(choices_.entries[k]), state_, lines, rounding_, scratch_.parts, scratch_.tally);
  state_.plain.assign(plain.begin(), plain.end());
  return std::accumulate(scratch_.parts.begin(), scratch_.parts.end(), std::int64_t{0});
}

/// None of those that apply already refuses it.
bool Search::allowed(std::uint32_t k) const {
  if (refusing_[k] == 0) return true;
  return std::ranges::none_of(items_, [&](const Item& item) {
    if (item.kind == Item::Kind::kLine || item.entry == k || refusing_[item.entry] == 0) return false;
    const Entry& entry = choices_.entries[item.entry];
    return undecided_[item.entry] == 0 && entry.active && (!entry.is_set() || entry.times > 0) &&
           !tags_agree(entry.candidate, choices_.entries[k].candidate);
  });
}

void Search::branch(std::size_t depth, std::int64_t fixed) {
  if (++nodes_ > nodes_max_ && best_.value >= 0) return;
  if (depth == items_.size()) return keep(value(fixed));
  if (bound(depth, fixed) <= best_.value) return;
  const Item& item = items_[depth];
  if (item.kind == Item::Kind::kSet) return branch_set(depth, fixed);
  if (item.kind == Item::Kind::kWhole) return branch_whole(depth, fixed);
  branch_line(depth, fixed);
}

void Search::branch_whole(std::size_t depth, std::int64_t fixed) {
  const std::uint32_t k = items_[depth].entry;
  Entry& entry = choices_.entries[k];
  const bool fits = allowed(k);
  undecided_[k] = 0;
  // The better hope first.
  entry.active = false;
  const std::int64_t without = bound(depth + 1, fixed);
  entry.active = true;
  const bool in_first = bound(depth + 1, fixed) > without || is_gift(entry);
  for (const bool in : {in_first, !in_first}) {
    if (in && !fits) continue;
    entry.active = in;
    // A gift costs nobody a unit: having it is better than not.
    branch(depth + 1, fixed + (in && is_gift(entry) ? 1 : 0));
  }
  entry.active = true;
  undecided_[k] = 1;
}

void Search::branch_line(std::size_t depth, std::int64_t fixed) {
  Gain& gain = choices_.gains[items_[depth].gain];
  const std::uint32_t k = items_[depth].entry;
  const bool free =
      choices_.entries[k].active && choices_.forced[gain.line] == Choices::kNobody && state_.units[gain.line] > 0;
  if (free) {
    choices_.forced[gain.line] = k;
    branch(depth + 1, fixed);
    choices_.forced[gain.line] = Choices::kNobody;
  }
  gain.off = true;
  branch(depth + 1, fixed);
  gain.off = false;
}

void Search::branch_set(std::size_t depth, std::int64_t fixed) {
  const std::uint32_t k = items_[depth].entry;
  Entry& entry = choices_.entries[k];
  const Brief<std::int64_t> before(state_.units.begin(), state_.units.end(), &scratch_.memory);
  auto& uses = scratch_.uses;  // Formed anew for each try.
  const std::int64_t limit = entry.candidate.terms().per_order.value_or(kNoCap);
  const std::int64_t most =
      allowed(k) ? form_sets(choices_, entry, state_, limit, state_.units, uses, scratch_.take) : 0;
  undecided_[k] = 0;
  for (std::int64_t times = most;;) {
    state_.units.assign(before.begin(), before.end());
    entry.times = times;
    std::int64_t amount = 0;
    if (times > 0) {
      static_cast<void>(form_sets(choices_, entry, state_, times, state_.units, uses, scratch_.take));
      amount = set_parts(entry, state_, times, uses, rounding_, scratch_.parts, scratch_);
    }
    if (times == 0 || amount > 0) branch(depth + 1, fixed + amount);
    if (times == 0) break;
    times = times <= kTimesTried ? times - 1 : std::max<std::int64_t>(times / 2, kTimesTried);
  }
  state_.units.assign(before.begin(), before.end());
  entry.times = 0;
  undecided_[k] = 1;
}

}  // namespace kassa::discounts
