#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

constexpr std::string_view kTen = R"({"id":"TEN","class":"order","trigger":{"codes":["10OFF"]},
 "value":{"type":"percent","bps":1000}})";
constexpr std::string_view kTwenty = R"({"id":"TWENTY","class":"order","trigger":{"codes":["WELCOME20"]},
 "value":{"type":"percent","bps":2000}})";
constexpr std::string_view kFixed = R"({"id":"FIXED","class":"order","trigger":{"codes":["FIXED500"]},
 "value":{"type":"amount","amounts":{"EUR":500}}})";

std::string list(std::initializer_list<std::string_view> rules) {
  std::string text = "[";
  for (const std::string_view rule : rules) text.append(text.size() == 1 ? "" : ",").append(rule);
  return text + "]";
}

struct TotalsCase {
  const char* name;
  std::string rules;
  std::vector<CartLine> lines;
  std::vector<std::string> codes;
  std::string applied;
  std::string rejected;
  Rounding rounding{Rounding::kHalfUp};
};

const TotalsCase kTotalsCases[] = {
    {"no rules, no discount", "[]", {line("a", 1000, 1)}, {}, "", ""},
    {"an empty cart gets nothing", list({kTen}), {}, {"10OFF"}, "", "0:discount_code_minimum_not_met"},
    {"a percentage rounds half up", list({kTen}), {line("a", 995, 1)}, {"10OFF"}, "TEN=100(0:100)", ""},
    {"a percentage is truncated on demand",
     list({kTen}),
     {line("a", 995, 1)},
     {"10OFF"},
     "TEN=99(0:99)",
     "",
     Rounding::kTruncate},
    {"codes ignore capitals and spaces around", list({kTen}), {line("a", 1000, 1)}, {" 10off "}, "TEN=100(0:100)", ""},
    {"two codes compound in the order given",
     list({kTen, kTwenty}),
     {line("a", 3500, 1)},
     {"10OFF", "WELCOME20"},
     "TEN=350(0:350) TWENTY=630(0:630)",
     ""},
    {"the other order takes the same from a round sum",
     list({kTen, kTwenty}),
     {line("a", 3500, 1)},
     {"WELCOME20", "10OFF"},
     "TWENTY=700(0:700) TEN=280(0:280)",
     ""},
    {"a percentage after an amount sees the remainder",
     list({kTen, kFixed}),
     {line("a", 1000, 1)},
     {"FIXED500", "10OFF"},
     "FIXED=500(0:500) TEN=50(0:50)",
     ""},
    {"an amount is capped at what is left", list({kFixed}), {line("a", 300, 1)}, {"FIXED500"}, "FIXED=300(0:300)", ""},
    {"a second amount gets what the first left",
     list({kFixed, R"({"id":"MORE","class":"order","trigger":{"codes":["MORE"]},
           "value":{"type":"amount","amounts":{"EUR":900}}})"}),
     {line("a", 700, 1)},
     {"FIXED500", "MORE"},
     "FIXED=500(0:500) MORE=200(0:200)",
     ""},
    {"nothing left for a later code",
     list({kTen, R"({"id":"ALL","class":"order","trigger":{"codes":["ALL"]},"priority":1,
           "value":{"type":"percent","bps":10000}})"}),
     {line("a", 700, 1)},
     {"10OFF", "ALL"},
     "ALL=700(0:700)",
     "0:discount_code_combination_disallowed"},
    {"an unknown code is rejected, the others apply",
     list({kTen}),
     {line("a", 1000, 1)},
     {"NOPE", "10OFF"},
     "TEN=100(0:100)",
     "0:discount_code_invalid"},
    {"the same code twice counts once",
     list({kTen}),
     {line("a", 1000, 1)},
     {"10OFF", "10off"},
     "TEN=100(0:100)",
     "1:discount_code_already_applied"},
    {"an empty code is invalid", list({kTen}), {line("a", 1000, 1)}, {""}, "", "0:discount_code_invalid"},
    {"priority goes before the order of codes",
     list({kTen, R"({"id":"FIRST","class":"order","trigger":{"codes":["FIRST"]},"priority":1,
           "value":{"type":"amount","amounts":{"EUR":100}}})"}),
     {line("a", 1000, 1)},
     {"10OFF", "FIRST"},
     "FIRST=100(0:100) TEN=90(0:90)",
     ""},
    {"an order discount is spread by largest remainder",
     list({kFixed}),
     {line("a", 159920, 1), line("b", 7920, 1)},
     {"FIXED500"},
     "FIXED=500(0:476 1:24)",
     ""},
    {"an order rule takes from its target only",
     list({R"({"id":"T","class":"order","trigger":"automatic","value":{"type":"amount","amounts":{"EUR":500}},
           "target":{"where":{"attr":"line.category","op":"eq","value":"books"}}})"}),
     {line("a", 900, 1), line("b", 300, 1, "books")},
     {},
     "T=300(1:300)",
     ""},
    {"an amount per unit counts every unit of a line",
     list({R"({"id":"U","class":"product","trigger":"automatic","value":{"type":"amount",
      "amounts":{"EUR":150}}})"}),
     {line("a", 1000, 3), line("b", 100, 2)},
     {},
     "U=650(0:450 1:200)",
     ""},
    {"a product percentage rounds on each line",
     list({R"({"id":"P","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000}})"}),
     {line("a", 995, 1), line("b", 994, 1)},
     {},
     "P=199(0:100 1:99)",
     ""},
    {"a ceiling holds over all lines together",
     list({R"({"id":"P","class":"product","trigger":"automatic",
           "value":{"type":"percent","bps":5000,"max_amount":{"EUR":300}}})"}),
     {line("a", 1000, 1), line("b", 500, 1)},
     {},
     "P=300(0:200 1:100)",
     ""},
    {"the dearest units are discounted first",
     list({R"({"id":"P","class":"product","trigger":"automatic","limits":{"per_order":3},
           "value":{"type":"percent","bps":5000}})"}),
     {line("a", 100, 4), line("b", 900, 2)},
     {},
     "P=950(0:50 1:900)",
     ""},
    {"the better of two product rules wins a line",
     list({R"({"id":"A","class":"product","trigger":"automatic","priority":1,"value":{"type":"percent",
      "bps":1000}})",
           R"({"id":"B","class":"product","trigger":"automatic","priority":2,
           "value":{"type":"amount","amounts":{"EUR":50}}})"}),
     {line("a", 1000, 1), line("b", 100, 1)},
     {},
     "A=100(0:100) B=50(1:50)",
     ""},
    {"equal gains go to the lower priority number",
     list({R"({"id":"A","class":"product","trigger":"automatic","priority":2,"value":{"type":"percent",
      "bps":1000}})",
           R"({"id":"B","class":"product","trigger":"automatic","priority":1,"value":{"type":"percent",
      "bps":1000}})"}),
     {line("a", 1000, 1)},
     {},
     "B=100(0:100)",
     ""},
    {"product rules that both agree stack on a line",
     list({R"({"id":"A","class":"product","trigger":"automatic","priority":1,"value":{"type":"percent",
      "bps":1000},
           "combine":{"classes":["product"]}})",
           R"({"id":"B","class":"product","trigger":"automatic","priority":2,"value":{"type":"percent",
      "bps":2000},
           "combine":{"classes":["product"]}})",
           R"({"id":"C","class":"product","trigger":"automatic","value":{"type":"percent","bps":2500}})"}),
     {line("a", 1000, 1)},
     {},
     "A=100(0:100) B=180(0:180)",
     ""},
    {"one strong rule beats a weak stack",
     list({R"({"id":"A","class":"product","trigger":{"codes":["A"]},"value":{"type":"percent","bps":1000},
           "combine":{"classes":["product"]}})",
           R"({"id":"C","class":"product","trigger":"automatic","value":{"type":"percent","bps":2500}})"}),
     {line("a", 1000, 1)},
     {"A"},
     "C=250(0:250)",
     "0:discount_code_combination_disallowed"},
    {"tiers: below the first one there is nothing",
     list({R"({"id":"T","class":"order","trigger":{"codes":["T"]},"value":{"type":"tiers","on":"cart.quantity",
           "tiers":[{"gte":2,"bps":1000},{"gte":5,"amounts":{"EUR":400}}]}})"}),
     {line("a", 1000, 1)},
     {"T"},
     "",
     "0:discount_code_minimum_not_met"},
    {"tiers: the highest one reached counts",
     list({R"({"id":"T","class":"order","trigger":"automatic","value":{"type":"tiers","on":"cart.quantity",
           "tiers":[{"gte":2,"bps":1000},{"gte":5,"amounts":{"EUR":400}}]}})"}),
     {line("a", 100, 5)},
     {},
     "T=400(0:400)",
     ""},
    {"tiers on a line's own quantity",
     list({R"({"id":"T","class":"product","trigger":"automatic","value":{"type":"tiers","on":"line.quantity",
           "tiers":[{"gte":2,"bps":1000},{"gte":4,"bps":2000}]}})"}),
     {line("a", 100, 1), line("b", 100, 3), line("c", 100, 4)},
     {},
     "T=110(1:30 2:80)",
     ""},
    {"a free cart is left alone", list({kTen}), {line("a", 0, 3)}, {"10OFF"}, "", ""},
};

