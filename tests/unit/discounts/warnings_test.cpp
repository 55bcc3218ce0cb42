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

const WarningCase kMoreWarningCases[] = {
    {"nothing applies beside an exclusive rule that always does",
     "[" + rule("A", "order", R"(,"combine":{"exclusive":true})") + "," + rule("B", "product", "") + "]",
     "/1 shadowed_by_exclusive"},
    {"an exclusive rule with a condition leaves room",
     "[" + rule("A", "order", R"(,"combine":{"exclusive":true},"when":{"attr":"cart.quantity","op":"gte","value":2})") +
         "," + rule("B", "product", "") + "]",
     ""},
    {"a window in the hour that the clocks skip",
     "[" +
         rule("A", "order",
              R"(,"schedule":{"time_zone":"Europe/Berlin","recurring":[{"from":"02:30","to":"04:00"}]})") +
         "]",
     "/0/schedule/recurring dst_ambiguous_window"},
    {"a window on a day on which no clock changes",
     "[" +
         rule("A", "order",
              R"(,"schedule":{"time_zone":"Europe/Berlin",
                "recurring":[{"days":["wed"],"from":"02:30","to":"04:00"}]})") +
         "]",
     ""},
    {"a zone that has no summer time",
     "[" +
         rule("A", "order", R"(,"schedule":{"time_zone":"Asia/Kolkata","recurring":[{"from":"02:30","to":"04:00"}]})") +
         "]",
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
INSTANTIATE_TEST_SUITE_P(More, Warnings, testing::ValuesIn(kMoreWarningCases));

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
