// The best choice is the best there is: held against every choice, one by one.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

std::int64_t total_of(const Outcome& outcome) {
  std::int64_t total = 0;
  for (const Applied& applied : outcome.applied) total += applied.amount;
  return total;
}

json::object goods(std::int64_t line) {
  return json::object{{"attr", "line.category"}, {"op", "eq"}, {"value", "c" + std::to_string(line)}};
}

json::object product_rule(std::int64_t number, std::int64_t lines) {
  json::object rule{{"id", "r" + std::to_string(number)}, {"class", "product"}, {"trigger", "automatic"}};
  const auto part = [&] {
    return json::object{{"where", goods(any_between(0, lines - 1))}, {"quantity", any_between(1, 2)}};
  };
  const auto kind = any_between(0, 4);
  json::object value{{"type", "percent"}, {"bps", any_between(0, 10'000)}};
  if (kind == 1) value["max_amount"] = json::object{{"EUR", any_between(1, 900)}};
  if (kind == 2) rule["limits"] = json::object{{"per_order", any_between(1, 3)}};
  if (kind == 3) {
    rule["buy"] = part();
    rule["get"] = part();
  } else if (kind == 4) {
    const auto first = any_between(0, lines - 2);
    rule["bundle"] = json::array{json::object{{"where", goods(first)}, {"quantity", 1}},
                                 json::object{{"where", goods(first + 1)}, {"quantity", any_between(1, 2)}}};
    value = json::object{{"type", "fixed_price"}, {"amounts", {{"EUR", any_between(0, 900)}}}};
  } else if (any_between(0, 2) != 0) {
    rule["target"] = json::object{{"where", goods(any_between(0, lines - 1))}};
  }
  rule["value"] = std::move(value);
  if (any_between(0, 3) == 0) rule["combine"] = json::object{{"group", "g"}};
  return rule;
}

RC_GTEST_PROP(BestDeal, no_part_of_the_rules_takes_more_than_all_of_them, ()) {
  constexpr std::int64_t kLines = 3;
  std::vector<CartLine> lines;
  for (std::int64_t i = 0; i < kLines; ++i)
    lines.push_back(line("l" + std::to_string(i), any_between(0, 900), any_between(1, 4), "c" + std::to_string(i)));
  const Cart cart = cart_of(std::move(lines));
  json::array rules;
  const auto count = any_between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) rules.push_back(product_rule(i, kLines));
  const Outcome all = evaluate_at_noon(*compiled(rules), cart);
  RC_LOG() << json::serialize(rules) << "\n" << applied_text(all) << "\n";
  RC_ASSERT(all.gap == 0);
  for (std::uint32_t in = 0; in < 1U << rules.size(); ++in) {
    json::array some;
    for (std::size_t k = 0; k < rules.size(); ++k) {
      if ((in >> k & 1) != 0) some.push_back(rules[k]);
    }
    const Outcome outcome = evaluate_at_noon(*compiled(some), cart);
    RC_LOG() << in << ": " << applied_text(outcome) << "\n";
    RC_ASSERT(total_of(outcome) <= total_of(all));
  }
}

/// Rules on a line each, some of which refuse each other: the heaviest set in which nobody refuses anybody.
RC_GTEST_PROP(BestDeal, is_the_heaviest_of_all_sets_that_agree, ()) {
  const auto count = static_cast<std::size_t>(any_between(1, 14));
  std::vector<std::uint32_t> refuses(count);
  std::vector<CartLine> lines;
  json::array rules;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "c" + std::to_string(i);
    lines.push_back(line("l" + std::to_string(i), any_between(1, 99), 1, name));
    json::array without;
    for (std::size_t k = 0; k < count; ++k) {
      if (k == i || any_between(0, 5) != 0) continue;
      refuses[i] |= 1U << k;
      without.push_back(json::value("c" + std::to_string(k)));
    }
    json::object combine{{"tags", {name}}};
    if (!without.empty()) combine["without"] = std::move(without);
    rules.push_back(json::object{{"id", name},
                                 {"class", "product"},
                                 {"trigger", "automatic"},
                                 {"target", {{"where", goods(static_cast<std::int64_t>(i))}}},
                                 {"value", {{"type", "percent"}, {"bps", 10'000}}},
                                 {"combine", std::move(combine)}});
  }
  std::int64_t best = 0;
  for (std::uint32_t in = 0; in < 1U << count; ++in) {
    std::int64_t weight = 0;
    for (std::size_t i = 0; i < count && weight >= 0; ++i) {
      if ((in >> i & 1) != 0) weight = (refuses[i] & in) != 0 ? -1 : weight + lines[i].unit_price;
    }
    best = std::max(best, weight);
  }
  const Outcome outcome = evaluate_at_noon(*compiled(rules), cart_of(lines));
  RC_ASSERT(outcome.gap == 0);
  RC_ASSERT(total_of(outcome) == best);
}

/// Rules that all want the same lines, each with one amount across them: too many choices to search.
json::array amounts_across(std::int64_t count) {
  json::array rules;
  for (std::int64_t i = 0; i < count; ++i) {
    rules.push_back(json::object{{"id", "r" + std::to_string(i)},
                                 {"class", "product"},
                                 {"trigger", "automatic"},
                                 {"method", "across"},
                                 {"value", {{"type", "amount"}, {"amounts", {{"EUR", 500 + i * 7 % count}}}}}});
  }
  return rules;
}

Outcome evaluate_many(const json::array& rules) {
  std::vector<CartLine> lines;
  for (std::int64_t i = 0; i < 200; ++i) lines.push_back(line("l" + std::to_string(1000 + i), 100 + i, 2));
  std::vector<Problem> problems;
  const auto set = compile(rules, problems);
  for (const Problem& problem : problems) ADD_FAILURE() << problem.path << " " << problem.code;
  return set == nullptr ? Outcome{} : evaluate_at_noon(*set, cart_of(std::move(lines)));
}

TEST(ManyChoices, end_at_once_with_no_less_than_the_best_rule_alone) {
  const Outcome outcome = evaluate_many(amounts_across(300));
  // The best rule alone takes 799; most of them take their amount from lines of their own.
  EXPECT_GE(total_of(outcome), 799 * 50);
  EXPECT_GT(outcome.gap, 0);
}

TEST(ManyChoices, leave_the_lines_to_rules_that_take_more) {
  json::array rules = amounts_across(300);
  rules.push_back(rules_json(R"([{"id":"P","class":"product","trigger":"automatic",
      "value":{"type":"percent","bps":5000}}])")[0]);
  const Outcome outcome = evaluate_many(rules);
  EXPECT_GE(total_of(outcome), 200 * 100 + 199 * 100);
}

TEST(ManyChoices, keep_sets_and_conflicts_apart) {
  json::array rules = amounts_across(300);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string tag = i % 2 == 0 ? "even" : "odd";
    rules[i].at("value").at("amounts").at("EUR") = 100;  // The set is worth more than all of them.
    rules[i].as_object()["combine"] =
        json::object{{"tags", json::array{tag}}, {"without", json::array{i % 2 == 0 ? "odd" : "even"}}};
  }
  rules.push_back(rules_json(R"([{"id":"S","class":"product","trigger":"automatic","buy":{"quantity":1},
      "get":{"quantity":1},"value":{"type":"percent","bps":10000},"limits":{"per_order":150}}])")[0]);
  const Outcome outcome = evaluate_many(rules);
  EXPECT_GT(outcome.gap, 0);
  const auto applied = [&](std::size_t of) {
    return std::ranges::any_of(outcome.applied, [&](const Applied& one) {
      return one.rule_id.starts_with('r') && std::stoul(one.rule_id.substr(1)) % 2 == of;
    });
  };
  EXPECT_FALSE(applied(0) && applied(1));
  EXPECT_TRUE(applied(0) || applied(1));
  EXPECT_TRUE(std::ranges::any_of(outcome.applied, [](const Applied& one) { return one.rule_id == "S"; }));
}

/// Each refuses the next one; more of them than are compared with each other.
TEST(ManyChoices, keep_hundreds_apart_that_all_say_something_else) {
  json::array rules = amounts_across(700);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].as_object()["combine"] = json::object{{"tags", json::array{"t" + std::to_string(i)}},
                                                   {"without", json::array{"t" + std::to_string(i + 1)}}};
  }
  const Outcome outcome = evaluate_many(rules);
  std::vector<std::size_t> applied;
  for (const Applied& one : outcome.applied) applied.push_back(std::stoul(one.rule_id.substr(1)));
  std::ranges::sort(applied);
  EXPECT_FALSE(applied.empty());
  EXPECT_EQ(std::ranges::adjacent_find(applied, [](std::size_t a, std::size_t b) { return b == a + 1; }),
            applied.end());
  EXPECT_GT(outcome.gap, 0) << "nobody has looked for the best";
}

