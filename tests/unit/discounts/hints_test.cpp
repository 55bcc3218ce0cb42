// What a merchant is told beside the place of a fault, and what the documentation shows.

#include <fstream>
#include <iterator>

#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

TEST(Documentation, shows_a_rule_that_compiles) {
  std::ifstream file("docs/discounts.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto begin = text.find("```json\n") + 8;
  ASSERT_LT(begin, text.size());
  EXPECT_NE(sound("[" + text.substr(begin, text.find("```", begin) - begin) + "]"), nullptr);
}

TEST(OwnAttributes, are_checked_themselves) {
  RuleSetup setup;
  setup.attributes = {{"tier", "string", "customer"},
                      {"cart.subtotal", "money", "cart"},
                      {"line.age", "years", "line"},
                      {"moon.phase", "int", "moon"}};
  std::vector<Problem> problems;
  EXPECT_EQ(compile({}, setup, problems), nullptr);
  std::string text;
  for (const Problem& problem : problems) text += problem.path + " " + problem.code + "; ";
  EXPECT_EQ(text,
            "/attributes/0/name bad_name; /attributes/1/name duplicate_id; /attributes/2/type unknown_value; "
            "/attributes/3/scope unknown_value; ");
}

TEST(Hints, name_the_nearest_attribute) {
  std::vector<Problem> problems;
  EXPECT_EQ(compile(rules_json(order_when(R"({"attr":"cart.subtotl","op":"gte","value":{"EUR":1}})")), problems),
            nullptr);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].hint, "Did you mean \"cart.subtotal\"?");
}

TEST(Hints, name_the_operators_that_fit) {
  std::vector<Problem> problems;
  EXPECT_EQ(compile(rules_json(order_when(R"({"attr":"cart.subtotal","op":"any_of","value":{"EUR":1}})")), problems),
            nullptr);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].hint, "Here: eq, ne, gt, gte, lt, lte, between, exists.");
}

}  // namespace
}  // namespace kassa::discounts