void PrintTo(const TotalsCase& row, std::ostream* out) { *out << row.name; }

class Totals : public testing::TestWithParam<TotalsCase> {};

TEST_P(Totals, match) {
  SCOPED_TRACE(GetParam().name);
  const auto rules = sound(GetParam().rules);
  ASSERT_NE(rules, nullptr);
  Cart cart = cart_of(GetParam().lines);
  cart.codes = GetParam().codes;
  const Outcome outcome = evaluate(*rules, cart, {}, at("2026-06-01T12:00:00Z"), GetParam().rounding);
  EXPECT_EQ(applied_text(outcome), GetParam().applied);
  EXPECT_EQ(rejected_text(outcome), GetParam().rejected);
}

INSTANTIATE_TEST_SUITE_P(All, Totals, testing::ValuesIn(kTotalsCases));

TEST(Shipping, a_free_shipping_rule_takes_all_of_the_entries_it_targets) {
  const auto rules = sound(R"([{"id":"S","class":"shipping","trigger":"automatic",
    "target":{"where":{"attr":"shipping.method","op":"eq","value":"standard"}},
    "value":{"type":"percent","bps":10000}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.shipping = {shipped("standard", 490), shipped("express", 1490), shipped("standard", 300)};
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart)), "S=790(s0:490 s2:300)");
}

