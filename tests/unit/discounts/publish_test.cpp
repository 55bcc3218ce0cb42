// A set with changes is the set that would have been compiled: the same answers, whatever was added, replaced or taken
// out. And a rule has one normal form, however it is written.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "discounts/scan.hpp"
#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/generate.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

std::string told_with_change(const Outcome& outcome) {
  std::string text = applied_text(outcome) + " | " + rejected_text(outcome);
  for (const Gift& gift : outcome.gifts) text += " +" + gift.rule_id;
  return text + (outcome.changes_at ? to_rfc3339(*outcome.changes_at) : "never");
}

RC_GTEST_PROP(Publishing, gives_the_same_answers_as_compiling, ()) {
  Generator generator(
      [](std::int64_t low, std::int64_t high) { return *rc::gen::inRange<std::int64_t>(low, high + 1); });
  const json::array rules = generator.rules(8);
  const Cart cart = generator.cart();
  const Instant now = generator.now();
  std::vector<Problem> problems;
  const auto whole = compile(rules, Generator::setup(), problems);
  RC_ASSERT(problems.empty());
  // Some at once, the others one by one; one of them in another form first; one more that goes again.
  const auto first = static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(rules.size()) + 1));
  auto grown = compile(json::array(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(first)),
                       Generator::setup(), problems);
  const json::object passing{{"id", "passing"},
                             {"class", "order"},
                             {"trigger", "automatic"},
                             {"value", {{"type", "percent"}, {"bps", 5'000}}}};
  if (!rules.empty()) {
    json::object other = passing;
    other["id"] = rules[0].at("id");
    grown = with_rule(*grown, other, problems);
  }
  grown = with_rule(*grown, passing, problems);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (i == 0 || i >= first) grown = with_rule(*grown, rules[i], problems);
  }
  grown = without_rule(*grown, "passing");
  RC_ASSERT(problems.empty());
  RC_LOG() << json::serialize(rules) << "\n" << first << "\n";
  const std::string expected = told_with_change(evaluate(*whole, cart, {}, now, Rounding::kHalfUp));
  RC_ASSERT(told_with_change(evaluate(*grown, cart, {}, now, Rounding::kHalfUp)) == expected);
  RC_ASSERT(told_with_change(scan(*grown, cart, {}, now, Rounding::kHalfUp)) == expected);
  RC_ASSERT(limits_of(*grown).size() == limits_of(*whole).size());
}

TEST(Publishing, refuses_a_code_of_another_rule_and_what_is_not_there) {
  const auto set =
      sound(R"([{"id":"A","class":"order","trigger":{"codes":["X"]},"value":{"type":"percent","bps":1}}])");
  std::vector<Problem> problems;
  const auto rule =
      rules_json(R"([{"id":"B","class":"order","trigger":{"codes":["x"]},"value":{"type":"percent","bps":1}}])")[0];
  EXPECT_EQ(with_rule(*set, rule, problems), nullptr);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, "/trigger/codes");
  EXPECT_EQ(problems[0].code, "duplicate_code");
  EXPECT_EQ(without_rule(*set, "B"), nullptr);
  const auto empty = without_rule(*set, "A");
  problems.clear();
  EXPECT_NE(with_rule(*empty, rule, problems), nullptr);
}

TEST(NormalForm, is_one_for_all_spellings) {
  const auto one = rules_json(R"([{"id":"A","class":"order","trigger":{"codes":[" Save "]},"priority":100,
    "when":{"all":[{"attr":"cart.country","op":"any_of","value":["DE"]},
                   {"all":[{"attr":"cart.subtotal","op":"gte","value":{"EUR":5},"basis":"running"}]}]},
    "value":{"type":"percent","bps":1000,"rounding":"largest_remainder"},"limits":null}])")[0];
  const auto other = rules_json(R"([{"value":{"bps":1000,"type":"percent"},"class":"order","id":"A",
    "when":{"all":[{"value":{"EUR":5},"attr":"cart.subtotal","op":"gte","missing":"fail"},
                   {"not":{"not":{"attr":"cart.country","op":"eq","value":"DE"}}}]},
    "trigger":{"codes":["Save"]},"title":"A","method":"across"}])")[0];
  EXPECT_EQ(normal_form(one.as_object()), normal_form(other.as_object()));
  EXPECT_EQ(rule_hash(one.as_object()).size(), 64U);
  auto changed = one.as_object();
  changed["priority"] = 99;
  EXPECT_NE(rule_hash(changed), rule_hash(one.as_object()));
}

TEST(Desk, gives_what_evaluate_gives_again_and_again) {
  const auto set =
      sound(R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000}}])");
  const Cart cart = cart_of({line("a", 1000, 2)});
  Desk desk;
  for (int i = 0; i < 3; ++i) {
    const auto taken = desk.evaluate(set, view_of(cart), {}, at("2026-06-01T12:00:00Z"), Rounding::kHalfUp);
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].rule_id, "A");
    EXPECT_EQ(taken[0].amount, 200);
    EXPECT_EQ(taken[0].allocations.size(), 1U);
  }
}

}  // namespace
}  // namespace kassa::discounts
