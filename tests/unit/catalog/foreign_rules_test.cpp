// Discounts of other systems: what can be said becomes our rule, what cannot is refused with its line and its reason.

#include "services/catalog/foreign_rules.hpp"

#include <gtest/gtest.h>

#include "services/catalog/foreign_predicate.hpp"

namespace kassa::catalog {
namespace {

std::string rule_of(std::string_view from, const std::string& text) {
  const ForeignRules read = read_foreign_rules(from, text);
  for (const ForeignFault& fault : read.faults) ADD_FAILURE() << fault.line << " " << fault.name << " " << fault.reason;
  return read.rules.empty() ? "" : canonical_json(read.rules.at(0));
}

std::string canonical(std::string_view text) { return canonical_json(parse_json(text).value()); }

/// "3 SAVE limit cannot be said", one a line.
std::string faults_of(std::string_view from, const std::string& text) {
  std::string out;
  for (const ForeignFault& fault : read_foreign_rules(from, text).faults) {
    out += std::to_string(fault.line) + " " + fault.name + " " + fault.reason + "\n";
  }
  return out;
}

constexpr const char* kShopify = R"({"data":{"discountNodes":{"edges":[
  {"node":{"id":"gid://shopify/DiscountCodeNode/11","discount":{"__typename":"DiscountCodeBasic","title":"Spring",
    "status":"ACTIVE","startsAt":"2026-03-01T00:00:00Z","endsAt":null,"usageLimit":100,"appliesOncePerCustomer":true,
    "codes":{"nodes":[{"code":"SPRING"}]},
    "combinesWith":{"orderDiscounts":false,"productDiscounts":false,"shippingDiscounts":true},
    "customerSelection":{"__typename":"DiscountCustomerAll","allCustomers":true},
    "minimumRequirement":{"__typename":"DiscountMinimumSubtotal",
      "greaterThanOrEqualToSubtotal":{"amount":"50.0","currencyCode":"EUR"}},
    "customerGets":{"value":{"__typename":"DiscountPercentage","percentage":0.125},
      "items":{"__typename":"DiscountProducts","products":{"nodes":[{"handle":"mug"},{"handle":"pot"}]}}}}}},
  {"node":{"id":"gid://shopify/DiscountAutomaticNode/12",
    "discount":{"__typename":"DiscountAutomaticBxgy","title":"Two"}}}
]}}})";

TEST(ForeignRules, a_shopify_discount_keeps_its_meaning) {
  const ForeignRules read = read_foreign_rules("shopify", kShopify);
  ASSERT_EQ(read.rules.size(), 1U);
  EXPECT_EQ(canonical_json(read.rules[0]), canonical(R"({"id":"11","title":"Spring","class":"product",
    "trigger":{"codes":["SPRING"]},"limits":{"global":100,"per_customer":1},
    "combine":{"classes":["shipping","payment"]},"schedule":{"starts_at":"2026-03-01T00:00:00Z"},
    "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":5000},"basis":"original"},
    "target":{"where":{"attr":"line.product","op":"any_of","value":["mug","pot"]}},
    "value":{"type":"percent","bps":1250}})"));
  ASSERT_EQ(read.faults.size(), 1U);
  EXPECT_EQ(read.faults[0].line, 11);
  EXPECT_TRUE(read.faults[0].reason.starts_with("discount.__typename DiscountAutomaticBxgy is not taken over"));
}

