#include <algorithm>

#include "discounts/evaluation.hpp"
#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kBestOfMax = 16;  ///< Beyond, rules of a later class apply in their order.

std::int64_t sum_of(std::span<const std::int64_t> parts) {
  std::int64_t sum = 0;
  for (const std::int64_t part : parts) sum += part;
  return sum;
}

}  // namespace

void Evaluation::across_phase(Class c) {
  auto& candidates = scratch_.candidates[place_of(c)];
  if (candidates.empty()) return;
  state_.begin_phase();
  std::erase_if(candidates, [&](const Candidate& candidate) { return !may_apply(candidate); });
  settle_groups(candidates);
  const Policy policy = rules_.setup.policies[place_of(c)];
  if (policy == Policy::kBestDeal) best_across(candidates);
  const std::size_t before = scratch_.decision.taken.size();
  for (const Candidate& candidate : candidates) {
    if (policy == Policy::kExclusive && scratch_.decision.taken.size() > before) {
      refuse_for(candidate, "combination_disallowed", scratch_.decision.taken.back().candidate.id(), 0);
    } else if (combines(candidate)) {
      apply_across(candidate);
    }
  }
}

/// Of the rules that may apply, keeps those that together take the most; each choice is tried, in evaluation order.
void Evaluation::best_across(std::vector<Candidate>& candidates) {
  if (candidates.size() < 2 || candidates.size() > kBestOfMax) return;
  std::uint64_t best = 0;
  std::int64_t most = -1;
  for (std::uint64_t in = (std::uint64_t{1} << candidates.size()) - 1; in > 0; --in) {
    const std::int64_t total = total_across(candidates, in);
    if (total <= most) continue;
    most = total;
    best = in;
  }
  std::string_view winner;
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    if ((best >> k & 1) != 0 && winner.empty()) winner = candidates[k].id();
  }
  std::size_t k = 0;
  std::erase_if(candidates, [&](const Candidate& candidate) {
    const bool stays = (best >> k++ & 1) != 0;
    if (!stays) refuse_for(candidate, "superseded_by_better", winner, 0);
    return !stays;
  });
}

/// What a choice of rules would take, and the state as it was before.
std::int64_t Evaluation::total_across(std::span<const Candidate> candidates, std::uint64_t in) {
  for (std::size_t a = 0; a < candidates.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if ((in >> a & in >> b & 1) != 0 && !compatible(candidates[a], candidates[b])) return -1;
    }
  }
  const bool was_silent = std::exchange(silent_, true);
  const auto copy_of = [&](const std::vector<std::int64_t>& amounts) {
    return Brief<std::int64_t>(amounts.begin(), amounts.end(), &scratch_.memory);
  };
  const auto running = copy_of(state_.running);
  const auto plain = copy_of(state_.plain);
  const auto shipping = copy_of(state_.shipping);
  std::int64_t total = 0;
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    if ((in >> k & 1) == 0 || !combines(candidates[k])) continue;
    const std::int64_t amount = weigh_across(candidates[k], true);
    total += amount;
    const bool ships = candidates[k].row->discount_class == Class::kShipping;
    for (std::size_t i = 0; amount > 0 && i < scratch_.lines.size(); ++i) {
      (ships ? state_.shipping : state_.running)[scratch_.lines[i]] -= scratch_.parts[i];
      if (!ships) state_.plain[scratch_.lines[i]] -= scratch_.parts[i];
    }
  }
  state_.running.assign(running.begin(), running.end());
  state_.plain.assign(plain.begin(), plain.end());
  state_.shipping.assign(shipping.begin(), shipping.end());
  silent_ = was_silent;
  return total;
}

std::int64_t Evaluation::weigh_across(const Candidate& candidate, bool quiet) {
  const bool shipping = candidate.row->discount_class == Class::kShipping;
  const Value& value = candidate.value();
  std::vector<std::uint32_t>& lines = scratch_.lines;
  if (!shipping) {
    match_target(*candidate.segment, *candidate.row, state_, lines);
  } else {
    lines.clear();
    const PredicateView target = candidate.segment->conditions.view(candidate.row->target);
    for (std::uint32_t i = 0; i < state_.shipping.size(); ++i) {
      if (test(target, state_, Subject{Subject::Kind::kShipping, i}) == Truth::kTrue) lines.push_back(i);
    }
  }
  if (lines.empty()) {
    if (!quiet) refuse(candidate, "no_matching_target", "discount_code_minimum_not_met");
    return 0;
  }
  if (quiet ? reached_tier(value, state_, 0) == nullptr : !tier_reached(candidate, 0)) return 0;
  const std::int64_t cap = cap_of(candidate);
  scratch_.parts.assign(lines.size(), 0);
  const std::vector<std::int64_t>& left = shipping ? state_.shipping : state_.running;
  std::int64_t base = 0;
  scratch_.weights.resize(lines.size());
  scratch_.rooms.resize(lines.size());
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::uint32_t i = lines[k];
    base += scratch_.weights[k] = left[i];
    scratch_.rooms[k] = shipping ? left[i] : room_of(value, state_, i, left[i], state_.units[i]);
  }
  std::int64_t amount = 0;
  if (candidate.row->method() == Method::kEach && !shipping) {
    product_parts({value, Method::kEach, kNoCap, cap}, state_, lines, rounding_, scratch_.parts, scratch_.tally);
    amount = sum_of(scratch_.parts);
  } else if (candidate.row->method() == Method::kEach) {
    const Effect& effect = reached_tier(value, state_, 0)->effect;
    for (std::size_t k = 0; k < lines.size(); ++k)
      scratch_.parts[k] = share_of(effect, cart_.currency, left[lines[k]], rounding_);
    const std::int64_t* const most = effect.max_amount.find(cart_.currency);  // Over all entries, not for each.
    hold_to(most == nullptr ? cap : std::min(cap, *most), scratch_.parts, scratch_.tally);
    amount = sum_of(scratch_.parts);
  } else {
    const std::int64_t share = share_of(reached_tier(value, state_, 0)->effect, cart_.currency, base, rounding_);
    ensure(share >= 0 && share <= base, "a discount lies between nothing and its base");
    spread(std::min(share, cap), scratch_.weights, scratch_.rooms, value.remainder, scratch_.parts, scratch_.tally);
    amount = sum_of(scratch_.parts);
  }
  if (amount == 0 && !quiet) {
    // Earlier discounts have taken it all, or there never was anything to take.
    const bool spent = base == 0 && applied_classes_ != 0;
    refuse(candidate, "no_effect", spent ? "discount_code_combination_disallowed" : "");
  }
  return amount;
}

void Evaluation::apply_across(const Candidate& candidate) {
  const std::int64_t amount = weigh_across(candidate, false);
  if (amount > 0) record(candidate, scratch_.lines, scratch_.parts, amount, false);
}

}  // namespace kassa::discounts
