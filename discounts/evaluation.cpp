#include "discounts/evaluation.hpp"

#include <algorithm>

#include "discounts/match.hpp"
#include "discounts/scan.hpp"
#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

bool is_gone(const RuleSet& rules, std::uint32_t number) {
  return !rules.gone.empty() && std::ranges::binary_search(rules.gone, number);
}

}  // namespace

void OpenWindows::look(const RuleSet& rules, Instant now) {
  if (rules.base->calendars.empty() && (!rules.fresh || rules.fresh->calendars.empty())) return;
  if (since_ <= now && (!until_ || now < *until_)) return;
  since_ = now;
  until_.reset();
  open_.clear();
  const auto read = [&](const Segment& segment) {
    for (const Calendar& calendar : segment.calendars) {
      open_.push_back(calendar.open_at(now) ? 1 : 0);
      const auto next = calendar.next_change(now);
      if (next && (!until_ || *next < *until_)) until_ = next;
    }
  };
  read(*rules.base);
  if (rules.fresh) read(*rules.fresh);
}

Evaluation::Evaluation(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now,
                       Rounding rounding, Scratch& scratch)
    : rules_(rules),
      cart_(cart),
      usage_(usage),
      now_(now),
      rounding_(rounding),
      scratch_(scratch),
      state_(scratch.state) {
  state_.values = &rules.values();
  state_.registry = rules.registry.get();
  state_.begin(cart);
  state_.facts.read(cart, rules.values(), *rules.registry, scratch_.values);
  scratch_.windows.look(rules, now);
  for (auto& list : scratch_.candidates) list.clear();
  scratch_.by_code.clear();
  scratch_.decision.clear();
}

void Evaluation::take_indexed() {
  scratch_.found.clear();
  scratch_.values.drain([&](std::uint32_t id) { scratch_.found.push_back(id); });
  const auto gather = [&](const Segment& segment, std::span<const std::uint32_t> gone, BitTree& chosen) {
    Matcher(segment, state_, now_, rounding_, gone, scratch_.lines, scratch_.parts).gather(scratch_.found, chosen);
  };
  gather(*rules_.base, rules_.gone, scratch_.chosen);
  if (rules_.fresh) gather(*rules_.fresh, {}, scratch_.chosen_fresh);
  for (const Row* const row : asked_) {
    if (row->coded()) continue;
    const Row* const first = rules_.base->rows.data();
    const bool old = std::less_equal<>{}(first, row) && std::less<>{}(row, first + rules_.base->rows.size());
    if (old) {
      scratch_.chosen.insert(rules_.base->number_of(*row));
    } else {
      scratch_.chosen_fresh.insert(rules_.fresh->number_of(*row));
    }
  }
  // Rules lie far apart: their memory is asked for before the first is looked at.
  scratch_.found.clear();
  scratch_.chosen.drain([&](std::uint32_t number) {
    if (is_gone(rules_, number)) return;
    __builtin_prefetch(&rules_.base->rows[number]);
    scratch_.found.push_back(number);
  });
  for (const std::uint32_t number : scratch_.found) {
    const Row* const row = &rules_.base->rows[number];
    __builtin_prefetch(rules_.base->conditions.prefetched(row->when));
    scratch_.candidates[place_of(row->discount_class)].push_back({rules_.base.get(), row});
  }
  scratch_.chosen_fresh.drain([&](std::uint32_t number) {
    const Candidate made{rules_.fresh.get(), &rules_.fresh->rows[number]};
    auto& list = scratch_.candidates[place_of(made.row->discount_class)];
    list.insert(std::ranges::upper_bound(list, made, precedes), made);
  });
}

void Evaluation::take_all() {
  rules_.each_rule([&](const Segment& segment, const Row& row) {
    if (row.coded()) return;
    const Candidate made{&segment, &row};
    auto& list = scratch_.candidates[place_of(row.discount_class)];
    if (&segment == rules_.base.get()) {
      list.push_back(made);
    } else {
      list.insert(std::ranges::upper_bound(list, made, precedes), made);
    }
  });
  scratch_.values.drain([](std::uint32_t) {});
}

void Evaluation::explain(std::span<const Row* const> asked, std::vector<Explanation>& notes) {
  asked_ = asked;
  notes_ = &notes;
}

void Evaluation::run() {
  resolve_codes();
  if (const auto next = rules_.base->index.next_change(now_, rules_.gone)) change_at(*next);
  if (rules_.fresh) {
    if (const auto next = rules_.fresh->index.next_change(now_, {})) change_at(*next);
  }
  if (const auto next = scratch_.windows.until()) change_at(*next);
  out_.awaits_shipping = rules_.reads_shipping() || !scratch_.candidates[place_of(Class::kShipping)].empty();
  if (!settle_exclusive()) {
    product_phase();
    across_phase(Class::kOrder);
    across_phase(Class::kShipping);
    across_phase(Class::kPayment);
  }
  std::ranges::sort(out_.rejected, {}, &RejectedCode::index);
}

void Evaluation::record(const Candidate& candidate, std::span<const std::uint32_t> lines,
                        std::span<const std::int64_t> parts, std::int64_t amount, bool of_set) {
  Decision& decision = scratch_.decision;
  const bool shipping = candidate.row->discount_class == Class::kShipping;
  Decision::Item& item = decision.taken.emplace_back();
  item.candidate = candidate;
  item.amount = amount;
  item.first = static_cast<std::uint32_t>(decision.parts.size());
  item.provisional = provisional(candidate);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    if (parts[k] == 0) continue;
    const std::uint32_t i = lines[k];
    decision.parts.push_back({shipping, i, parts[k]});
    std::int64_t& left = shipping ? state_.shipping[i] : state_.running[i];
    left -= parts[k];
    ensure(left >= 0, "nothing is discounted below zero");
    if (!shipping && !of_set) state_.plain[i] -= parts[k];
  }
  item.count = static_cast<std::uint32_t>(decision.parts.size()) - item.first;
  applied_classes_ = static_cast<ClassMask>(applied_classes_ | bit_of(candidate.row->discount_class));
  allowed_by_applied_ = static_cast<ClassMask>(allowed_by_applied_ & candidate.row->combines);
  any_picky_ = any_picky_ || candidate.terms().picky();
}

