#include <algorithm>

#include "discounts/evaluation.hpp"

namespace kassa::discounts {
namespace {

/// Of one group of candidates: the one that stays. `gain(k)` is what it takes alone.
template <class Gain>
std::size_t chosen_of(std::span<const std::size_t> members, Policy policy, Gain gain) {
  std::size_t best = members.front();
  for (const std::size_t k : members) {
    if (policy != Policy::kBestDeal && gain(k) > 0) return k;
    if (gain(k) > gain(best)) best = k;
  }
  return best;
}

}  // namespace

/// The rule alone; whether it takes anything.
bool Evaluation::run_alone(const Candidate& candidate) {
  const Class c = candidate.row->discount_class;
  for (auto& list : scratch_.candidates) list.clear();
  scratch_.candidates[place_of(c)].push_back(candidate);
  if (c == Class::kProduct) {
    product_phase();
  } else {
    across_phase(c);
  }
  return !scratch_.decision.taken.empty() || !scratch_.decision.gifts.empty();
}

/// The first exclusive rule that takes something is all there is.
bool Evaluation::settle_exclusive() {
  Brief<Candidate> alone(&scratch_.memory);
  const auto priority = [](const Candidate& c) { return c.row->priority; };
  for (const auto& list : scratch_.candidates) {
    for (const Candidate& c : list) {
      if (c.terms().exclusive) alone.insert(std::ranges::upper_bound(alone, priority(c), {}, priority), c);
    }
  }
  if (alone.empty()) return false;
  scratch_.put_aside = scratch_.candidates;
  for (const Candidate& candidate : alone) {
    if (!run_alone(candidate)) continue;
    for (const auto& list : scratch_.put_aside) {
      for (const Candidate& other : list) {
        const bool tried = other.terms().exclusive && !precedes(candidate, other);
        if (other.row != candidate.row && !tried) refuse_for(other, "combination_disallowed", candidate.id(), 0);
      }
    }
    return true;
  }
  scratch_.candidates = scratch_.put_aside;
  for (auto& list : scratch_.candidates) std::erase_if(list, [](const Candidate& c) { return c.terms().exclusive; });
  return false;
}

void Evaluation::settle_groups(std::vector<Candidate>& candidates) {
  const bool any = std::ranges::any_of(candidates, [](const Candidate& c) { return c.terms().group != 0; });
  if (!any) return;
  Brief<std::int64_t> gains(&scratch_.memory);
  const bool was_silent = std::exchange(silent_, true);
  for (const Candidate& candidate : candidates)
    gains.push_back(combines(candidate) ? weigh_across(candidate, true) : 0);
  silent_ = was_silent;
  Brief<char> stays(candidates.size(), 1, &scratch_.memory);
  Brief<std::size_t> members(&scratch_.memory);
  std::size_t only = candidates.size();
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    const Terms& terms = candidates[k].terms();
    if (terms.group == 0 || terms.policy == Policy::kStackAll || stays[k] == 0) continue;
    members.clear();
    for (std::size_t j = k; j < candidates.size(); ++j) {
      if (candidates[j].terms().group == terms.group && stays[j] != 0) members.push_back(j);
    }
    const std::size_t best = chosen_of(members, terms.policy, [&](std::size_t j) { return gains[j]; });
    for (const std::size_t j : members) {
      if (j == best || gains[best] == 0) continue;
      stays[j] = 0;
      refuse_for(candidates[j], "superseded_by_better", candidates[best].id(), gains[j]);
    }
    if (terms.policy == Policy::kExclusive && gains[best] > 0 && only == candidates.size()) only = best;
  }
  if (only != candidates.size()) {
    for (std::size_t j = 0; j < candidates.size(); ++j) {
      if (j == only || stays[j] == 0) continue;
      stays[j] = 0;
      refuse_for(candidates[j], "combination_disallowed", candidates[only].id(), gains[j]);
    }
  }
  std::size_t k = 0;
  std::erase_if(candidates, [&](const Candidate&) { return stays[k++] == 0; });
}

/// In the product class the best of a group is found together with the rest; only a fixed order is settled here.
void Evaluation::settle_groups(std::span<Choices::Entry> entries) {
  Brief<std::size_t> members(&scratch_.memory);
  std::size_t only = entries.size();
  const bool first_only = rules_.setup.policies[0] == Policy::kExclusive;
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const Terms& terms = entries[k].candidate.terms();
    const bool gives = entries[k].alone > 0 || entries[k].candidate.value().gift.has_value();
    if (first_only && gives && only == entries.size()) only = k;
    if (terms.group == 0 || !entries[k].active) continue;
    if (terms.policy != Policy::kPriority && terms.policy != Policy::kExclusive) continue;
    members.clear();
    for (std::size_t j = k; j < entries.size(); ++j) {
      if (entries[j].candidate.terms().group == terms.group && entries[j].active) members.push_back(j);
    }
    const std::size_t best = chosen_of(members, terms.policy, [&](std::size_t j) {
      return entries[j].candidate.value().gift ? std::int64_t{1} : entries[j].alone;
    });
    const bool takes = entries[best].alone > 0 || entries[best].candidate.value().gift.has_value();
    for (const std::size_t j : members) {
      if (j == best || !takes) continue;
      entries[j].active = false;
      refuse_for(entries[j].candidate, "superseded_by_better", entries[best].candidate.id(), entries[j].alone);
    }
    if (terms.policy == Policy::kExclusive && takes && only == entries.size()) only = best;
  }
  if (only == entries.size()) return;
  for (std::size_t j = 0; j < entries.size(); ++j) {
    if (j == only || !entries[j].active) continue;
    entries[j].active = false;
    refuse_for(entries[j].candidate, "combination_disallowed", entries[only].candidate.id(), entries[j].alone);
  }
}

}  // namespace kassa::discounts
