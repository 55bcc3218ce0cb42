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

void Evaluation::reject(std::size_t code, std::string_view reason, const Rule* rule, std::uint32_t spelling) {
  RejectedCode& rejected = out_.rejected.emplace_back();
  rejected.index = code;
  rejected.reason = reason;
  rejected.code = rule == nullptr ? cart_.codes[code] : rule->spellings[spelling];
  if (rule != nullptr) rejected.rule_id = rule->id;
}

bool Evaluation::traced(const Candidate& candidate) const noexcept {
  if (notes_ == nullptr) return false;
  const auto number = static_cast<std::uint32_t>(candidate.rule - rules_.rules.data());
  return std::ranges::binary_search(asked_, number);
}

void Evaluation::note(const Candidate& candidate, Explanation why) {
  if (!traced(candidate)) return;
  why.rule_id = candidate.rule->id;
  notes_->push_back(std::move(why));
}

void Evaluation::refuse(const Candidate& candidate, std::string_view reason, std::string_view code_reason,
                        std::string_view detail) {
  if (!candidate.automatic() && !code_reason.empty()) {
    reject(candidate.code, code_reason, candidate.rule, candidate.spelling);
  }
  if (!traced(candidate)) return;
  Explanation why;
  why.reason = reason;
  why.detail = detail;
  note(candidate, std::move(why));
}

void Evaluation::change_at(Instant when) {
  if (when > now_ && (!out_.changes_at || when < *out_.changes_at)) out_.changes_at = when;
}

void Evaluation::resolve_codes() {
  for (std::uint32_t i = 0; i < cart_.codes.size(); ++i) {
    const auto found = rules_.by_code.find(fold_code(cart_.codes[i]));
    if (found == rules_.by_code.end()) {
      reject(i, kInvalid, nullptr, 0);
      continue;
    }
    const auto [number, spelling] = found->second;
    const Rule* const rule = &rules_.rules[number];
    if (std::ranges::find(by_code_, rule, &Candidate::rule) != by_code_.end()) {
      reject(i, kAlreadyApplied, rule, spelling);
      continue;
    }
    by_code_.push_back({rule, i, spelling});
  }
  for (const Candidate& candidate : by_code_) {
    auto& list = scratch_.candidates[static_cast<std::size_t>(candidate.rule->discount_class)];
    // Equal priorities: automatic rules first, then codes in the order in which the shopper gave them.
    const auto place = std::ranges::upper_bound(list, candidate.rule->priority, {},
                                                [](const Candidate& other) { return other.rule->priority; });
    list.insert(place, candidate);
  }
}

bool Evaluation::on_schedule(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  if (rule.starts_at) change_at(*rule.starts_at);
  if (rule.ends_at) change_at(*rule.ends_at);
  if (rule.ends_at && now_ >= *rule.ends_at) {
    refuse(candidate, "outside_schedule", kExpired, "ended");
    return false;
  }
  if (rule.starts_at && now_ < *rule.starts_at) {
    refuse(candidate, "outside_schedule", kInvalid, "not_started");
    return false;
  }
  return true;
}

bool Evaluation::awaits_choice(const Candidate& candidate) {
  if (candidate.rule->discount_class == Class::kShipping && cart_.shipping.empty()) {
    refuse(candidate, "shipping_not_chosen", {});
    return true;
  }
  if (candidate.rule->discount_class == Class::kPayment && cart_.payment_method.empty()) {
    refuse(candidate, "payment_not_chosen", {});
    return true;
  }
  return false;
}

bool Evaluation::condition_met(const Candidate& candidate) {
  const Predicate& when = candidate.rule->when;
  if (test(when, state_, Subject{}) == Truth::kTrue) return true;
  const Blame why = blame(when, state_);
  const std::string_view code_reason = code_reason_of(why);
  if (!candidate.automatic() && !code_reason.empty()) {
    reject(candidate.code, code_reason, candidate.rule, candidate.spelling);
  }
  if (!traced(candidate)) return false;
  Explanation words;
  words.reason = why.unknown ? "not_known_yet" : "condition_not_met";
  if (why.other_currency) words.reason = "currency_not_supported";
  describe(why, when, state_, words);
  note(candidate, std::move(words));
  return false;
}

bool Evaluation::used_up(const Rule& rule) const noexcept {
  if (rule.limits.global && usage_.used(rule.id) >= *rule.limits.global) return true;
  return rule.limited() && std::ranges::find(cart_.used_up, rule.id) != cart_.used_up.end();
}

/// Uses per customer cannot be counted for somebody who is nobody.
bool Evaluation::knows_customer(const Rule& rule) const noexcept {
  return !rule.limits.per_customer || !cart_.customer.empty();
}

bool Evaluation::may_apply(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  if (!on_schedule(candidate)) return false;
  // The likeliest to fail comes first where nobody asks which it was.
  if (candidate.automatic() && !traced(candidate)) {
    return test(rule.when, state_, Subject{}) == Truth::kTrue && priced_in(rule, cart_.currency) && !used_up(rule) &&
           knows_customer(rule) && !awaits_choice(candidate);
  }
  if (used_up(rule)) {
    refuse(candidate, "usage_limit_reached", kLimitReached);
    return false;
  }
  if (!priced_in(rule, cart_.currency)) {
    refuse(candidate, "currency_not_supported", kInvalid, cart_.currency.code());
    return false;
  }
  if (awaits_choice(candidate) || !condition_met(candidate)) return false;
  if (knows_customer(rule)) return true;
  refuse(candidate, "not_known_yet", kNotLoggedIn, "customer");
  return false;
}

bool Evaluation::combines(const Candidate& candidate) {
  const Rule& rule = *candidate.rule;
  const bool accepts = (applied_classes_ & static_cast<ClassMask>(~rule.combines)) == 0;
  const bool accepted = (allowed_by_applied_ & bit_of(rule.discount_class)) != 0;
  if (accepts && accepted) return true;
  if (!candidate.automatic()) reject(candidate.code, kCombination, candidate.rule, candidate.spelling);
  if (!traced(candidate)) return false;
  Explanation why;
  why.reason = "combination_disallowed";
  for (const Applied& applied : out_.applied) {
    const Rule& other = rules_.rules[rules_.by_id.at(applied.rule_id)];
    const bool mutual =
        (rule.combines & bit_of(other.discount_class)) != 0 && (other.combines & bit_of(rule.discount_class)) != 0;
    if (!mutual) why.by.push_back(other.id);
  }
  if (!why.by.empty()) why.detail = why.by.front();
  note(candidate, std::move(why));
  return false;
}

bool Evaluation::tier_reached(const Candidate& candidate, std::size_t line) {
  if (reached_tier(*candidate.rule, state_, line) != nullptr) return true;
  if (!candidate.automatic()) reject(candidate.code, kMinimum, candidate.rule, candidate.spelling);
  if (!traced(candidate)) return false;
  const Value& value = candidate.rule->value;
  const bool money = value.on == TierOn::kCartSubtotal;
  const std::int64_t have = money ? state_.subtotal(value.basis) : state_.quantity;
  const std::int64_t* const need = value.tiers.front().from.find(money ? cart_.currency : Currency{});
  Explanation why;
  why.reason = "condition_not_met";
  why.attribute = money ? "cart.subtotal" : "cart.quantity";
  why.actual = std::to_string(have);
  if (need != nullptr) why.needed = "gte " + std::to_string(*need);
  why.detail = need == nullptr ? why.attribute : shortfall(why.attribute, have, *need);
  note(candidate, std::move(why));
  return false;
}

}  // namespace kassa::discounts