TEST(Shipping, an_amount_is_spread_over_the_packages_and_never_pays_for_goods) {
  const auto rules = sound(R"([{"id":"S","class":"shipping","trigger":"automatic",
    "value":{"type":"amount","amounts":{"EUR":1000}}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.shipping = {shipped("standard", 300), shipped("standard", 100)};
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart)), "S=400(s0:300 s1:100)");
}

TEST(Shipping, a_code_waits_until_shipping_is_chosen) {
  const auto rules = sound(R"([{"id":"S","class":"shipping","trigger":{"codes":["SHIP"]},
    "value":{"type":"percent","bps":10000}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.codes = {"SHIP"};
  const Outcome outcome = evaluate_at_noon(*rules, cart);
  EXPECT_EQ(rejected_text(outcome), "");
  EXPECT_EQ(why_not_text(explain_at_noon(*rules, cart, {"S"})), "S:shipping_not_chosen");
}

TEST(Payment, a_rule_waits_until_the_method_is_known) {
  const auto rules = sound(R"([{"id":"P","class":"payment","trigger":{"codes":["CARD5"]},
    "when":{"attr":"payment.method","op":"eq","value":"card"},"value":{"type":"percent","bps":500}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.codes = {"CARD5"};
  EXPECT_EQ(why_not_text(explain_at_noon(*rules, cart, {"P"})), "P:payment_not_chosen");
  cart.payment_method = "card";
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart)), "P=50(0:50)");
  cart.payment_method = "upi";
  EXPECT_EQ(rejected_text(evaluate_at_noon(*rules, cart)), "0:discount_code_user_ineligible");
}

TEST(Currency, a_rule_in_one_currency_never_touches_another) {
  const auto rules = sound(list({kFixed, kTen}));
  Cart cart = cart_of({line("a", 1000, 1)}, "USD");
  cart.codes = {"FIXED500", "10OFF"};
  const Outcome outcome = evaluate_at_noon(*rules, cart);
  EXPECT_EQ(applied_text(outcome), "TEN=100(0:100)");
  EXPECT_EQ(rejected_text(outcome), "0:discount_code_invalid");
  EXPECT_EQ(why_not_text(explain_at_noon(*rules, cart, {"FIXED"})), "FIXED:currency_not_supported[USD]");
}

}  // namespace
}  // namespace kassa::discounts
