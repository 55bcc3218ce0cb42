// Every fault a merchant can make, with its place. Each row holds one rule (or several) and the expected
// "path code"s.

#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

struct ValidationCase {
  const char* name;
  std::string rules;
  std::vector<std::string> faults;
};

std::string with(std::string_view members) {
  return R"([{"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},)" +
         std::string(members) + "}]";
}

std::string when(std::string_view condition) { return with(R"("when":)" + std::string(condition)); }

std::string product(std::string_view members) {
  return R"([{"id":"R","class":"product","trigger":"automatic",
    "value":{"type":"fixed_price","amounts":{"EUR":500}},)" +
         std::string(members) + "}]";
}

std::string recurring(std::string_view windows) {
  return with(R"("schedule":{"time_zone":"Asia/Kolkata","recurring":)" + std::string(windows) + "}");
}

/// A shop with attributes of its own, which sells G1 and nothing else.
RuleSetup shop() {
  RuleSetup setup;
  setup.attributes = {{"customer.tier", "string", "customer"},
                      {"customer.since", "time", "customer"},
                      {"cart.wholesale", "bool", "cart"},
                      {"line.material", "string", "line"}};
  setup.knows_sku = [](std::string_view sku) { return sku == "G1"; };
  return setup;
}

std::string value(std::string_view json_text, std::string_view discount_class = "order") {
  return R"([{"id":"R","trigger":"automatic","class":")" + std::string(discount_class) + R"(","value":)" +
         std::string(json_text) + "}]";
}

std::string tiers(std::string_view list) {
  return value(R"({"type":"tiers","on":"cart.subtotal","tiers":)" + std::string(list) + "}");
}

std::string many_values() {
  std::string list;
  for (int i = 0; i < 1001; ++i) list += (i == 0 ? "\"v" : ",\"v") + std::to_string(i) + "\"";
  return when(R"({"attr":"payment.method","op":"any_of","value":[)" + list + "]}");
}

std::string deep(int levels) {
  std::string text = R"({"attr":"cart.country","op":"eq","value":"DE"})";
  for (int i = 1; i < levels; ++i) text = R"({"not":)" + text + "}";
  return when(text);
}

std::string wide(int leaves) {
  std::string list;
  for (int i = 0; i < leaves; ++i) {
    list += (i == 0 ? "" : ",") + (R"({"attr":"cart.country","op":"ne","value":"A)" + std::to_string(i)) + "\"}";
  }
  return when(R"({"all":[)" + list + "]}");
}

