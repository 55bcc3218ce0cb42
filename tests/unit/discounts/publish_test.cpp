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

/// Rules of `to` that are not in `from`, or otherwise; names of those of `from` that are not in `to`.
struct Change {
  json::array put;
  std::vector<std::string> out;
};

RC_GTEST_PROP(Publishing, takes_many_changes_at_once, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(8);
  const Cart cart = generator.cart();
  const Instant now = generator.now();
  const RuleSetPtr whole = compiled(rules, Generator::setup());
  // Some rules are in the old set as they are, others under their ids but different, and one that goes.
  json::array before;
  Change change;
  for (const json::value& rule : rules) {
    const auto kind = any_between(0, 2);
    if (kind != 0) change.put.push_back(rule);
    if (kind == 1) continue;
    before.push_back(rule);
    if (kind == 2) before.back().as_object()["priority"] = 7;
  }
  before.push_back({{"id", "passing"},
                    {"class", "order"},
                    {"trigger", {{"codes", {"PASSING"}}}},
                    {"value", {{"type", "percent"}, {"bps", 5'000}}}});
  change.out = {"passing", "nobody"};
  const RuleSetPtr old = compiled(before, Generator::setup());
  std::vector<Problem> problems;
  const RuleSetPtr grown = with_rules(*old, change.put, change.out, problems);
  for (const Problem& problem : problems) RC_LOG() << problem.path << " " << problem.code << "\n";
  const bool sound = grown != nullptr;
  RC_ASSERT(sound);
  RC_LOG() << json::serialize(rules) << "\n" << json::serialize(before) << "\n";
  const std::string expected = told_with_change(evaluate(*whole, cart, {}, now, Rounding::kHalfUp));
  RC_ASSERT(told_with_change(evaluate(*grown, cart, {}, now, Rounding::kHalfUp)) == expected);
  RC_ASSERT(rule_of_code(*grown, "passing").empty());
  RC_ASSERT(rule_of_code(*old, " Passing") == "passing");
}

TEST(Publishing, many_are_judged_beside_each_other_and_what_stays) {
  const auto set = sound(R"([
    {"id":"A","class":"order","trigger":{"codes":["X"]},"value":{"type":"percent","bps":1},"combine":{"group":"g"}},
    {"id":"B","class":"order","trigger":{"codes":["Y"]},"value":{"type":"percent","bps":1}}])");
  const auto refused = [&](std::string_view text, std::vector<std::string> out = {}) {
    std::vector<Problem> problems;
    std::string told;
    if (!with_rules(*set, rules_json(text), out, problems) != !problems.empty()) told = "null without a problem ";
    for (const Problem& problem : problems) told += problem.path + " " + problem.code + ";";
    return told;
  };
  const std::string c = R"({"id":"C","class":"order","value":{"type":"percent","bps":1},"trigger":{"codes":["x"]}})";
  EXPECT_EQ(refused("[" + c + "]"), "/0/trigger/codes duplicate_code;");
  EXPECT_EQ(refused("[" + c + "]", {"A"}), "");
  EXPECT_EQ(refused("[" + c + "," + c + "]", {"A"}), "/1/id duplicate_id;/1/trigger/codes duplicate_code;");
  // Two rules that exchange their codes, in whatever order.
  EXPECT_EQ(refused(R"([{"id":"A","class":"order","trigger":{"codes":["Y"]},"value":{"type":"percent","bps":1}},
                        {"id":"B","class":"order","trigger":{"codes":["X"]},"value":{"type":"percent","bps":1}}])"),
            "");
  const std::string policy = R"("combine":{"group":"g","policy":"priority"})";
  const std::string d = R"({"id":"D","class":"order","trigger":"automatic","value":{"type":"percent","bps":1},)";
  EXPECT_EQ(refused("[" + d + policy + "}]"), "/0/combine/policy group_policy_conflict;");
  EXPECT_EQ(refused("[" + d + policy + "}]", {"A"}), "") << "nobody of that group stays";
}

/// Codes and places of the warnings about the rules from `first` on.
std::vector<std::string> warned_from(const json::array& rules, std::size_t first) {
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  static_cast<void>(compile(rules, Generator::setup(), problems, &warnings));
  std::vector<std::string> told;
  for (const Problem& warning : warnings) {
    const std::size_t index = std::stoul(warning.path.substr(1));
    if (index < first) continue;
    const auto rest = std::min(warning.path.find('/', 1), warning.path.size());
    told.push_back(std::to_string(index - first) + warning.path.substr(rest) + " " + warning.code);
  }
  std::ranges::sort(told);
  return told;
}

RC_GTEST_PROP(Publishing, the_partners_of_new_rules_are_all_that_warnings_need, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(10);
  const auto first = static_cast<std::size_t>(any_between(0, static_cast<std::int64_t>(rules.size())));
  const json::array before(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(first));
  const json::array added(rules.begin() + static_cast<std::ptrdiff_t>(first), rules.end());
  std::vector<std::string> ids;
  for (const json::value& rule : added) ids.emplace_back(rule.at("id").as_string());
  std::vector<Problem> problems;
  const RuleSetPtr grown = with_rules(*compiled(before, Generator::setup()), added, {}, problems);
  const bool sound = grown != nullptr;
  RC_ASSERT(sound);
  const Partners partners = partners_of(*grown, ids, 100);
  RC_ASSERT(partners.all);
  json::array few;
  for (const json::value& rule : before) {
    const std::string id(rule.at("id").as_string());
    if (std::ranges::find(partners.ids, id) != partners.ids.end()) few.push_back(rule);
  }
  const std::size_t others = few.size();
  few.insert(few.end(), added.begin(), added.end());
  RC_LOG() << json::serialize(rules) << "\n" << first << "\n";
  RC_ASSERT(warned_from(few, others) == warned_from(rules, first));
  RC_ASSERT(partners_of(*grown, ids, 0).ids.size() <= partners.ids.size());
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
