// What explain() says about a rule, in full.

#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

std::string in_full(const Explanation& entry) {
  std::string text = entry.rule_id + ":" + entry.reason;
  if (!entry.attribute.empty())
    text += " " + entry.attribute + " needs '" + entry.needed + "' has '" + entry.actual + "'";
  if (!entry.by.empty()) text += " by";
  for (const std::string& id : entry.by) text += " " + id;
  if (entry.gain != 0) text += " gain " + std::to_string(entry.gain);
  return text;
}

std::string deal(std::string_view id, std::string_view members, std::string_view bps = "1000") {
  return R"({"id":")" + std::string(id) + R"(","trigger":"automatic","value":{"type":"percent","bps":)" +
         std::string(bps) + "}," + std::string(members) + "}";
}

struct ExplainCase {
  const char* name;
  std::string rules;
  std::string expected;
};

// The cart: 2 x 1000 (shirts) and 500 (mugs) EUR, to DE, standard shipping chosen, payment not.
const ExplainCase kExplainCases[] = {
    {"a rule that applied, with what it took", "[" + deal("R", R"("class":"order")") + "]", "R:applied gain 250"},
    {"an amount that is not reached", order_when(R"({"attr":"cart.subtotal","op":"gte","value":{"EUR":3000}})"),
     "R:condition_not_met cart.subtotal needs 'gte 3000' has '2500'"},
    {"an amount that is passed",
     order_when(R"({"attr":"cart.subtotal","op":"lt","value":{"EUR":2000},"basis":"original"})"),
     "R:condition_not_met cart.subtotal needs 'lte 1999' has '2500'"},
    {"an amount between two", order_when(R"({"attr":"cart.subtotal","op":"between","value":{"EUR":[10,20]}})"),
     "R:condition_not_met cart.subtotal needs 'between 10, 20' has '2500'"},
    {"one of several counts", order_when(R"({"attr":"cart.quantity","op":"any_of","value":[1,2]})"),
     "R:condition_not_met cart.quantity needs 'any_of 1, 2' has '3'"},
    {"another currency", order_when(R"({"attr":"cart.subtotal","op":"gte","value":{"USD":1}})"),
     "R:currency_not_supported cart.subtotal needs '' has '2500'"},
    {"one of several texts", order_when(R"({"attr":"cart.country","op":"any_of","value":["FR","AT"]})"),
     "R:condition_not_met cart.country needs 'any_of AT, FR' has 'DE'"},
    {"a text that is denied", order_when(R"({"not":{"attr":"cart.country","op":"eq","value":"DE"}})"),
     "R:condition_not_met cart.country needs 'not eq DE' has 'DE'"},
    {"the first comparison that fails", order_when(R"({"all":[{"attr":"cart.country","op":"eq","value":"DE"},
                           {"attr":"shipping.method","op":"eq","value":"express"},
                           {"attr":"cart.quantity","op":"gte","value":9}]})"),
     "R:condition_not_met shipping.method needs 'eq express' has 'standard'"},
    {"what is not known yet", order_when(R"({"attr":"payment.method","op":"eq","value":"card"})"),
     "R:not_known_yet payment.method needs 'eq card' has ''"},
    {"goods that are not in the cart",
     "[" + deal("R", R"("class":"product","target":{"where":{"attr":"line.sku","op":"eq","value":"NONE"}})") + "]",
     "R:no_matching_target"},
    {"a window that is over", "[" + deal("R", R"("class":"order","schedule":{"ends_at":"2026-05-01T00:00:00Z"})") + "]",
     "R:outside_schedule"},
    {"a window to come", "[" + deal("R", R"("class":"order","schedule":{"starts_at":"2027-05-01T00:00:00Z"})") + "]",
     "R:outside_schedule"},
    {"a limit that is reached", "[" + deal("R", R"("class":"order","limits":{"global":5})") + "]",
     "R:usage_limit_reached"},
    {"a tier that is not reached",
     R"([{"id":"R","class":"order","trigger":"automatic","value":{"type":"tiers","on":"cart.quantity",
          "tiers":[{"gte":9,"bps":1000}]}}])",
     "R:condition_not_met cart.quantity needs 'gte 9' has '3'"},
    {"rules it does not combine with",
     "[" + deal("A", R"("class":"order","priority":1)") + "," + deal("B", R"("class":"order","priority":2)") + "," +
         deal("R", R"("class":"order","combine":{"classes":[]})") + "]",
     "R:combination_disallowed by A B"},
    {"a better rule on every line",
     "[" + deal("A", R"("class":"product")", "2000") + "," + deal("R", R"("class":"product")") + "]",
     "R:superseded_by_better by A gain 250"},
    {"a stack that is better",
     "[" + deal("A", R"("class":"product","combine":{"classes":["product"]})", "2000") + "," +
         deal("B", R"("class":"product","combine":{"classes":["product"]})", "1000") + "," +
         deal("R", R"("class":"product")", "2500") + "]",
     "R:superseded_by_better by A B gain 625"},
    {"a line that went to another rule",
     "[" +
         deal("A", R"("class":"product","target":{"where":{"attr":"line.category","op":"eq","value":"mugs"}})",
              "2000") +
         "," + deal("R", R"("class":"product")") + "]",
     "R:applied gain 200;R:line_taken by A gain 50"},
    {"a code nobody gave",
     R"([{"id":"R","class":"order","trigger":{"codes":["SAVE"]},"value":{"type":"percent","bps":1000}}])",
     "R:code_not_given"},
    {"no such rule", "[]", "R:unknown_rule"},
};

