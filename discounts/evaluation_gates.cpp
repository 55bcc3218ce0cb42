#include <algorithm>

#include "discounts/attributes.hpp"
#include "discounts/evaluation.hpp"

namespace kassa::discounts {
namespace {

constexpr std::string_view kExpired = "discount_code_expired";
constexpr std::string_view kInvalid = "discount_code_invalid";
constexpr std::string_view kAlreadyApplied = "discount_code_already_applied";
constexpr std::string_view kCombination = "discount_code_combination_disallowed";
constexpr std::string_view kMinimum = "discount_code_minimum_not_met";
constexpr std::string_view kNotLoggedIn = "discount_code_user_not_logged_in";
constexpr std::string_view kIneligible = "discount_code_user_ineligible";
constexpr std::string_view kLimitReached = "discount_code_usage_limit_reached";

/// What a shopper hears when a condition on this attribute stands in the way of a code.
std::string_view code_reason_of(const Blame& why) {
  if (why.other_currency) return kInvalid;
  switch (why.attribute) {
    case Attribute::kCustomerOrdersCount: return why.unknown ? kNotLoggedIn : kIneligible;
    case Attribute::kCartCountry:
    case Attribute::kPaymentMethod:
    case Attribute::kShippingMethod: return why.unknown ? std::string_view{} : kIneligible;
    case Attribute::kCartCurrency: return kInvalid;
    default: return kMinimum;
  }
}

}  // namespace

void Evaluation::note_usage(const std::vector<Usage>& usage) {
  for (const Usage& entry : usage) {
    const auto found = rules_.by_id.find(entry.rule_id);
    if (found == rules_.by_id.end()) continue;
    const Rule& rule = rules_.rules[found->second];
    if (rule.limits.global && entry.used >= *rule.limits.global) exhausted_.push_back(&rule);
  }
  std::ranges::sort(exhausted_, std::less<>{});
}

void Evaluation::reject(std::size_t code, std::string_view reason, const std::string& rule_id) {
  out_.rejected.push_back({code, std::string(reason), rule_id});
}

void Evaluation::refuse(const Candidate& candidate, Refusal refusal) {
  if (candidate.code != Candidate::kAutomatic && !refusal.code_reason.empty()) {
    reject(candidate.code, refusal.code_reason, candidate.rule->id);
  }
  out_.not_applied.push_back({candidate.rule->id, std::string(refusal.reason), std::move(refusal.detail)});
}

void Evaluation::change_at(Instant when) {
  if (when > now_ && (!out_.changes_at || when < *out_.changes_at)) out_.changes_at = when;
}

void Evaluation::resolve_codes() {
  for (std::size_t i = 0; i < cart_.codes.size(); ++i) {
    const auto found = rules_.by_code.find(fold_code(cart_.codes[i]));
    if (found == rules_.by_code.end()) {
      reject(i, kInvalid, {});
      continue;
    }
    const Rule* const rule = &rules_.rules[found->second];
    if (std::ranges::find(by_code_, rule, &Candidate::rule) != by_code_.end()) {
      reject(i, kAlreadyApplied, rule->id);
      continue;
    }
    by_code_.push_back({rule, i});
  }
}

std::vector<Candidate> Evaluation::candidates_of(Class c) const {
  const auto& automatic = rules_.automatic[static_cast<std::size_t>(c)];
  std::vector<Candidate> list;
  list.reserve(automatic.size() + by_code_.size());
  for (const std::uint32_t i : automatic) list.push_back({&rules_.rules[i], Candidate::kAutomatic});
  // Equal priorities: automatic rules first, then codes in the order in which the shopper gave them.
  for (const Candidate& candidate : by_code_) {
    if (candidate.rule->discount_class != c) continue;
    const auto place = std::ranges::upper_bound(list, candidate.rule->priority, {},
                                                [](const Candidate& other) { return other.rule->priority; });
    list.insert(place, candidate);
  }
  return list;
}

bool Evaluation::on_schedule(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  if (rule.starts_at) change_at(*rule.starts_at);
  if (rule.ends_at) change_at(*rule.ends_at);
  if (rule.ends_at && now_ >= *rule.ends_at) {
    refuse(candidate, {"outside_schedule", kExpired, "ended"});
    return false;
  }
  if (rule.starts_at && now_ < *rule.starts_at) {
    refuse(candidate, {"outside_schedule", kInvalid, "not_started"});
    return false;
  }
  return true;
}

bool Evaluation::awaits_choice(const Candidate& candidate) {
  if (candidate.rule->discount_class == Class::kShipping && cart_.shipping.empty()) {
    refuse(candidate, {"shipping_not_chosen", {}});
    return true;
  }
  if (candidate.rule->discount_class == Class::kPayment && cart_.payment_method.empty()) {
    refuse(candidate, {"payment_not_chosen", {}});
    return true;
  }
  return false;
}

bool Evaluation::condition_met(const Candidate& candidate) {
  if (test(candidate.rule->when, state_, Subject{}) == Truth::kTrue) return true;
  Blame why = blame(candidate.rule->when, state_);
  const std::string_view code_reason = code_reason_of(why);
  std::string_view reason = why.unknown ? "not_known_yet" : "condition_not_met";
  if (why.other_currency) reason = "currency_not_supported";
  refuse(candidate, {reason, code_reason, std::move(why.detail)});
  return false;
}

bool Evaluation::may_apply(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  if (!on_schedule(candidate)) return false;
  if (rule.limits.global && std::ranges::binary_search(exhausted_, &rule, std::less<>{})) {
    refuse(candidate, {"usage_limit_reached", kLimitReached});
    return false;
  }
  if (!priced_in(rule, cart_.currency)) {
    refuse(candidate, {"currency_not_supported", kInvalid, std::string(cart_.currency.code())});
    return false;
  }
  return !awaits_choice(candidate) && condition_met(candidate);
}

bool Evaluation::combines(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  const bool accepts = (applied_classes_ & static_cast<ClassMask>(~rule.combines)) == 0;
  const bool accepted = (allowed_by_applied_ & bit_of(rule.discount_class)) != 0;
  if (accepts && accepted) return true;
  std::string blocker;
  for (const Applied& applied : out_.applied) {
    const Rule& other = rules_.rules[rules_.by_id.at(applied.rule_id)];
    const bool mutual = (rule.combines & bit_of(other.discount_class)) != 0 &&
                        (other.combines & bit_of(rule.discount_class)) != 0;
    if (!mutual && blocker.empty()) blocker = other.id;
  }
  refuse(candidate, {"combination_disallowed", kCombination, std::move(blocker)});
  return false;
}

bool Evaluation::tier_reached(const Candidate& candidate, std::size_t line) {
  if (reached_tier(*candidate.rule, state_, line) != nullptr) return true;
  const Value& value = candidate.rule->value;
  const bool money = value.on == TierOn::kCartSubtotal;
  const std::int64_t have = money ? state_.subtotal(value.basis) : state_.quantity;
  const std::int64_t* const need = value.tiers.front().from.find(money ? cart_.currency : Currency{});
  const std::string_view name = money ? "cart.subtotal" : "cart.quantity";
  std::string detail = need == nullptr ? std::string(name) : shortfall(name, have, *need);
  refuse(candidate, {"condition_not_met", kMinimum, std::move(detail)});
  return false;
}

}  // namespace kassa::discounts