struct DealCase {
  const char* name;
  const char* rules;
  std::vector<CartLine> lines;
  std::string applied;
};

const DealCase kDealCases[] = {
    {"a ceiling is used where nobody else gives more",
     R"([{"id":"A","class":"product","trigger":"automatic",
          "value":{"type":"percent","bps":5000,"max_amount":{"EUR":300}}},
         {"id":"C","class":"product","trigger":"automatic","value":{"type":"percent","bps":1900},
          "target":{"where":{"attr":"line.category","op":"eq","value":"x"}}}])",
     {line("a", 1000, 1, "x"), line("b", 500, 1, "y")},
     "A=250(1:250) C=190(0:190)"},
    {"what a set leaves goes to another rule",
     R"([{"id":"B","class":"product","trigger":"automatic","buy":{"quantity":2},"get":{"quantity":1},
          "value":{"type":"percent","bps":10000},"limits":{"per_order":1}},
         {"id":"P","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000}}])",
     {line("a", 1000, 5)},
     "B=1000(0:1000) P=200(0:200)"},
    {"the cheapest is free",
     R"([{"id":"B","class":"product","trigger":"automatic","buy":{"quantity":1},
        "get":{"quantity":1,"select":"cheapest"},"value":{"type":"percent","bps":10000}}])",
     {line("a", 1000, 1), line("b", 300, 1), line("c", 100, 1)},
     "B=100(2:100)"},
    {"the dearest is half price",
     R"([{"id":"B","class":"product","trigger":"automatic","buy":{"quantity":1},
        "get":{"quantity":1,"select":"most_expensive"},"value":{"type":"percent","bps":5000}}])",
     {line("a", 1000, 1), line("b", 300, 1)},
     "B=500(0:500)"},
    {"a bundle as often as the goods allow",
     R"([{"id":"B","class":"product","trigger":"automatic","value":{"type":"fixed_price","amounts":{"EUR":1000}},
          "bundle":[{"where":{"attr":"line.category","op":"eq","value":"x"},"quantity":1},
                    {"where":{"attr":"line.category","op":"eq","value":"y"},"quantity":2}]}])",
     {line("a", 800, 3, "x"), line("b", 300, 5, "y")},
     "B=800(0:457 1:343)"},
    {"a fixed price for each unit",
     R"([{"id":"F","class":"product","trigger":"automatic","value":{"type":"fixed_price","amounts":{"EUR":250}}}])",
     {line("a", 1000, 2), line("b", 200, 1)},
     "F=1500(0:1500)"},
    {"nothing falls below its least price",
     R"([{"id":"F","class":"product","trigger":"automatic",
          "value":{"type":"percent","bps":9000,"minimum_price":{"EUR":400}}}])",
     {line("a", 1000, 2), line("b", 300, 1)},
     "F=1200(0:1200)"},
    {"what a least price blocks goes to the others",
     R"([{"id":"F","class":"order","trigger":"automatic",
          "value":{"type":"amount","amounts":{"EUR":900},"minimum_price":{"EUR":400}}}])",
     {line("a", 1000, 1), line("b", 500, 1)},
     "F=700(0:600 1:100)"},
    {"one of a group: the better one",
     R"([{"id":"A","class":"order","trigger":"automatic","priority":1,"value":{"type":"percent","bps":1000},
          "combine":{"group":"g"}},
         {"id":"B","class":"order","trigger":"automatic","value":{"type":"percent","bps":2000},
          "combine":{"group":"g"}}])",
     {line("a", 1000, 1)},
     "B=200(0:200)"},
    {"one of a group: the first one",
     R"([{"id":"A","class":"product","trigger":"automatic","priority":1,"value":{"type":"percent","bps":1000},
          "combine":{"group":"g","policy":"priority"}},
         {"id":"B","class":"product","trigger":"automatic","value":{"type":"percent","bps":2000},
          "combine":{"group":"g","policy":"priority"}}])",
     {line("a", 1000, 1)},
     "A=100(0:100)"},
    {"all of a group, one on top of the other",
     R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},
          "combine":{"group":"g","policy":"stack_all"}},
         {"id":"B","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},
          "combine":{"group":"g","policy":"stack_all"}}])",
     {line("a", 1000, 1)},
     "A=100(0:100) B=90(0:90)"},
    {"an exclusive rule is alone, however little it takes",
     R"([{"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":100},
          "combine":{"exclusive":true}},
         {"id":"B","class":"product","trigger":"automatic","value":{"type":"percent","bps":5000}}])",
     {line("a", 1000, 1)},
     "A=10(0:10)"},
    {"one amount across the goods",
     R"([{"id":"A","class":"product","trigger":"automatic","method":"across",
          "value":{"type":"amount","amounts":{"EUR":300}}}])",
     {line("a", 1000, 2), line("b", 1000, 1)},
     "A=300(0:200 1:100)"},
    {"leftover units to the last line",
     R"([{"id":"A","class":"order","trigger":"automatic",
          "value":{"type":"amount","amounts":{"EUR":100},"rounding":"last_line"}}])",
     {line("a", 100, 1), line("b", 100, 1), line("c", 100, 1)},
     "A=100(0:33 1:33 2:34)"},
};