const ValidationCase kValidationCases[] = {
    {"a rule is an object", "[1]", {"/0 type_mismatch"}},
    {"what every rule needs",
     "[{}]",
     {"/0/id required", "/0/class required", "/0/trigger required", "/0/value required"}},
    {"an unknown member", with(R"("wen":1)"), {"/0/wen unknown_member"}},
    {"an unknown class",
     R"([{"id":"R","class":"cart","trigger":"automatic","value":{"type":"percent","bps":1}}])",
     {"/0/class unknown_value"}},
    {"an unknown trigger",
     R"([{"id":"R","class":"order","trigger":"manual","value":{"type":"percent","bps":1}}])",
     {"/0/trigger unknown_value"}},
    {"a trigger without codes",
     R"([{"id":"R","class":"order","trigger":{"codes":[]},"value":{"type":"percent","bps":1}}])",
     {"/0/trigger/codes empty_value_set"}},
    {"a blank code",
     R"([{"id":"R","class":"order","trigger":{"codes":[" "]},"value":{"type":"percent","bps":1}}])",
     {"/0/trigger/codes/0 empty_value_set"}},
    {"a code twice in one rule",
     R"([{"id":"R","class":"order","trigger":{"codes":["A","a"]},"value":{"type":"percent","bps":1}}])",
     {"/0/trigger/codes/1 duplicate_code"}},
    {"a code in two rules",
     R"([{"id":"R","class":"order","trigger":{"codes":["A"]},"value":{"type":"percent","bps":1}},
         {"id":"S","class":"order","trigger":{"codes":["a"]},"value":{"type":"percent","bps":1}}])",
     {"/1/trigger/codes duplicate_code"}},
    {"an id twice",
     R"([{"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":1}},
         {"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":1}}])",
     {"/1/id duplicate_id"}},
    {"a fractional priority", with(R"("priority":1.5)"), {"/0/priority type_mismatch"}},
    {"an unknown method", with(R"("method":"some")"), {"/0/method unknown_value"}},
    {"each on an order rule", with(R"("method":"each")"), {}},
    // Values
    {"an unknown kind of value", value(R"({"type":"half"})"), {"/0/value/type unknown_value"}},
    {"a gift", value(R"({"type":"gift","sku":"G1","quantity":1})", "product"), {}},
    {"a gift of a later class", value(R"({"type":"gift","sku":"G1"})"), {"/0/value/type unknown_value"}},
    {"a gift that waits for shipping",
     value(R"({"type":"gift","sku":"G1"},"when":{"attr":"shipping.method","op":"ne","value":"pickup"})", "product"),
     {"/0/when attribute_out_of_scope"}},
    {"a gift that nobody sells",
     value(R"({"type":"gift","sku":"NONE"})", "product"),
     {"/0/value/sku gift_sku_unknown"}},
    {"no gift at all",
     value(R"({"type":"gift","quantity":0,"if_out_of_stock":"cry"})", "product"),
     {"/0/value/sku required", "/0/value/quantity out_of_range", "/0/value/if_out_of_stock unknown_value"}},
    {"a fixed price", value(R"({"type":"fixed_price","amounts":{"EUR":500}})", "product"), {}},
    {"a fixed price of an order",
     value(R"({"type":"fixed_price","amounts":{"EUR":5}})"),
     {"/0/value/type unknown_value"}},
    {"an unknown rounding",
     value(R"({"type":"percent","bps":1,"rounding":"up"})"),
     {"/0/value/rounding unknown_value"}},
    {"a minimum price below zero",
     value(R"({"type":"percent","bps":1,"minimum_price":{"EUR":-1}})", "product"),
     {"/0/value/minimum_price/EUR amount_negative"}},
    {"buy and get", product(R"("buy":{"quantity":2},"get":{"quantity":1,"select":"most_expensive"})"), {}},
    {"half a buy and get", product(R"("buy":{"quantity":2})"), {"/0/get required"}},
    {"buying nothing",
     product(R"("buy":{"quantity":0},"get":{"quantity":1,"select":"any"})"),
     {"/0/buy/quantity out_of_range", "/0/get/select unknown_value"}},
    {"buy and get of a later class", with(R"("buy":{"quantity":1},"get":{"quantity":1})"), {"/0/class unknown_value"}},
    {"a set with a target",
     product(R"("bundle":[{"quantity":1}],"target":{"where":{"attr":"line.sku","op":"eq","value":"A"}})"),
     {"/0/target unknown_member"}},
    {"a bundle",
     product(R"("bundle":[{"where":{"attr":"line.sku","op":"eq","value":"A"},"quantity":1},
                                     {"where":{"attr":"line.sku","op":"eq","value":"B"},"quantity":1}])"),
     {}},
    {"an empty bundle", product(R"("bundle":[])"), {"/0/bundle empty_value_set"}},
    {"a bundle and a buy and get",
     product(R"("bundle":[{"quantity":1}],"buy":{"quantity":1},"get":{"quantity":1})"),
     {"/0/bundle unknown_member"}},
    {"parts of a bundle that ask for the same goods",
     product(R"("bundle":[{"where":{"attr":"line.sku","op":"eq","value":"A"},"quantity":1},
                         {"where":{"op":"eq","attr":"line.sku","value":"A"},"quantity":2}])"),
     {"/0/bundle/1 bundle_overlap_impossible"}},
    {"tiers of a set",
     R"([{"id":"R","class":"product","trigger":"automatic","bundle":[{"quantity":1}],
          "value":{"type":"tiers","on":"cart.quantity","tiers":[{"gte":2,"bps":1}]}}])",
     {"/0/value/type unknown_value"}},
    {"a tier with a price",
     value(R"({"type":"tiers","on":"line.quantity","tiers":[{"gte":2,"price":{"EUR":90}}]})", "product"),
     {}},
    {"a tier that is a share and a price",
     value(R"({"type":"tiers","on":"line.quantity","tiers":[{"gte":2,"bps":1,"price":{"EUR":90}}]})", "product"),
     {"/0/value/tiers/0/price unknown_member"}},
    {"a fractional percentage", value(R"({"type":"percent","bps":10.5})"), {"/0/value/bps value_not_integer"}},
    {"a percentage in text", value(R"({"type":"percent","bps":"10"})"), {"/0/value/bps type_mismatch"}},
    {"more than everything", value(R"({"type":"percent","bps":10001})"), {"/0/value/bps percent_out_of_range"}},
    {"less than nothing", value(R"({"type":"percent","bps":-1})"), {"/0/value/bps percent_out_of_range"}},
    {"a negative amount", value(R"({"type":"amount","amounts":{"EUR":-1}})"), {"/0/value/amounts/EUR amount_negative"}},
    {"a fractional amount",
     value(R"({"type":"amount","amounts":{"EUR":1.5}})"),
     {"/0/value/amounts/EUR value_not_integer"}},
    {"an amount beyond all carts",
     value(R"({"type":"amount","amounts":{"EUR":1000000000000001}})"),
     {"/0/value/amounts/EUR out_of_range"}},
    {"an amount in no currency", value(R"({"type":"amount","amounts":500})"), {"/0/value/amounts currency_missing"}},
    {"amounts of nothing", value(R"({"type":"amount","amounts":{}})"), {"/0/value/amounts currency_missing"}},
    {"an unknown currency",
     value(R"({"type":"amount","amounts":{"EURO":1}})"),
     {"/0/value/amounts/EURO currency_unknown"}},
    {"a ceiling in an unknown currency",
     value(R"({"type":"percent","bps":1,"max_amount":{"eur":1}})"),
     {"/0/value/max_amount/eur currency_unknown"}},
    // Tiers
    {"no tiers", tiers("[]"), {"/0/value/tiers empty_value_set"}},
    {"tiers out of order",
     tiers(R"([{"gte":{"EUR":9},"bps":1},{"gte":{"EUR":5},"bps":2}])"),
     {"/0/value/tiers/1/gte tiers_not_ascending"}},
    {"a tier never reached",
     tiers(R"([{"gte":{"EUR":9},"bps":1},{"gte":{"EUR":9},"bps":2}])"),
     {"/0/value/tiers/1/gte unreachable_tier"}},
    {"a tier lacks a currency",
     tiers(R"([{"gte":{"EUR":1,"USD":1},"bps":1},{"gte":{"EUR":9},"bps":2}])"),
     {"/0/value/tiers/1/gte currency_missing"}},
    {"a tier with one currency more",
     tiers(R"([{"gte":{"EUR":1},"bps":1},{"gte":{"EUR":9,"USD":9},"bps":2}])"),
     {"/0/value/tiers/1/gte currency_missing"}},
    {"a tier that is both",
     tiers(R"([{"gte":{"EUR":1},"bps":1,"amounts":{"EUR":1}}])"),
     {"/0/value/tiers/0/amounts unknown_member"}},
    {"tiers on the weather",
     value(R"({"type":"tiers","on":"weather","tiers":[{"gte":1,"bps":1}]})"),
     {"/0/value/on unknown_attribute"}},
    {"tiers on lines in an order rule",
     value(R"({"type":"tiers","on":"line.quantity","tiers":[{"gte":1,"bps":1}]})"),
     {"/0/value/on attribute_out_of_scope"}},
    // Conditions
    {"an unknown attribute",
     when(R"({"attr":"cart.subtotl","op":"gte","value":{"EUR":1}})"),
     {"/0/when/attr unknown_attribute"}},
    {"an unknown operator",
     when(R"({"attr":"cart.country","op":"like","value":"D"})"),
     {"/0/when/op unknown_operator"}},
    {"an operator of a later version",
     when(R"({"attr":"cart.country","op":"cidr_of","value":"D"})"),
     {"/0/when/op not_supported_yet"}},
    {"an operator of another type",
     when(R"({"attr":"cart.country","op":"gte","value":"D"})"),
     {"/0/when/op type_mismatch"}},
    {"a line attribute about the cart",
     when(R"({"attr":"line.sku","op":"eq","value":"D"})"),
     {"/0/when/attr attribute_out_of_scope"}},
    {"a cart attribute about a line",
     with(R"("target":{"where":{"attr":"cart.country","op":"eq","value":"DE"}})"),
     {"/0/target/where/attr attribute_out_of_scope"}},
    {"a target without a condition", with(R"("target":{})"), {"/0/target/where required"}},
    {"a leaf without its parts", when("{}"), {"/0/when/attr required"}},
    {"text where a number is due",
     when(R"({"attr":"cart.quantity","op":"gte","value":"3"})"),
     {"/0/when/value type_mismatch"}},
    {"a fraction where a number is due",
     when(R"({"attr":"cart.quantity","op":"gte","value":2.5})"),
     {"/0/when/value value_not_integer"}},
    {"a number where text is due",
     when(R"({"attr":"cart.country","op":"eq","value":3})"),
     {"/0/when/value type_mismatch"}},
    {"money without a currency",
     when(R"({"attr":"cart.subtotal","op":"gte","value":500})"),
     {"/0/when/value currency_missing"}},
    {"money below zero",
     when(R"({"attr":"cart.subtotal","op":"gte","value":{"EUR":-5}})"),
     {"/0/when/value/EUR amount_negative"}},
    {"money in an unknown currency",
     when(R"({"attr":"cart.subtotal","op":"gte","value":{"XYZ":5}})"),
     {"/0/when/value/XYZ currency_unknown"}},
    {"an unknown currency code",
     when(R"({"attr":"cart.currency","op":"eq","value":"ABC"})"),
     {"/0/when/value currency_unknown"}},
    {"an empty list", when(R"({"attr":"cart.country","op":"any_of","value":[]})"), {"/0/when/value empty_value_set"}},
    {"a list beyond its limit", many_values(), {"/0/when/value too_many_values"}},
    {"nested too deeply", deep(9), {"/0/when/not/not/not/not/not/not/not/not tree_too_deep"}},
    {"nested as deeply as allowed", deep(8), {}},
    {"too many comparisons", wide(65), {"/0/when too_many_leaves"}},
    {"as many comparisons as allowed", wide(64), {}},
    {"an unknown basis",
     when(R"({"attr":"cart.subtotal","op":"gte","value":{"EUR":1},"basis":"net"})"),
     {"/0/when/basis unknown_value"}},
    {"a basis where there is none",
     when(R"({"attr":"cart.quantity","op":"gte","value":1,"basis":"running"})"),
     {"/0/when/basis unknown_member"}},
    {"a where that sums nothing",
     when(R"({"attr":"cart.quantity","op":"gte","value":1,"where":{}})"),
     {"/0/when/where unknown_member"}},
    {"a fault inside an aggregate",
     when(
         R"({"attr":"lines.quantity","op":"gte","value":1,"where":{"attr":"line.skew","op":"eq",
      "value":"A"}})"),
     {"/0/when/where/attr unknown_attribute"}},
    {"an unknown word for missing",
     when(R"({"attr":"cart.country","op":"eq","value":"DE","missing":"maybe"})"),
     {"/0/when/missing unknown_value"}},
    // What no cart can change
    {"always true", when(R"({"attr":"cart.subtotal","op":"gte","value":{"EUR":0}})"), {"/0/when always_true"}},
    {"always false", when(R"({"attr":"cart.quantity","op":"lt","value":0})"), {"/0/when always_false"}},
    {"an interval backwards",
     when(R"({"attr":"cart.quantity","op":"between","value":[5,3]})"),
     {"/0/when/value always_false"}},
    {"a contradiction of amounts",
     when(R"({"all":[{"attr":"cart.subtotal","op":"gte","value":{"EUR":500}},
                     {"attr":"cart.subtotal","op":"lt","value":{"EUR":300}}]})"),
     {"/0/when/all always_false"}},
    {"no contradiction across bases",
     when(R"({"all":[{"attr":"cart.subtotal","op":"gte","value":{"EUR":500},"basis":"original"},
                     {"attr":"cart.subtotal","op":"lt","value":{"EUR":300}}]})"),
     {}},
    {"a contradiction of texts",
     when(
         R"({"all":[{"attr":"cart.country","op":"eq","value":"DE"},{"attr":"cart.country","op":"ne",
      "value":"DE"}]})"),
     {"/0/when/all always_false"}},
    {"one text equal to two",
     when(R"({"attr":"cart.country","op":"all_of","value":["DE","AT"]})"),
     {"/0/when always_false"}},
    {"alternatives that leave nothing out",
     when(
         R"({"any":[{"attr":"cart.quantity","op":"gte","value":3},{"attr":"cart.quantity","op":"lt",
      "value":3}]})"),
     {"/0/when/any always_true"}},
    {"an empty all", when(R"({"all":[]})"), {"/0/when/all always_true"}},
    {"an empty any", when(R"({"any":[]})"), {"/0/when/any always_false"}},
    // Limits, combination, schedule
    {"a limit of nothing", with(R"("limits":{"global":0})"), {"/0/limits/global out_of_range"}},
    {"a budget", with(R"("limits":{"budget":{"EUR":1}})"), {}},
    {"a budget in no currency", with(R"("limits":{"budget":500})"), {"/0/limits/budget currency_missing"}},
    {"a group", with(R"("combine":{"group":"sale","policy":"priority"})"), {}},
    {"a policy without a group", with(R"("combine":{"policy":"priority"})"), {"/0/combine/policy required"}},
    {"an unknown policy", with(R"("combine":{"group":"g","policy":"any"})"), {"/0/combine/policy unknown_value"}},
    {"groups that disagree on their policy",
     R"([{"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":1},"combine":{"group":"g"}},
         {"id":"S","class":"order","trigger":"automatic","value":{"type":"percent","bps":1},
          "combine":{"group":"g","policy":"stack_all"}}])",
     {"/1/combine/policy group_policy_conflict"}},
    {"a rule that refuses itself",
     with(R"("combine":{"tags":["a","b"],"without":["b"]})"),
     {"/0/combine/without self_excluding"}},
    {"a tag asked for and refused",
     with(R"("combine":{"with":["a"],"without":["a"]})"),
     {"/0/combine/without self_excluding"}},
    {"no tags", with(R"("combine":{"tags":[]})"), {"/0/combine/tags empty_value_set"}},
    {"exclusive in words", with(R"("combine":{"exclusive":"yes"})"), {"/0/combine/exclusive type_mismatch"}},
    {"an unknown class to combine with",
     with(R"("combine":{"classes":["gift"]})"),
     {"/0/combine/classes/0 unknown_value"}},
    {"a window that ends before it starts",
     with(R"("schedule":{"starts_at":"2026-01-02T00:00:00Z","ends_at":"2026-01-01T00:00:00Z"})"),
     {"/0/schedule/ends_at window_empty"}},
    {"a time that is none", with(R"("schedule":{"starts_at":"tomorrow"})"), {"/0/schedule/starts_at bad_time"}},
    {"recurring windows",
     recurring(R"([{"days":["sat","sun"],"from":"18:00","to":"23:00"},{"from":"22:00","to":"02:00"}])"),
     {}},
    {"no recurring window", recurring("[]"), {"/0/schedule/recurring empty_value_set"}},
    {"a window without length",
     recurring(R"([{"from":"18:00","to":"18:00"}])"),
     {"/0/schedule/recurring/0/to window_empty"}},
    {"a day and an hour that are none",
     recurring(R"([{"days":["someday"],"from":"25:00","to":"24:00"}])"),
     {"/0/schedule/recurring/0/days/0 unknown_value", "/0/schedule/recurring/0/from bad_time"}},
    {"windows in no time zone",
     with(R"("schedule":{"recurring":[{"from":"18:00","to":"19:00"}]})"),
     {"/0/schedule/time_zone required"}},
    {"an unknown time zone",
     with(R"("schedule":{"time_zone":"Mars/Olympus"})"),
     {"/0/schedule/time_zone bad_time_zone"}},
    // The merchant's own attributes
    {"an own attribute", when(R"({"attr":"customer.tier","op":"any_of","value":["gold"]})"), {}},
    {"an own date", when(R"({"attr":"customer.since","op":"lt","value":"2025-01-01T00:00:00Z"})"), {}},
    {"an own date that is none",
     when(R"({"attr":"customer.since","op":"between","value":["2025-01-01T00:00:00Z","soon"]})"),
     {"/0/when/value/1 bad_time"}},
    {"an own truth", when(R"({"attr":"cart.wholesale","op":"eq","value":true})"), {}},
    {"an own truth in words",
     when(R"({"attr":"cart.wholesale","op":"eq","value":"yes"})"),
     {"/0/when/value type_mismatch"}},
    {"an own attribute at the wrong place",
     when(R"({"attr":"line.material","op":"eq","value":"wool"})"),
     {"/0/when/attr attribute_out_of_scope"}},
    {"everything at once, in every rule",
     R"([{"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":20000},
          "when":{"any":[{"attr":"cart.contry","op":"eq","value":"DE"},{"attr":"cart.quantity","op":"near",
      "value":1}]}},
         {"id":"S","class":"order","trigger":"automatic","value":{"type":"amount","amounts":{"EUR":-5}}}])",
     {"/0/when/any/0/attr unknown_attribute", "/0/when/any/1/op unknown_operator", "/0/value/bps percent_out_of_range",
      "/1/value/amounts/EUR amount_negative"}},
};

void PrintTo(const ValidationCase& row, std::ostream* out) { *out << row.name; }

class Validation : public testing::TestWithParam<ValidationCase> {};

TEST_P(Validation, names_the_fault_and_its_place) {
  SCOPED_TRACE(GetParam().name);
  std::vector<Problem> problems;
  const auto rules = compile(rules_json(GetParam().rules), shop(), problems);
  std::vector<std::string> found;
  for (const Problem& problem : problems) {
    found.push_back(problem.path + " " + problem.code);
    EXPECT_FALSE(problem.message.empty());
  }
  EXPECT_EQ(found, GetParam().faults);
  EXPECT_EQ(rules == nullptr, !problems.empty());
}

INSTANTIATE_TEST_SUITE_P(All, Validation, testing::ValuesIn(kValidationCases));

}  // namespace
}  // namespace kassa::discounts
