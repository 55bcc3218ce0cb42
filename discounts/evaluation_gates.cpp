#include <algorithm>

#include "discounts/attributes.hpp"
#include "discounts/evaluation.hpp"
#include "services/base/text.hpp"

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
    case Attribute::kCustomerSegments:
    case Attribute::kCustomerOrdersCount: return why.unknown ? kNotLoggedIn : kIneligible;
    case Attribute::kCartCountry:
    case Attribute::kPaymentMethod:
    case Attribute::kPaymentPrepaid:
    case Attribute::kOrderCodMinutes:
    case Attribute::kShippingMethod: return why.unknown ? std::string_view{} : kIneligible;
    case Attribute::kCartCurrency: return kInvalid;
    default: return is_own(why.attribute) ? kIneligible : kMinimum;
  }
}

}  // namespace

void Evaluation::reject(std::size_t code, std::string_view reason, const Candidate* candidate) {
  if (silent_) return;
  RejectedCode& rejected = out_.rejected.emplace_back();
  rejected.index = code;
  rejected.reason = reason;
  rejected.code = candidate == nullptr ? std::string_view(cart_.codes[code]) : candidate->spelling;
  if (candidate != nullptr) rejected.rule_id = candidate->id();
}

bool Evaluation::traced(const Candidate& candidate) const noexcept {
  return notes_ != nullptr && !silent_ && std::ranges::binary_search(asked_, candidate.row, std::less<>{});
}

void Evaluation::note(const Candidate& candidate, Explanation why) {
  if (!traced(candidate)) return;
  why.rule_id = candidate.id();
  notes_->push_back(std::move(why));
}

void Evaluation::refuse(const Candidate& candidate, std::string_view reason, std::string_view code_reason,
                        std::string_view detail) {
  if (!candidate.automatic() && !code_reason.empty()) reject(candidate.code, code_reason, &candidate);
  if (!traced(candidate)) return;
  Explanation why;
  why.reason = reason;
  why.detail = detail;
  note(candidate, std::move(why));
}

void Evaluation::refuse_for(const Candidate& candidate, std::string_view reason, std::string_view by,
                            std::int64_t gain) {
  if (!candidate.automatic()) reject(candidate.code, kCombination, &candidate);
  if (!traced(candidate)) return;
  Explanation why;
  why.reason = reason;
  why.detail = by;
  why.by.emplace_back(by);
  why.gain = gain;
  note(candidate, std::move(why));
}

void Evaluation::change_at(Instant when) {
  if (when > now_ && (!out_.changes_at || when < *out_.changes_at)) out_.changes_at = when;
}

void Evaluation::resolve_codes() {
  for (std::uint32_t i = 0; i < cart_.codes.size(); ++i) {
    const auto found = rules_.find_code(trim(cart_.codes[i]));
    if (found.row == nullptr) {
      reject(i, kInvalid, nullptr);
      continue;
    }
    const Candidate made{found.segment, found.row, i, found.spelling};
    if (std::ranges::find(scratch_.by_code, found.row, &Candidate::row) != scratch_.by_code.end()) {
      reject(i, kAlreadyApplied, &made);
      continue;
    }
    scratch_.by_code.push_back(made);
  }
  for (const Candidate& candidate : scratch_.by_code) {
    auto& list = scratch_.candidates[place_of(candidate.row->discount_class)];
    // Equal priorities: automatic rules first, then codes in the order in which the shopper gave them.
    const auto place = std::ranges::upper_bound(list, candidate.row->priority, {},
                                                [](const Candidate& other) { return other.row->priority; });
    list.insert(place, candidate);
  }
}

bool Evaluation::on_schedule(const Candidate& candidate) {
  const Window& window = candidate.segment->window_of(*candidate.row);
  if (!candidate.automatic()) {
    if (window.starts != Instant::min()) change_at(window.starts);
    if (window.ends != Instant::max()) change_at(window.ends);
  }
  if (now_ >= window.ends) {
    refuse(candidate, "outside_schedule", kExpired, "ended");
    return false;
  }
  if (now_ < window.starts) {
    refuse(candidate, "outside_schedule", kInvalid, "not_started");
    return false;
  }
  const std::uint32_t calendar = candidate.terms().calendar;
  if (calendar == 0 || scratch_.windows.open(rules_, *candidate.segment, calendar)) return true;
  refuse(candidate, "outside_schedule", kInvalid, "recurring");
  return false;
}

bool Evaluation::awaits_choice(const Candidate& candidate) {
  if (candidate.row->discount_class == Class::kShipping && cart_.shipping.empty()) {
    refuse(candidate, "shipping_not_chosen", {});
    return true;
  }
  if (candidate.row->discount_class == Class::kPayment && cart_.payment_method.empty()) {
    refuse(candidate, "payment_not_chosen", {});
    return true;
  }
  return false;
}

bool Evaluation::condition_met(const Candidate& candidate) {
  const PredicateView when = candidate.when();
  if (test(when, state_, Subject{}) == Truth::kTrue) return true;
  const Blame why = blame(when, state_);
  const std::string_view code_reason = code_reason_of(why);
  if (!candidate.automatic() && !code_reason.empty()) reject(candidate.code, code_reason, &candidate);
  if (!traced(candidate)) return false;
  Explanation words;
  words.reason = why.unknown ? "not_known_yet" : "condition_not_met";
  if (why.other_currency) words.reason = "currency_not_supported";
  describe(why, when, state_, words);
  note(candidate, std::move(words));
  return false;
}