void PrintTo(const ExplainCase& row, std::ostream* out) { *out << row.name; }

class Explain : public testing::TestWithParam<ExplainCase> {};

Cart some_cart() {
  Cart cart = cart_of({line("a", 1000, 2, "shirts"), line("b", 500, 1, "mugs")});
  cart.country = "DE";
  cart.shipping = {shipped("standard", 400)};
  return cart;
}

TEST_P(Explain, says_why) {
  SCOPED_TRACE(GetParam().name);
  const auto rules = sound(GetParam().rules);
  ASSERT_NE(rules, nullptr);
  std::string text;
  for (const Explanation& entry : explain_at_noon(*rules, some_cart(), {"R"}, {{"R", 5}}))
    text += (text.empty() ? "" : ";") + in_full(entry);
  EXPECT_EQ(text, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(All, Explain, testing::ValuesIn(kExplainCases));

TEST(Explain, takes_codes_in_any_spelling_and_answers_in_the_order_asked) {
  const auto rules = sound(R"([
    {"id":"A","class":"order","trigger":{"codes":["SAVE","MORE"]},"value":{"type":"percent","bps":1000},
     "when":{"attr":"cart.quantity","op":"gte","value":9}},
    {"id":"B","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}}])");
  Cart cart = some_cart();
  cart.codes = {"save"};
  std::string text;
  for (const Explanation& entry : explain_at_noon(*rules, cart, {"B", " more", "A", "lost"}))
    text += in_full(entry) + ";";
  const std::string why = "A:condition_not_met cart.quantity needs 'gte 9' has '3';";
  EXPECT_EQ(text, "B:applied gain 250;" + why + why + "lost:unknown_rule;");
}

TEST(Codes, are_shown_as_the_rule_spells_them) {
  const auto rules = sound(R"([
    {"id":"TEN","class":"order","trigger":{"codes":["Other"," 10OFF "]},"value":{"type":"percent","bps":1000}},
    {"id":"NO","class":"order","trigger":{"codes":["Never"]},"value":{"type":"percent","bps":1000},
     "when":{"attr":"cart.quantity","op":"gte","value":9}}])");
  Cart cart = some_cart();
  cart.codes = {" 10off", "NEVER", "OTHER", "what"};
  const Outcome outcome = evaluate_at_noon(*rules, cart);
  ASSERT_EQ(outcome.applied.size(), 1U);
  EXPECT_EQ(outcome.applied[0].code, "10OFF");
  ASSERT_EQ(outcome.rejected.size(), 3U);
  EXPECT_EQ(outcome.rejected[0].code, "Never");
  EXPECT_EQ(outcome.rejected[1].code, "Other");
  EXPECT_EQ(outcome.rejected[2].code, "what");
}

}  // namespace
}  // namespace kassa::discounts
