#include "discounts/evaluation.hpp"

#include <algorithm>

#include "discounts/scan.hpp"
#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kAppliedExpected = 16;

/// Candidates lie far apart: their memory is asked for while the others are still being listed.
void prefetch(const Rule* rule) noexcept {
  constexpr std::size_t kLine = 64;
  const auto* const bytes = reinterpret_cast<const char*>(rule);
  for (std::size_t at = 0; at < offsetof(Rule, id); at += kLine) __builtin_prefetch(bytes + at);
}

}  // namespace

Evaluation::Evaluation(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now,
                       Rounding rounding, Scratch& scratch)
    : rules_(rules),
      cart_(cart),
      usage_(usage),
      now_(now),
      rounding_(rounding),
      scratch_(scratch),
      state_(cart, scratch.facts) {
  scratch_.facts.read(cart, rules.values, scratch_.values);
  for (auto& list : scratch_.candidates) list.clear();
}

void Evaluation::take_indexed() {
  rules_.index.gather(state_, now_, scratch_.values, scratch_.chosen);
  for (const std::uint32_t number : asked_) {
    if (rules_.rules[number].codes.empty()) scratch_.chosen.insert(number);
  }
  scratch_.chosen.drain([&](std::uint32_t number) {
    const Rule* const rule = &rules_.rules[number];
    prefetch(rule);
    scratch_.candidates[rules_.index.class_of(number)].push_back({rule});
  });
  if (const auto next = rules_.index.next_change(now_)) change_at(*next);
}

void Evaluation::take_all() {
  for (std::size_t c = 0; c < kClasses; ++c) {
    for (const std::uint32_t number : rules_.automatic[c]) scratch_.candidates[c].push_back({&rules_.rules[number]});
  }
}

void Evaluation::explain(std::span<const std::uint32_t> asked, std::vector<Explanation>& notes) {
  asked_ = asked;
  notes_ = &notes;
}

Outcome Evaluation::run() {
  resolve_codes();
  out_.awaits_shipping =
      rules_.reads_shipping || !scratch_.candidates[static_cast<std::size_t>(Class::kShipping)].empty();
  std::size_t most = 0;
  for (const auto& list : scratch_.candidates) most += list.size();
  out_.applied.reserve(std::min(most, kAppliedExpected));
  product_phase();
  across_phase(Class::kOrder);
  across_phase(Class::kShipping);
  across_phase(Class::kPayment);
  std::ranges::sort(out_.rejected, {}, &RejectedCode::index);
  return std::move(out_);
}

void Evaluation::across_phase(Class c) {
  const auto& candidates = scratch_.candidates[static_cast<std::size_t>(c)];
  if (candidates.empty()) return;
  state_.begin_phase();
  for (const Candidate& candidate : candidates) {
    if (may_apply(candidate) && combines(candidate)) apply_across(candidate);
  }
}

/// What is left of each target (0 elsewhere), and the sum: the rule's base.
std::int64_t Evaluation::weigh(const Candidate& candidate, bool& any) {
  const Predicate& target = candidate.rule->target;
  const bool shipping = candidate.rule->discount_class == Class::kShipping;
  const std::vector<std::int64_t>& left = shipping ? state_.shipping : state_.running;
  std::vector<char>& among = scratch_.among;
  among.assign(left.size(), 0);
  if (!shipping) {
    any = mark_lines(target, state_, among);
  } else {
    for (std::size_t i = 0; i < left.size(); ++i) {
      among[i] = test(target, state_, Subject{Subject::Kind::kShipping, i}) == Truth::kTrue ? 1 : 0;
      any = any || among[i] != 0;
    }
  }
  scratch_.weights.assign(left.size(), 0);
  std::int64_t base = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (among[i] == 0) continue;
    scratch_.weights[i] = left[i];
    base += left[i];
  }
  return base;
}

void Evaluation::apply_across(const Candidate& candidate) {
  bool any = false;
  const std::int64_t base = weigh(candidate, any);
  if (!any) return refuse(candidate, "no_matching_target", "discount_code_minimum_not_met");
  if (!tier_reached(candidate, 0)) return;
  const Effect& effect = reached_tier(*candidate.rule, state_, 0)->effect;
  const std::int64_t amount = share_of(effect, cart_.currency, base, rounding_);
  ensure(amount >= 0 && amount <= base, "a discount lies between nothing and its base");
  if (amount == 0) {
    // Earlier discounts have taken it all, or there never was anything to take.
    const bool spent = base == 0 && applied_classes_ != 0;
    return refuse(candidate, "no_effect", spent ? "discount_code_combination_disallowed" : "");
  }
  const auto parts = apportion(amount, scratch_.weights);
  ensure(parts.has_value(), "a discount can be apportioned to its targets");
  record(candidate, parts.assume_value(), amount);
}

void Evaluation::record(const Candidate& candidate, std::span<const std::int64_t> parts, std::int64_t amount) {
  const Rule& rule = *candidate.rule;
  const bool shipping = rule.discount_class == Class::kShipping;
  Applied& applied = out_.applied.emplace_back();
  applied.rule_id = rule.id;
  applied.title = rule.title;
  if (!candidate.automatic()) applied.code = rule.spellings[candidate.spelling];
  applied.discount_class = rule.discount_class;
  applied.method = rule.method;
  applied.priority = rule.priority;
  applied.amount = amount;
  applied.limited = rule.limited();
  applied.per_customer_max = rule.limits.per_customer;
  applied.allocations.reserve(parts.size() - static_cast<std::size_t>(std::ranges::count(parts, 0)));
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

CartView view_of(const Cart& cart) {
  CartView view;
  view.currency = cart.currency;
  view.lines.reserve(cart.lines.size());
  for (const CartLine& line : cart.lines) {
    view.lines.push_back({line.line_id, &line.variant, &line.product, &line.sku, &line.category, &line.vendor,
                          &line.tags, line.quantity, line.unit_price});
  }
  view.shipping = cart.shipping;
  view.codes = cart.codes;
  view.country = cart.country;
  view.customer = cart.customer;
  view.customer_orders = cart.customer_orders;
  view.payment_method = cart.payment_method;
  view.used_up = cart.used_up;
  return view;
}

Outcome evaluate(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now, Rounding rounding) {
  auto scratch = rules.pool.borrow();
  if (!scratch) scratch = std::make_unique<Scratch>(rules);
  Evaluation evaluation(rules, cart, usage, now, rounding, *scratch);
  evaluation.take_indexed();
  Outcome out = evaluation.run();
  // Not given back when something throws: what it holds then is anybody's guess.
  rules.pool.give_back(std::move(scratch));
  return out;
}

Outcome evaluate(const RuleSet& rules, const Cart& cart, const UsageBook& usage, Instant now, Rounding rounding) {
  return evaluate(rules, view_of(cart), usage, now, rounding);
}

Outcome scan(const RuleSet& rules, const Cart& cart, const UsageBook& usage, Instant now, Rounding rounding) {
  Scratch scratch(rules);
  const CartView view = view_of(cart);
  Evaluation evaluation(rules, view, usage, now, rounding, scratch);
  evaluation.take_all();
  return evaluation.run();
}

}  // namespace kassa::discounts