TEST(ForeignRules, shopify_lines_of_a_bulk_export_are_read_one_by_one) {
  const std::string head =
      R"({"id":"gid://shopify/DiscountAutomaticNode/1",)"
      R"("automaticDiscount":{"__typename":"DiscountAutomaticFreeShipping",)"
      R"("title":"Free","combinesWith":{"orderDiscounts":true,"productDiscounts":true,"shippingDiscounts":false},)"
      R"("destinationSelection":{"countries":["DE"],"includeRestOfWorld":)";
  EXPECT_EQ(rule_of("shopify", head + "false}}}\n"), canonical(R"({"id":"1","title":"Free","class":"shipping",
    "trigger":"automatic","value":{"type":"percent","bps":10000},"combine":{"classes":["product","order","payment"]},
    "when":{"attr":"cart.country","op":"any_of","value":["DE"]}})"));
  EXPECT_EQ(
      faults_of("shopify", head + "true}}}\n\nnonsense\n"),
      "1 gid://shopify/DiscountAutomaticNode/1 automaticDiscount.destinationSelection.includeRestOfWorld cannot be "
      "said: list the countries\n3  this line is no JSON\n");
}

TEST(ForeignRules, a_medusa_promotion_keeps_its_meaning) {
  EXPECT_EQ(rule_of("medusa", R"({"promotions":[{"id":"promo_1","code":"TEN","type":"standard","is_automatic":false,
      "status":"inactive","limit":5,"campaign":{"name":"May","starts_at":"2026-05-01T00:00:00Z","ends_at":null},
      "rules":[{"attribute":"currency_code","operator":"eq","values":[{"value":"eur"}]}],
      "application_method":{"type":"fixed","target_type":"items","allocation":"across",
        "value":12.5,"currency_code":"eur",
        "target_rules":[{"attribute":"items.product.id","operator":"in","values":[{"value":"prod_1"}]}]}}]})"),
            canonical(R"({"id":"TEN","title":"TEN","class":"product","trigger":{"codes":["TEN"]},"enabled":false,
      "limits":{"global":5},"schedule":{"starts_at":"2026-05-01T00:00:00Z"},"method":"across",
      "when":{"attr":"cart.currency","op":"any_of","value":["EUR"]},
      "target":{"where":{"attr":"line.product","op":"any_of","value":["prod_1"]}},
      "value":{"type":"amount","amounts":{"EUR":1250}},
      "combine":{"classes":["product","order","shipping","payment"]}})"));
}

TEST(ForeignRules, what_a_medusa_promotion_says_and_no_rule_can_is_told) {
  EXPECT_EQ(
      faults_of("medusa", R"([{"code":"A","type":"standard","is_automatic":true,
      "rules":[{"attribute":"customer.groups.id","operator":"in","values":["vip"]}],
      "application_method":{"type":"percentage","target_type":"items","allocation":"each","value":10.005,
        "max_quantity":2},"colour":"red"},
    {"code":"B","type":"buyget","is_automatic":true,
      "application_method":{"type":"percentage","target_type":"order","value":10}}])"),
      "1 A rules.attribute has no counterpart: customer.groups.id\n"
      "1 A application_method.value is no number with at most 2 decimal digits: 10.005\n"
      "1 A application_method.max_quantity counts on each line; limits.per_order counts on the whole order: choose, "
      "and write it\n"
      "1 A colour is not understood\n"
      "5 B type is not taken over: buyget; write it with buy and get\n");
}

TEST(ForeignRules, a_commercetools_cart_discount_keeps_its_meaning) {
  EXPECT_EQ(rule_of("commercetools", R"j({"results":[{"id":"7","key":"summer","version":3,"name":{"en":"Summer"},
      "value":{"type":"relative","permyriad":1500},"target":{"type":"lineItems","predicate":"sku in (\"A\", \"B\")"},
      "cartPredicate":"totalPrice >= \"50.00 EUR\" and not (country = \"US\")","sortOrder":"0.9","isActive":true,
      "requiresDiscountCode":true,"stackingMode":"Stacking","validUntil":"2026-09-01T00:00:00.000Z","stores":[]}]})j"),
            canonical(R"({"id":"summer","title":"Summer","class":"product","trigger":{"pool":true},"priority":100000,
      "value":{"type":"percent","bps":1500},"target":{"where":{"attr":"line.sku","op":"any_of","value":["A","B"]}},
      "when":{"all":[{"attr":"cart.subtotal","op":"gte","value":{"EUR":5000}},
                     {"not":{"attr":"cart.country","op":"eq","value":"US"}}]},
      "combine":{"classes":["product","order","shipping","payment"]},
      "schedule":{"ends_at":"2026-09-01T00:00:00.000Z"}})"));
}