Outcome Evaluation::outcome() {
  const Decision& decision = scratch_.decision;
  out_.applied.reserve(decision.taken.size());
  for (const Decision::Item& item : decision.taken) {
    const Candidate& candidate = item.candidate;
    const Terms& terms = candidate.terms();
    Applied& applied = out_.applied.emplace_back();
    applied.rule_id = candidate.id();
    applied.title = candidate.segment->title_of(*candidate.row);
    applied.code = candidate.spelling;
    applied.discount_class = candidate.row->discount_class;
    applied.method = candidate.row->method();
    applied.priority = candidate.row->priority;
    applied.amount = item.amount;
    const auto parts = std::span(decision.parts).subspan(item.first, item.count);
    applied.allocations.assign(parts.begin(), parts.end());
    applied.limited = terms.counted();
    applied.per_customer_max = terms.per_customer;
    if (const std::int64_t* const budget = terms.budget.find(cart_.currency)) applied.budget_max = *budget;
    applied.provisional = item.provisional;
  }
  for (const Decision::Item& item : decision.gifts) {
    const Candidate& candidate = item.candidate;
    const GiftValue& value = *candidate.value().gift;
    Gift& gift = out_.gifts.emplace_back();
    gift.rule_id = candidate.id();
    gift.title = candidate.segment->title_of(*candidate.row);
    gift.code = candidate.spelling;
    gift.sku = value.sku;
    gift.quantity = value.quantity;
    gift.skip_if_out_of_stock = value.skip;
    gift.limited = candidate.terms().counted();
    gift.per_customer_max = candidate.terms().per_customer;
    gift.provisional = item.provisional;
  }
  return std::move(out_);
}

CartView view_of(const Cart& cart) {
  CartView view;
  view.currency = cart.currency;
  view.lines.reserve(cart.lines.size());
  for (const CartLine& line : cart.lines) {
    view.lines.push_back({line.line_id, &line.variant, &line.product, &line.sku, &line.category, &line.vendor,
                          &line.tags, line.quantity, line.unit_price, line.minimum_price, &line.facts});
  }
  view.shipping = cart.shipping;
  view.codes = cart.codes;
  view.country = cart.country;
  view.customer = cart.customer;
  view.customer_orders = cart.customer_orders;
  view.payment_method = cart.payment_method;
  view.used_up = cart.used_up;
  view.segments = cart.segments;
  view.prepaid = cart.prepaid;
  view.cod_minutes = cart.cod_minutes;
  view.facts = cart.facts;
  view.provisional = cart.provisional;
  return view;
}

Outcome evaluate(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now, Rounding rounding) {
  auto scratch = rules.pool.borrow();
  if (!scratch) scratch = std::make_unique<Scratch>(rules);
  Evaluation evaluation(rules, cart, usage, now, rounding, *scratch);
  evaluation.take_indexed();
  evaluation.run();
  Outcome out = evaluation.outcome();
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
  evaluation.run();
  return evaluation.outcome();
}

std::vector<std::string> matched_ids(const RuleSet& rules, const Cart& cart, Instant now) {
  Scratch scratch(rules);
  const CartView view = view_of(cart);
  const UsageBook nothing_used;
  Evaluation evaluation(rules, view, nothing_used, now, Rounding::kHalfUp, scratch);
  evaluation.take_all();
  std::vector<std::string> ids;
  for (const auto& list : scratch.candidates) {
    for (const Candidate& candidate : list) {
      const Window& window = candidate.segment->window_of(*candidate.row);
      if (now < window.starts || now >= window.ends) continue;
      if (test(candidate.when(), scratch.state, Subject{}) != Truth::kTrue) continue;
      match_target(*candidate.segment, *candidate.row, scratch.state, scratch.lines);
      const bool goods = candidate.row->discount_class != Class::kShipping;
      if (!goods || !scratch.lines.empty()) ids.emplace_back(candidate.id());
    }
  }
  return ids;
}

struct Desk::State {
  RuleSetPtr rules;
  std::unique_ptr<Scratch> scratch;
  std::vector<Taken> taken;
};

Desk::Desk() : state_(std::make_unique<State>()) {}
Desk::~Desk() = default;

std::span<const Taken> Desk::evaluate(const RuleSetPtr& rules, const CartView& cart, const UsageBook& usage,
                                      Instant now, Rounding rounding) {
  if (state_->rules != rules || !state_->scratch) {
    state_->scratch = std::make_unique<Scratch>(*rules);
    state_->rules = rules;
  }
  auto scratch = std::move(state_->scratch);  // Lost when something throws, and made anew the next time.
  Evaluation evaluation(*rules, cart, usage, now, rounding, *scratch);
  evaluation.take_indexed();
  evaluation.run();
  const Decision& decision = scratch->decision;
  state_->taken.clear();
  for (const Decision::Item& item : decision.taken) {
    state_->taken.push_back({item.candidate.id(), item.candidate.row->discount_class, item.amount,
                             std::span(decision.parts).subspan(item.first, item.count)});
  }
  state_->scratch = std::move(scratch);
  return state_->taken;
}

}  // namespace kassa::discounts
