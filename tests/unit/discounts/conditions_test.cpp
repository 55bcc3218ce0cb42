// Each condition stands alone in a rule that takes 1 %; the rule applies exactly when the condition is true.

#include "services/base/ensure.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

struct ConditionCase {
  const char* condition;
  bool expected;
};

Cart rich_cart() {
  Cart cart = cart_of({line("a", 1000, 2, "shirts"), line("b", 500, 3, "mugs")});
  cart.lines[1].vendor.clear();
  cart.lines[1].tags.clear();
  cart.shipping = {shipped("standard", 400), shipped("express", 900)};
  cart.country = "DE";
  cart.customer_orders = 3;
  return cart;
}

// The cart: 2 x 1000 and 3 x 500 EUR, third order, to DE, standard and express shipping, payment not chosen.
const ConditionCase kCart[] = {
    {R"({"attr":"cart.subtotal","op":"gte","value":{"EUR":3500}})", true},
    {R"({"attr":"cart.subtotal","op":"gt","value":{"EUR":3500}})", false},
    {R"({"attr":"cart.subtotal","op":"lte","value":{"EUR":3500}})", true},
    {R"({"attr":"cart.subtotal","op":"lt","value":{"EUR":3500}})", false},
    {R"({"attr":"cart.subtotal","op":"eq","value":{"EUR":3500,"USD":1}})", true},
    {R"({"attr":"cart.subtotal","op":"ne","value":{"EUR":3500}})", false},
    {R"({"attr":"cart.subtotal","op":"between","value":{"EUR":[3000,3500]}})", true},
    {R"({"attr":"cart.subtotal","op":"gte","value":{"USD":1}})", false},
    {R"({"attr":"cart.subtotal","op":"lt","value":{"USD":1}})", false},
    {R"({"attr":"cart.subtotal","op":"exists","value":true})", true},
    {R"({"attr":"cart.quantity","op":"eq","value":5})", true},
    {R"({"attr":"cart.quantity","op":"any_of","value":[1,5]})", true},
    {R"({"attr":"cart.quantity","op":"none_of","value":[1,5]})", false},
    {R"({"attr":"cart.quantity","op":"between","value":[6,9]})", false},
    {R"({"attr":"cart.country","op":"eq","value":"de"})", true},
    {R"({"attr":"cart.country","op":"none_of","value":["AT","CH"]})", true},
    {R"({"attr":"cart.country","op":"prefix","value":"D"})", true},
    {R"({"attr":"cart.currency","op":"any_of","value":["EUR","USD"]})", true},
    {R"({"attr":"customer.orders_count","op":"gte","value":3})", true},
    {R"({"attr":"customer.orders_count","op":"exists","value":false})", false},
    // Unknown is not true, not even denied, unless the rule says that a missing value passes.
    {R"({"attr":"payment.method","op":"eq","value":"card"})", false},
    {R"({"attr":"payment.method","op":"ne","value":"card"})", false},
    {R"({"not":{"attr":"payment.method","op":"eq","value":"card"}})", false},
    {R"({"attr":"payment.method","op":"ne","value":"card","missing":"pass"})", true},
    {R"({"attr":"payment.method","op":"exists","value":false})", true},
    {R"({"attr":"shipping.method","op":"any_of","value":["pickup","express"]})", true},
    {R"({"attr":"shipping.method","op":"all_of","value":["standard","express"]})", true},
    {R"({"attr":"shipping.method","op":"all_of","value":["standard","pickup"]})", false},
    {R"({"attr":"shipping.method","op":"ne","value":"standard"})", false},
    {R"({"attr":"lines.quantity","op":"eq","value":3,"where":{"attr":"line.category","op":"eq",
      "value":"mugs"}})",
     true},
    {R"({"attr":"lines.subtotal","op":"eq","value":{"EUR":2000},"where":{"attr":"line.sku","op":"prefix",
      "value":"SKU-a"}})",
     true},
    {R"({"attr":"lines.count","op":"eq","value":2})", true},
    {R"({"attr":"lines.count","op":"eq","value":1,"where":{"attr":"line.price","op":"lt",
      "value":{"EUR":800}}})",
     true},
    {R"({"all":[{"attr":"cart.quantity","op":"gte","value":5},{"attr":"cart.country","op":"eq",
      "value":"DE"}]})",
     true},
    {R"({"all":[{"attr":"cart.quantity","op":"gte","value":5},{"attr":"cart.country","op":"eq",
      "value":"AT"}]})",
     false},
    {R"({"any":[{"attr":"cart.quantity","op":"gte","value":9},{"attr":"cart.country","op":"eq",
      "value":"DE"}]})",
     true},
    {R"({"any":[{"attr":"payment.method","op":"eq","value":"card"},{"attr":"cart.country","op":"eq",
      "value":"DE"}]})",
     true},
    {R"({"not":{"attr":"cart.country","op":"eq","value":"AT"}})", true},
    {R"({"not":{"all":[{"attr":"cart.quantity","op":"gte","value":5},{"attr":"cart.country","op":"eq",
      "value":"DE"}]}})",
     false},
};

