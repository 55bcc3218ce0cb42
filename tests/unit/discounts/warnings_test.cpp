// Warnings stand beside the errors and refuse nothing.

#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

struct WarningCase {
  const char* name;
  std::string rules;
  std::string warnings;
};

std::string rule(std::string_view id, std::string_view discount_class, std::string_view members,
                 std::string_view bps = "1000") {
  return R"({"id":")" + std::string(id) + R"(","class":")" + std::string(discount_class) +
         R"(","trigger":"automatic","value":{"type":"percent","bps":)" + std::string(bps) + "}" + std::string(members) +
         "}";
}

const std::string kStack = R"(,"combine":{"classes":["product"]})";
const std::string kMugs = R"(,"target":{"where":{"attr":"line.category","op":"eq","value":"mugs"}})";
const std::string kBooks = R"(,"target":{"where":{"attr":"line.category","op":"eq","value":"books"}})";

const WarningCase kWarningCases[] = {
    {"defaults are never warned of", "[" + rule("A", "product", "") + "," + rule("B", "order", "") + "]", ""},
    {"a handshake that only one side offers", "[" + rule("A", "product", kStack) + "," + rule("B", "product", "") + "]",
     "/0/combine/classes combine_not_mutual"},
    {"a handshake across classes",
     "[" + rule("A", "order", R"(,"combine":{"classes":["shipping"]})") + "," +
         rule("B", "shipping", R"(,"combine":{"classes":["product"]})") + "]",
     "/0/combine/classes combine_not_mutual"},
    {"a rule is no partner of its own", "[" + rule("A", "order", R"(,"combine":{"classes":["product"]})") + "]", ""},
    {"percentages that stack on the same goods",
     "[" + rule("A", "product", kStack + kMugs, "6000") + "," + rule("B", "product", kStack + kMugs, "5000") + "]",
     "/1/value stackable_over_100_percent"},
    {"a rule for all goods stacks with each of the others",
     "[" + rule("A", "product", kStack, "6000") + "," + rule("B", "product", kStack + kMugs, "5000") + "]",
     "/1/value stackable_over_100_percent"},
    {"different goods do not stack",
     "[" + rule("A", "product", kStack + kMugs, "6000") + "," + rule("B", "product", kStack + kBooks, "5000") + "]",
     ""},
    {"exactly everything is no more than everything",
     "[" + rule("A", "product", kStack + kMugs, "6000") + "," + rule("B", "product", kStack + kMugs, "4000") + "]", ""},
    {"windows that do not meet",
     "[" + rule("A", "product", kStack + kMugs + R"(,"schedule":{"ends_at":"2026-06-01T00:00:00Z"})", "6000") + "," +
         rule("B", "product", kStack + kMugs + R"(,"schedule":{"starts_at":"2026-06-01T00:00:00Z"})", "6000") + "]",
     ""},
};

void PrintTo(const WarningCase& row, std::ostream* out) { *out << row.name; }

class Warnings : public testing::TestWithParam<WarningCase> {};

TEST_P(Warnings, name_the_place_and_refuse_nothing) {
  SCOPED_TRACE(GetParam().name);
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  EXPECT_NE(compile(rules_json(GetParam().rules), problems, warnings), nullptr);
  EXPECT_TRUE(problems.empty());
  std::string text;
  for (const Problem& warning : warnings) {
    text += (text.empty() ? "" : " ") + warning.path + " " + warning.code;
    EXPECT_FALSE(warning.message.empty());
    EXPECT_FALSE(warning.hint.empty());
  }
  EXPECT_EQ(text, GetParam().warnings);
}

INSTANTIATE_TEST_SUITE_P(All, Warnings, testing::ValuesIn(kWarningCases));

TEST(Warnings, are_not_given_for_rules_with_faults) {
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  const std::string rules = "[" + rule("A", "product", kStack) + "," + rule("B", "product", "", "20000") + "]";
  EXPECT_EQ(compile(rules_json(rules), problems, warnings), nullptr);
  EXPECT_EQ(problems.size(), 1U);
  EXPECT_TRUE(warnings.empty());
}

}  // namespace
}  // namespace kassa::discounts
