// What holds for any rules and any cart. Rules are generated as JSON, so that the parser is part of every
// run.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

constexpr std::array<std::string_view, 4> kClassWords{"product", "order", "shipping", "payment"};
constexpr std::array<const char*, 3> kCategories{"apparel", "mugs", "books"};

bool any_bool() { return any_between(0, 1) == 1; }

json::value any_value(bool product) {
  const auto kind = any_between(0, 3);
  if (kind == 0) return json::value{{"type", "percent"}, {"bps", any_between(0, 10'000)}};
  if (kind == 1) {
    return json::value{
        {"type", "percent"}, {"bps", any_between(0, 10'000)}, {"max_amount", {{"EUR", any_between(0, 500)}}}};
  }
  if (kind == 2) return json::value{{"type", "amount"}, {"amounts", {{"EUR", any_between(0, 3'000)}}}};
  json::array tiers;
  const auto first = any_between(0, 5);
  tiers.push_back(json::value{{"gte", first}, {"bps", any_between(0, 5'000)}});
  tiers.push_back(json::value{{"gte", first + any_between(1, 9)}, {"amounts", {{"EUR", any_between(0, 900)}}}});
  return json::value{{"type", "tiers"}, {"on", product ? "line.quantity" : "cart.quantity"}, {"tiers", tiers}};
}

json::object any_rule(const std::string& id) {
  const std::string_view discount_class = kClassWords[static_cast<std::size_t>(any_between(0, 3))];
  json::object rule{{"id", id}, {"class", discount_class}, {"priority", any_between(1, 3)}};
  rule["trigger"] = any_bool() ? json::value("automatic") : json::value{{"codes", {"code-" + id}}};
  rule["value"] = any_value(discount_class == "product");
  if (any_bool()) {
    json::array classes;
    for (const std::string_view word : kClassWords) {
      if (any_between(0, 3) != 0) classes.push_back(json::value(word));
    }
    rule["combine"] = json::value{{"classes", classes}};
  }
  if (discount_class == "product" && any_bool()) rule["limits"] = json::value{{"per_order", any_between(1, 4)}};
  if (any_bool()) {
    rule["when"] = json::value{{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", any_between(1, 9'000)}}}};
  }
  if (discount_class != "shipping" && any_bool()) {
    rule["target"] =
        json::value{{"where", {{"attr", "line.category"}, {"op", "eq"}, {"value", *rc::gen::elementOf(kCategories)}}}};
  }
  return rule;
}

json::array any_rules() {
  json::array rules;
  const auto count = any_between(0, 8);
  for (std::int64_t i = 0; i < count; ++i) rules.push_back(any_rule("r" + std::to_string(i)));
  return rules;
}

Cart any_cart() {
  std::vector<CartLine> lines;
  const auto count = any_between(0, 6);
  for (std::int64_t i = 0; i < count; ++i) {
    lines.push_back(
        line("l" + std::to_string(i), any_between(0, 2'000), any_between(1, 5), *rc::gen::elementOf(kCategories)));
  }
  Cart cart = cart_of(std::move(lines));
  const auto packages = any_between(0, 2);
  for (std::int64_t i = 0; i < packages; ++i) cart.shipping.push_back(shipped("standard", any_between(0, 900)));
  for (int i = 0; i < 8; ++i) {
    if (any_bool()) cart.codes.push_back("CODE-R" + std::to_string(i));
  }
  if (any_bool()) cart.payment_method = "card";
  return cart;
}

/// Applied, rejected, and what became of every rule.
std::string everything(const json::array& rules, const Cart& cart) {
  const auto set = compiled(rules);
  const Outcome outcome = evaluate_at_noon(*set, cart);
  return applied_text(outcome) + " | " + rejected_text(outcome) + " | " +
         why_not_text(explain_at_noon(*set, cart, ids_of(rules)));
}

RC_GTEST_PROP(Discounts, sums_reconcile_and_nothing_falls_below_zero, ()) {
  const json::array rules = any_rules();
  const auto set = compiled(rules);
  const Cart cart = any_cart();
  const Outcome outcome = evaluate_at_noon(*set, cart);
  RC_LOG() << json::serialize(rules) << "\n" << applied_text(outcome) << "\n";
  assert_allocations_add_up(outcome);
  for (const std::int64_t left : what_is_left(cart, outcome)) RC_ASSERT(left >= 0);
}

RC_GTEST_PROP(Discounts, a_rule_applies_once_and_ceilings_hold, ()) {
  const json::array rules = any_rules();
  const Outcome outcome = evaluate_at_noon(*compiled(rules), any_cart());
  std::map<std::string, int> times;
  for (const Applied& applied : outcome.applied) {
    RC_ASSERT(++times[applied.rule_id] == 1);
    for (const json::value& rule : rules) {
      const json::object& value = rule.at("value").as_object();
      if (rule.at("id").as_string() != applied.rule_id || !value.contains("max_amount")) continue;
      RC_ASSERT(applied.amount <= value.at("max_amount").at("EUR").as_int64());
    }
  }
}

RC_GTEST_PROP(Discounts, applied_rules_agree_with_each_other_in_pairs, ()) {
  const json::array rules = any_rules();
  const Outcome outcome = evaluate_at_noon(*compiled(rules), any_cart());
  const auto accepts = [&](const Applied& one, const Applied& other) {
    for (const json::value& rule : rules) {
      if (rule.at("id").as_string() != one.rule_id || !rule.as_object().contains("combine")) continue;
      const json::array& classes = rule.at("combine").at("classes").as_array();
      const json::value wanted(kClassWords[static_cast<std::size_t>(other.discount_class)]);
      return std::ranges::find(classes, wanted) != classes.end();
    }
    return true;
  };
  for (const Applied& one : outcome.applied) {
    for (const Applied& other : outcome.applied) {
      const bool product_pair = one.discount_class == Class::kProduct && other.discount_class == Class::kProduct;
      if (&one != &other && !product_pair) RC_ASSERT(accepts(one, other));
    }
  }
}

RC_GTEST_PROP(Discounts, the_same_input_gives_the_same_output, ()) {
  const json::array rules = any_rules();
  const Cart cart = any_cart();
  RC_ASSERT(everything(rules, cart) == everything(rules, cart));
}

RC_GTEST_PROP(Discounts, the_order_in_which_rules_are_stored_does_not_matter, ()) {
  json::array rules = any_rules();
  const Cart cart = any_cart();
  const std::string before = everything(rules, cart);
  const auto turn = rules.empty() ? 0 : any_between(0, static_cast<std::int64_t>(rules.size()) - 1);
  std::rotate(rules.begin(), rules.begin() + turn, rules.end());
  if (any_bool()) std::reverse(rules.begin(), rules.end());
  RC_ASSERT(everything(rules, cart) == before);
}

RC_GTEST_PROP(Discounts, rules_that_cannot_apply_change_nothing, ()) {
  json::array rules = any_rules();
  const Cart cart = any_cart();
  const std::string before = applied_text(evaluate_at_noon(*compiled(rules), cart));
  json::object asleep = any_rule("asleep");
  asleep["trigger"] = json::value{{"codes", {"never-given"}}};
  json::object elsewhere = any_rule("elsewhere");
  elsewhere["trigger"] = "automatic";
  elsewhere["when"] = json::value{{"attr", "cart.currency"}, {"op", "eq"}, {"value", "JPY"}};
  rules.push_back(asleep);
  rules.push_back(elsewhere);
  RC_ASSERT(applied_text(evaluate_at_noon(*compiled(rules), cart)) == before);
}

RC_GTEST_PROP(Discounts, shipping_and_payment_never_change_what_came_before, ()) {
  const auto set = compiled(any_rules());
  Cart cart = any_cart();
  const auto goods = [&](const Outcome& outcome) {
    Outcome out;
    std::ranges::copy_if(outcome.applied, std::back_inserter(out.applied),
                         [](const Applied& applied) { return applied.discount_class <= Class::kOrder; });
    return applied_text(out);
  };
  const std::string chosen = goods(evaluate_at_noon(*set, cart));
  cart.shipping.clear();
  cart.payment_method.clear();
  RC_ASSERT(goods(evaluate_at_noon(*set, cart)) == chosen);
}

RC_GTEST_PROP(Discounts, the_best_product_rule_wins_each_line, ()) {
  json::array rules;
  const auto count = any_between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    rules.push_back(json::object{{"id", "r" + std::to_string(i)},
                                 {"class", "product"},
                                 {"trigger", "automatic"},
                                 {"value", {{"type", "percent"}, {"bps", any_between(0, 10'000)}}}});
  }
  const Cart cart = any_cart();
  const auto left = what_is_left(cart, evaluate_at_noon(*compiled(rules), cart));
  for (const json::value& rule : rules) {
    const auto alone = what_is_left(cart, evaluate_at_noon(*compiled(json::array{rule}), cart));
    for (std::size_t i = 0; i < left.size(); ++i) RC_ASSERT(left[i] <= alone[i]);
  }
}

RC_GTEST_PROP(Tiers, a_larger_cart_never_gets_less_from_rising_tiers, ()) {
  json::array tiers;
  std::int64_t from = 0;
  std::int64_t bps = 0;
  const auto count = any_between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    from += any_between(1, 3'000);
    bps += any_between(0, 1'500);
    tiers.push_back(json::value{{"gte", {{"EUR", from}}}, {"bps", bps}});
  }
  const auto set = compiled({json::object{{"id", "T"},
                                          {"class", "order"},
                                          {"trigger", "automatic"},
                                          {"value", {{"type", "tiers"}, {"on", "cart.subtotal"}, {"tiers", tiers}}}}});
  const auto taken = [&](std::int64_t subtotal) {
    const Outcome outcome = evaluate_at_noon(*set, cart_of({line("a", subtotal, 1)}));
    return outcome.applied.empty() ? 0 : outcome.applied[0].amount;
  };
  const auto small = any_between(0, 20'000);
  RC_ASSERT(taken(small) <= taken(small + any_between(0, 5'000)));
}

}  // namespace
}  // namespace kassa::discounts