const ConditionCase kLine[] = {
    {R"({"attr":"line.variant","op":"eq","value":"var_a"})", true},
    {R"({"attr":"line.product","op":"any_of","value":["prod_a","prod_x"]})", true},
    {R"({"attr":"line.vendor","op":"eq","value":"Acme"})", true},
    {R"({"attr":"line.vendor","op":"ne","value":"Other"})", true},
    {R"({"attr":"line.vendor","op":"eq","value":"acme"})", false},
    {R"({"attr":"line.tags","op":"any_of","value":["winter","summer"]})", true},
    {R"({"attr":"line.tags","op":"all_of","value":["tag-a","summer"]})", true},
    {R"({"attr":"line.tags","op":"all_of","value":["tag-a","winter"]})", false},
    {R"({"attr":"line.tags","op":"none_of","value":["summer"]})", false},
    {R"({"attr":"line.tags","op":"prefix","value":"tag-"})", true},
    {R"({"attr":"line.tags","op":"exists","value":true})", true},
    {R"({"attr":"line.quantity","op":"lte","value":2})", true},
    {R"({"attr":"line.price","op":"gte","value":{"EUR":1000}})", true},
};

bool applies(const std::string& rule) {
  const auto rules = sound("[" + rule + "]");
  return rules && !evaluate_at_noon(*rules, rich_cart()).applied.empty();
}

TEST(Conditions, about_the_cart) {
  for (const ConditionCase& row : kCart) {
    SCOPED_TRACE(row.condition);
    const std::string rule =
        R"({"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":100},"when":)";
    EXPECT_EQ(applies(rule + row.condition + "}"), row.expected);
  }
}

TEST(Conditions, about_a_line) {
  for (const ConditionCase& row : kLine) {
    SCOPED_TRACE(row.condition);
    const auto rules = sound(R"([{"id":"R","class":"product","trigger":"automatic","value":{"type":"percent","bps":100},
      "target":{"where":)" + std::string(row.condition) +
                             "}}]");
    ASSERT_NE(rules, nullptr);
    const Outcome outcome = evaluate_at_noon(*rules, rich_cart());
    const bool first = !outcome.applied.empty() && outcome.applied[0].allocations.front().index == 0;
    EXPECT_EQ(first, row.expected);
  }
}

TEST(Conditions, an_empty_text_is_unknown_but_no_tags_is_an_answer) {
  const auto second_line = [](const char* condition) {
    const auto rules = sound(R"([{"id":"R","class":"product","trigger":"automatic","value":{"type":"percent","bps":100},
      "target":{"where":)" + std::string(condition) +
                             "}}]");
    const Outcome outcome = evaluate_at_noon(*rules, rich_cart());
    return !outcome.applied.empty() && outcome.applied[0].allocations.back().index == 1;
  };
  EXPECT_FALSE(second_line(R"({"attr":"line.vendor","op":"ne","value":"Acme"})"));
  EXPECT_TRUE(second_line(R"({"attr":"line.vendor","op":"ne","value":"Acme","missing":"pass"})"));
  EXPECT_TRUE(second_line(R"({"attr":"line.tags","op":"none_of","value":["summer"]})"));
}

TEST(Conditions, money_reads_original_prices_in_product_rules_and_what_is_left_afterwards) {
  const char* const half =
      R"({"id":"HALF","class":"product","trigger":"automatic","value":{"type":"percent","bps":5000}})";
  const auto order = [&](const char* basis) {
    const auto rules = sound("[" + std::string(half) + R"(,{"id":"O","class":"order","trigger":"automatic",
      "value":{"type":"percent","bps":1000},"when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000})" +
                             basis + "}}]");
    return evaluate_at_noon(*rules, rich_cart()).applied.size() == 2;
  };
  EXPECT_FALSE(order(""));  // 1750 are left.
  EXPECT_FALSE(order(R"(,"basis":"running")"));
  EXPECT_TRUE(order(R"(,"basis":"original")"));
}

TEST(Conditions, rules_of_one_phase_do_not_see_each_other) {
  const auto rules = sound(R"([
    {"id":"A","class":"order","trigger":"automatic","priority":1,"value":{"type":"percent","bps":1000}},
    {"id":"B","class":"order","trigger":"automatic","priority":2,"value":{"type":"percent","bps":1000},
     "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":3500}}}])");
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, rich_cart())), "A=350(0:200 1:150) B=315(0:180 1:135)");
}

TEST(Cart, that_no_price_list_can_produce_is_refused) {
  const auto rules = sound("[]");
  EXPECT_THROW(evaluate_at_noon(*rules, cart_of({line("a", -1, 1)})), InvariantBroken);
  EXPECT_THROW(evaluate_at_noon(*rules, cart_of({line("a", 1, -1)})), InvariantBroken);
  EXPECT_THROW(evaluate_at_noon(*rules, cart_of({line("a", std::int64_t{1} << 62, 4)})), InvariantBroken);
}

}  // namespace
}  // namespace kassa::discounts