TEST(ForeignRules, predicates_are_read_as_far_as_they_have_a_counterpart) {
  const struct {
    const char* text;
    bool lines;
    const char* condition;
    const char* reason;
  } cases[] = {
      {"1 = 1", true, "null", ""},
      {"true", false, "null", ""},
      {"1=1 and sku = \"A\"", true, R"({"attr":"line.sku","op":"eq","value":"A"})", ""},
      {"sku = \"A\" or product.key != \"p\"", true,
       R"({"any":[{"attr":"line.sku","op":"eq","value":"A"},{"attr":"line.product","op":"ne","value":"p"}]})", ""},
      {"sku = \"A\" or 1 = 1", true, "null", ""},
      {"sku not in (\"A\")", true, R"({"attr":"line.sku","op":"none_of","value":["A"]})", ""},
      {"currency = \"EUR\"", false, R"({"attr":"cart.currency","op":"eq","value":"EUR"})", ""},
      {"custom.vip = true", false, "null", "asks for what has no counterpart: custom.vip"},
      {"sku", true, "null", "compares in a way that is not taken over: sku "},
      {"sku = A", true, R"({"attr":"line.sku","op":"eq","value":""})", "compares with something that is no text: A"},
      {"sku = \"\"", true, R"({"attr":"line.sku","op":"eq","value":""})", ""},
      {"sku = \"ABC", true, "null", "has a text that does not end: \"ABC"},
      {"sku = \"", true, "null", "has a text that does not end: \""},
      {"sku in (\"A\", 'B)", true, "null", "has a text that does not end: 'B)"},
      {"sku = \"A' or 1 = 1", true, "null", "has a text that does not end: \"A' or 1 = 1"},
      {R"(sku = "A\"B")", true, "null", R"(has a text with a backslash, which is not taken over: "A\"B")"},
      {R"(sku = "A\")", true, "null", R"(has a text with a backslash, which is not taken over: "A\")"},
      {"totalPrice >= \"5.00 EUR", false, "null", "has a text that does not end: \"5.00 EUR"},
      {"(sku = \"A\"", true, R"({"attr":"line.sku","op":"eq","value":"A"})", "lacks a closing parenthesis"},
      {"", true, "null", "asks for what has no counterpart: "},
      {"totalPrice = \"5 EUR\"", false, "null", "compares the total in a way that is not taken over: = 5 EUR"},
  };
  for (const auto& c : cases) {
    const ForeignPredicate read = read_predicate(c.text, c.lines);
    EXPECT_EQ(read.reason, c.reason) << c.text;
    if (*c.reason != '\0') continue;
    EXPECT_EQ(canonical_json(read.condition), canonical(c.condition)) << c.text;
  }
}

TEST(ForeignRules, rules_that_were_made_are_judged_as_ours) {
  const std::string twice = R"({"code":"TEN","type":"standard","is_automatic":false,
    "application_method":{"type":"percentage","target_type":"order","value":10}})";
  EXPECT_NE(faults_of("medusa", "[" + twice + ",\n" + twice + "]").find("3 TEN its rule has a fault"),
            std::string::npos);
}

TEST(ForeignRules, a_file_of_something_else_is_refused) {
  EXPECT_EQ(faults_of("medusa", "hello"), "0  the file is neither JSON nor lines of JSON\n");
  EXPECT_EQ(faults_of("medusa", R"({"orders":[]})"), "0  there is no list of discounts in this file\n");
  EXPECT_EQ(faults_of("medusa", "[]"), "0  there is no discount in this file\n");
  EXPECT_EQ(faults_of("medusa", "[1]"), "0  this is no object\n");
  EXPECT_FALSE(knows_foreign("saleor"));
}

}  // namespace
}  // namespace kassa::catalog
