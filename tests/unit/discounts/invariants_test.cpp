// What holds for rules of every kind: sets, gifts, groups, tags, ceilings, budgets, least prices, windows.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/generate.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

std::string told_with_gifts(const Outcome& outcome) {
  std::string text = applied_text(outcome) + " | " + rejected_text(outcome);
  for (const Gift& gift : outcome.gifts) text += " +" + gift.rule_id;
  return text;
}

RC_GTEST_PROP(Invariants, sums_reconcile_and_nothing_falls_below_its_least_price, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(10);
  const Cart cart = generator.cart();
  const auto set = compiled(rules, Generator::setup());
  const Outcome outcome = evaluate(*set, cart, {}, generator.now(), Rounding::kHalfUp);
  RC_LOG() << json::serialize(rules) << "\n" << told_with_gifts(outcome) << "\n";
  assert_allocations_add_up(outcome);
  const auto left = what_is_left(cart, outcome);
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool line = i < cart.lines.size();
    RC_ASSERT(left[i] >= (line ? cart.lines[i].minimum_price * cart.lines[i].quantity : 0));
  }
}

RC_GTEST_PROP(Invariants, a_rule_applies_once_within_its_ceiling_and_its_budget, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(10);
  const Cart cart = generator.cart();
  const Outcome outcome = evaluate(*compiled(rules, Generator::setup()), cart, {}, generator.now(), Rounding::kHalfUp);
  for (const json::value& rule : rules) {
    const std::string_view id = rule.at("id").as_string();
    RC_ASSERT(std::ranges::count(outcome.applied, id, &Applied::rule_id) <= 1);
    const auto applied = std::ranges::find(outcome.applied, id, &Applied::rule_id);
    if (applied == outcome.applied.end()) continue;
    const auto holds = [&](const json::object& of, std::string_view key) {
      const json::value* const most = of.if_contains(key);
      return most == nullptr || applied->amount <= most->at(cart.currency.code()).as_int64();
    };
    RC_ASSERT(holds(rule.at("value").as_object(), "max_amount"));
    if (const json::value* const limits = rule.as_object().if_contains("limits"))
      RC_ASSERT(holds(limits->as_object(), "budget"));
  }
}

RC_GTEST_PROP(Invariants, the_order_in_which_rules_are_stored_does_not_matter, ()) {
  Generator generator = from_rapidcheck();
  json::array rules = generator.rules(10);
  const Cart cart = generator.cart();
  const Instant now = generator.now();
  const std::string before =
      told_with_gifts(evaluate(*compiled(rules, Generator::setup()), cart, {}, now, Rounding::kHalfUp));
  std::reverse(rules.begin(), rules.end());
  RC_ASSERT(told_with_gifts(evaluate(*compiled(rules, Generator::setup()), cart, {}, now, Rounding::kHalfUp)) ==
            before);
}

RC_GTEST_PROP(Invariants, rules_of_one_group_meet_only_where_they_stack, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(10);
  const Outcome outcome =
      evaluate(*compiled(rules, Generator::setup()), generator.cart(), {}, generator.now(), Rounding::kHalfUp);
  std::vector<std::string> groups;
  for (const json::value& rule : rules) {
    const json::value* const combine = rule.as_object().if_contains("combine");
    const json::value* const group = combine == nullptr ? nullptr : combine->as_object().if_contains("group");
    if (group == nullptr || combine->at("policy") == "stack_all") continue;
    const std::string_view id = rule.at("id").as_string();
    if (std::ranges::find(outcome.applied, id, &Applied::rule_id) != outcome.applied.end())
      groups.emplace_back(group->as_string());
  }
  std::ranges::sort(groups);
  RC_ASSERT(std::ranges::adjacent_find(groups) == groups.end());
}

/// A line of two units, or two lines of one: what is taken across them is the same.
RC_GTEST_PROP(Invariants, splitting_a_line_keeps_what_an_order_rule_takes, ()) {
  const auto pick = [](std::int64_t low, std::int64_t high) { return *rc::gen::inRange<std::int64_t>(low, high + 1); };
  const auto set = compiled(json::array{json::object{{"id", "A"},
                                                     {"class", "order"},
                                                     {"trigger", "automatic"},
                                                     {"value", {{"type", "percent"}, {"bps", pick(0, 10'000)}}}}});
  const auto price = pick(0, 2'000);
  const auto other = pick(0, 2'000);
  const auto total = [&](std::vector<CartLine> lines) {
    const Outcome outcome = evaluate_at_noon(*set, cart_of(std::move(lines)));
    return outcome.applied.empty() ? 0 : outcome.applied[0].amount;
  };
  RC_ASSERT(total({line("a", price, 2), line("b", other, 1)}) ==
            total({line("a", price, 1), line("b", other, 1), line("c", price, 1)}));
}

}  // namespace
}  // namespace kassa::discounts