std::int64_t Evaluation::cap_of(const Candidate& candidate) const {
  const AmountMap& budget = candidate.terms().budget;
  if (budget.empty()) return kNoCap;
  const std::int64_t* const all = budget.find(cart_.currency);
  return all == nullptr ? 0 : std::max<std::int64_t>(*all - usage_.spent(candidate.id(), cart_.currency), 0);
}

bool Evaluation::used_up(const Candidate& candidate) const {
  const Terms& terms = candidate.terms();
  if (!terms.counted()) return false;
  if (terms.global && usage_.used(candidate.id()) >= *terms.global) return true;
  if (!terms.budget.empty() && terms.budget.find(cart_.currency) != nullptr && cap_of(candidate) == 0) return true;
  return std::ranges::find(cart_.used_up, candidate.id()) != cart_.used_up.end();
}

/// Uses per customer cannot be counted for somebody who is nobody, unless they are counted again later.
bool Evaluation::knows_customer(const Candidate& candidate) const noexcept {
  return !candidate.terms().per_customer || !cart_.customer.empty() || cart_.provisional;
}

bool Evaluation::provisional(const Candidate& candidate) const noexcept {
  return candidate.terms().per_customer.has_value() && cart_.customer.empty();
}

bool Evaluation::may_apply(const Candidate& candidate) {
  if (!on_schedule(candidate)) return false;
  // The likeliest to fail comes first where nobody asks which it was.
  if (candidate.automatic() && !traced(candidate)) {
    return test(candidate.when(), state_, Subject{}) == Truth::kTrue &&
           priced_in(candidate.value(), candidate.terms(), cart_.currency) && !used_up(candidate) &&
           knows_customer(candidate) && !awaits_choice(candidate);
  }
  if (used_up(candidate)) {
    refuse(candidate, "usage_limit_reached", kLimitReached);
    return false;
  }
  if (!priced_in(candidate.value(), candidate.terms(), cart_.currency)) {
    refuse(candidate, "currency_not_supported", kInvalid, cart_.currency.code());
    return false;
  }
  if (awaits_choice(candidate) || !condition_met(candidate)) return false;
  if (knows_customer(candidate)) return true;
  refuse(candidate, "not_known_yet", kNotLoggedIn, "customer");
  return false;
}

bool tags_agree(const Candidate& a, const Candidate& b) noexcept {
  const Terms& one = a.terms();
  const Terms& other = b.terms();
  if (!one.picky() && !other.picky()) return true;
  if (one.group != 0 && one.group == other.group && one.policy != Policy::kStackAll) return false;
  const auto share = [](const std::vector<std::uint32_t>& x, const std::vector<std::uint32_t>& y) {
    return std::ranges::any_of(x, [&](std::uint32_t tag) { return std::ranges::binary_search(y, tag); });
  };
  if (share(one.without, other.tags) || share(other.without, one.tags)) return false;
  if (!one.with.empty() && !share(one.with, other.tags)) return false;
  return other.with.empty() || share(other.with, one.tags);
}

bool compatible(const Candidate& a, const Candidate& b) noexcept {
  const bool mutual =
      (a.row->combines & bit_of(b.row->discount_class)) != 0 && (b.row->combines & bit_of(a.row->discount_class)) != 0;
  return mutual && tags_agree(a, b);
}

bool Evaluation::combines(const Candidate& candidate) {
  const Row& row = *candidate.row;
  const Decision& decision = scratch_.decision;
  const bool stacked = rules_.setup.policies[place_of(row.discount_class)] == Policy::kStackAll;
  const auto agrees = [&](const Decision::Item& item) {
    if (stacked && item.candidate.row->discount_class == row.discount_class) return true;
    return compatible(candidate, item.candidate);
  };
  bool fine = (applied_classes_ & static_cast<ClassMask>(~row.combines)) == 0 &&
              (allowed_by_applied_ & bit_of(row.discount_class)) != 0;
  if (stacked || any_picky_ || candidate.terms().picky())
    fine = std::ranges::all_of(decision.taken, agrees) && std::ranges::all_of(decision.gifts, agrees);
  if (fine) return true;
  if (!candidate.automatic()) reject(candidate.code, kCombination, &candidate);
  if (!traced(candidate)) return false;
  Explanation why;
  why.reason = "combination_disallowed";
  for (const auto* const list : {&decision.taken, &decision.gifts}) {
    for (const Decision::Item& item : *list) {
      if (!agrees(item)) why.by.emplace_back(item.candidate.id());
    }
  }
  if (!why.by.empty()) why.detail = why.by.front();
  note(candidate, std::move(why));
  return false;
}

bool Evaluation::tier_reached(const Candidate& candidate, std::size_t line) {
  const Value& value = candidate.value();
  if (reached_tier(value, state_, line) != nullptr) return true;
  if (!candidate.automatic()) reject(candidate.code, kMinimum, &candidate);
  if (!traced(candidate)) return false;
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
