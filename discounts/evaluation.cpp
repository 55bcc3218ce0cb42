#include "discounts/evaluation.hpp"

#include <algorithm>

#include "services/base/ensure.hpp"

namespace kassa::discounts {

Outcome Evaluation::run(const std::vector<Usage>& usage) {
  note_usage(usage);
  resolve_codes();
  product_phase();
  across_phase(Class::kOrder);
  across_phase(Class::kShipping);
  across_phase(Class::kPayment);
  std::ranges::sort(out_.rejected, {}, &RejectedCode::index);
  return std::move(out_);
}

void Evaluation::across_phase(Class c) {
  state_.begin_phase();
  for (const Candidate& candidate : candidates_of(c)) {
    if (may_apply(candidate) && combines(candidate)) apply_across(candidate);
  }
}

/// What is left of each target (0 elsewhere), and the sum: the rule's base.
std::int64_t Evaluation::weigh(const Candidate& candidate, std::vector<std::int64_t>& weights,
                               bool& any) const {
  const bool shipping = candidate.rule->discount_class == Class::kShipping;
  const auto kind = shipping ? Subject::Kind::kShipping : Subject::Kind::kLine;
  const std::vector<std::int64_t>& left = shipping ? state_.shipping : state_.running;
  weights.assign(left.size(), 0);
  std::int64_t base = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (test(candidate.rule->target, state_, Subject{kind, i}) != Truth::kTrue) continue;
    any = true;
    weights[i] = left[i];
    base += left[i];
  }
  return base;
}

void Evaluation::apply_across(const Candidate& candidate) {
  std::vector<std::int64_t> weights;
  bool any = false;
  const std::int64_t base = weigh(candidate, weights, any);
  if (!any) return refuse(candidate, {"no_matching_target", "discount_code_minimum_not_met"});
  if (!tier_reached(candidate, 0)) return;
  const Effect& effect = reached_tier(*candidate.rule, state_, 0)->effect;
  const std::int64_t amount = share_of(effect, cart_.currency, base, rounding_);
  ensure(amount >= 0 && amount <= base, "a discount lies between nothing and its base");
  if (amount == 0) {
    // Earlier discounts have taken it all, or there never was anything to take.
    const bool spent = base == 0 && applied_classes_ != 0;
    return refuse(candidate, {"no_effect", spent ? "discount_code_combination_disallowed" : ""});
  }
  const auto parts = apportion(amount, weights);
  ensure(parts.has_value(), "a discount can be apportioned to its targets");
  record(candidate, parts.assume_value(), amount);
}

void Evaluation::record(const Candidate& candidate, std::span<const std::int64_t> parts,
                        std::int64_t amount) {
  const Rule& rule = *candidate.rule;
  const bool shipping = rule.discount_class == Class::kShipping;
  Applied& applied = out_.applied.emplace_back();
  applied.rule_id = rule.id;
  applied.title = rule.title;
  if (candidate.code != Candidate::kAutomatic) applied.code = cart_.codes[candidate.code];
  applied.discount_class = rule.discount_class;
  applied.method = rule.method;
  applied.priority = rule.priority;
  applied.amount = amount;
  applied.limited = rule.limited();
  applied.per_customer_max = rule.limits.per_customer;
  applied.allocations.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0) continue;
    applied.allocations.push_back({shipping, i, parts[i]});
    std::int64_t& left = shipping ? state_.shipping[i] : state_.running[i];
    left -= parts[i];
    ensure(left >= 0, "nothing is discounted below zero");
  }
  applied_classes_ = static_cast<ClassMask>(applied_classes_ | bit_of(rule.discount_class));
  allowed_by_applied_ = static_cast<ClassMask>(allowed_by_applied_ & rule.combines);
}

Outcome evaluate(const RuleSet& rules, const Cart& cart, const std::vector<Usage>& usage, Instant now,
                 Rounding rounding) {
  return Evaluation(rules, cart, now, rounding).run(usage);
}

}  // namespace kassa::discounts