void PrintTo(const DealCase& row, std::ostream* out) { *out << row.name; }
class Deals : public testing::TestWithParam<DealCase> {};

TEST_P(Deals, match) {
  SCOPED_TRACE(GetParam().name);
  const auto rules = sound(GetParam().rules);
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart_of(GetParam().lines))), GetParam().applied);
}
INSTANTIATE_TEST_SUITE_P(All, Deals, testing::ValuesIn(kDealCases));

TEST(Budget, is_spent_to_the_last_unit_and_not_beyond) {
  const auto rules = sound(R"([{"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":5000},
    "limits":{"budget":{"EUR":1000}}}])");
  const Cart cart = cart_of({line("a", 1000, 1)});
  const auto spent = [](std::int64_t amount) { return std::vector<Usage>{{"A", 1, {{currency("EUR"), amount}}}}; };
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart, spent(0))), "A=500(0:500)");
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart, spent(900))), "A=100(0:100)");
  EXPECT_EQ(why_not_text(explain_at_noon(*rules, cart, {"A"}, spent(1000))), "A:usage_limit_reached");
}

TEST(Customer, may_stay_open_until_the_checkout_completes) {
  const auto rules = sound(R"([{"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":5000},
    "limits":{"per_customer":1}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.provisional = true;
  Outcome outcome = evaluate_at_noon(*rules, cart);
  ASSERT_EQ(outcome.applied.size(), 1U);
  EXPECT_TRUE(outcome.applied[0].provisional);
  cart.customer = "somebody";
  outcome = evaluate_at_noon(*rules, cart);
  EXPECT_FALSE(outcome.applied.at(0).provisional);
}

TEST(Prepaid, after_cash_on_delivery_counts_the_minutes) {
  const auto rules = sound(R"([{"id":"A","class":"payment","trigger":"automatic","value":{"type":"percent","bps":500},
    "when":{"all":[{"attr":"payment.prepaid","op":"eq","value":true},
                   {"attr":"order.cod_minutes","op":"lte","value":30}]}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.payment_method = "upi";
  cart.prepaid = true;
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart)), "");
  cart.cod_minutes = 30;
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart)), "A=50(0:50)");
  cart.cod_minutes = 31;
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart)), "");
}

}  // namespace
}  // namespace kassa::discounts
