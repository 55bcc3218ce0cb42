// Attributes of the merchant's own in a checkout: of goods by the catalogue, of the cart by the store's backend.

#include <gtest/gtest.h>

#include "services/checkout/patch.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/session_json.hpp"
#include "services/ports/attribute_values.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

const std::vector<AttributeSpec> kDeclared{{"line.material", "set<string>", "line"},
                                           {"line.deposit", "money", "line"},
                                           {"customer.tier", "string", "customer"},
                                           {"cart.visits", "int", "cart"},
                                           {"cart.until", "time", "cart"}};

std::shared_ptr<const std::vector<Fact>> facts(const std::string& values) {
  return std::make_shared<const std::vector<Fact>>(
      ports::known_facts(parse_json(values).value().as_object(), kDeclared));
}

std::int64_t total_of(const Session& session, const std::string& when, const std::string& goods = "{}") {
  Shop shop;
  shop.variants = {variant("v1", 1'000)};
  shop.variants.front().facts = facts(goods);
  auto snapshot = snapshot_of(shop);
  discounts::RuleSetup setup;
  setup.attributes = kDeclared;
  const std::string rule =
      R"([{"id":"r","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},"when":)" + when + "}]";
  std::vector<Problem> problems;
  snapshot->rules = discounts::compile(parse_json(rule).value().as_array(), setup, problems);
  for (const Problem& problem : problems) ADD_FAILURE() << problem.path << " " << problem.code;
  return price(session, *snapshot, LevelsStub({{"v1", 9}}), ManualClock::kStart).value().total;
}

Session of_one(const std::string& values = "{}") {
  Session session = session_of({line("l1", "v1", 1)});
  session.facts = facts(values);
  return session;
}

struct AttributeCase {
  const char* name;
  const char* cart;
  const char* goods;
  const char* when;
  std::int64_t total;
};
const AttributeCase kAttributeCases[] = {
    {"a text of the customer", R"({"customer.tier":"gold"})", "{}",
     R"({"attr":"customer.tier","op":"eq","value":"gold"})", 900},
    {"another text", R"({"customer.tier":"tin"})", "{}", R"({"attr":"customer.tier","op":"eq","value":"gold"})", 1'000},
    {"no text: neither a comparison nor its negation", "{}", "{}",
     R"({"attr":"customer.tier","op":"ne","value":"gold"})", 1'000},
    {"a number", R"({"cart.visits":3})", "{}", R"({"attr":"cart.visits","op":"gte","value":3})", 900},
    {"a time", R"({"cart.until":"2026-04-08T12:00:00Z"})", "{}",
     R"({"attr":"cart.until","op":"lt","value":"2026-04-09T00:00:00Z"})", 900},
    {"texts of goods", "{}", R"({"line.material":["silk","wool"]})",
     R"({"attr":"lines.quantity","op":"gte","value":1,)"
     R"("where":{"attr":"line.material","op":"any_of","value":["wool"]}})",
     900},
    {"money of goods, in the cart's currency", "{}", R"({"line.deposit":{"USD":1,"EUR":25}})",
     R"({"attr":"lines.quantity","op":"gte","value":1,"where":{"attr":"line.deposit","op":"gte","value":{"EUR":25}}})",
     900},
    {"money of goods, in other currencies alone", "{}", R"({"line.deposit":{"USD":25}})",
     R"({"attr":"lines.quantity","op":"gte","value":1,"where":{"attr":"line.deposit","op":"gte","value":{"EUR":25}}})",
     1'000},
};

class CheckoutAttributes : public testing::TestWithParam<AttributeCase> {};
TEST_P(CheckoutAttributes, decide_what_a_rule_takes) {
  EXPECT_EQ(total_of(of_one(GetParam().cart), GetParam().when, GetParam().goods), GetParam().total);
}
INSTANTIATE_TEST_SUITE_P(All, CheckoutAttributes, testing::ValuesIn(kAttributeCases),
                         [](const auto& row) { return "Case" + std::to_string(row.index); });

TEST(CheckoutAttributes, stay_with_the_session_until_they_are_replaced) {
  Session session = of_one(
      R"({"customer.tier":"gold","cart.visits":3,"cart.until":"2026-04-08T12:00:00Z","line.deposit":{"EUR":2}})");
  const Session read = decode_session(parse_json(written(session)).value());
  ASSERT_TRUE(read.facts);
  EXPECT_EQ(*read.facts, *session.facts);
  EXPECT_FALSE(decode_session(parse_json(written(session_of({}))).value()).facts);
  EXPECT_GT(session.bytes(), session_of({line("l1", "v1", 1)}).bytes());
  Patch patch;
  ASSERT_TRUE(apply(patch, {}, session));
  EXPECT_EQ(session.facts->size(), 4U) << "a change that says nothing of them";
  patch.facts.set(*facts(R"({"cart.visits":4})"));
  ASSERT_TRUE(apply(patch, {}, session));
  EXPECT_EQ(session.facts->front().number, 4);
  patch.facts.set({});
  ASSERT_TRUE(apply(patch, {}, session));
  EXPECT_FALSE(session.facts);
}

}  // namespace
}  // namespace kassa::checkout
