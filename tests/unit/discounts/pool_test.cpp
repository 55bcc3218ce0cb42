// Rules with a pool of codes: parsed, matched by the one name that stands for all codes of a pool, and written in one
// normal form.

#include <gtest/gtest.h>

#include "discounts/engine.hpp"
#include "discounts/pool_code.hpp"

namespace kassa::discounts {
namespace {

json::array rules_with(const std::string& trigger) {
  const std::string text =
      R"([{"id":"a","class":"order","trigger":)" + trigger + R"(,"value":{"type":"percent","bps":1000}}])";
  return json::parse(text).as_array();
}

std::string faults_of(const std::string& trigger) {
  std::vector<Problem> problems;
  static_cast<void>(compile(rules_with(trigger), problems));
  std::string out;
  for (const Problem& problem : problems) out += problem.path + " " + problem.code + ";";
  return out;
}

std::int64_t taken(const std::string& trigger, const std::string& code) {
  std::vector<Problem> problems;
  const auto rules = compile(rules_with(trigger), problems);
  Cart cart;
  cart.currency = Currency::from_code("EUR").value();
  CartLine line;
  line.line_id = "1";
  line.quantity = 1;
  line.unit_price = 1'000;
  cart.lines.push_back(line);
  cart.codes = {code};
  const Outcome outcome = evaluate(*rules, cart, {}, Instant{}, Rounding::kHalfUp);
  return outcome.applied.empty() ? 0 : outcome.applied.front().amount;
}

TEST(Pool, stands_behind_a_name_of_its_own) {
  EXPECT_EQ(taken(R"({"pool":true})", pool_code("a")), 100);
  EXPECT_EQ(taken(R"({"pool":true})", pool_code("A")), 0);
  EXPECT_EQ(taken(R"({"pool":true})", "a"), 0);
  EXPECT_EQ(taken(R"({"codes":["X"],"pool":true})", pool_code("a")), 100);
  EXPECT_EQ(taken(R"({"codes":["X"],"pool":true})", "x"), 100);
  EXPECT_EQ(taken(R"({"codes":["X"],"pool":false})", pool_code("a")), 0);
}

TEST(Pool, is_true_or_false_and_a_reason_to_have_no_codes) {
  EXPECT_EQ(faults_of(R"({"pool":true})"), "");
  EXPECT_EQ(faults_of(R"({"pool":1})"), "/0/trigger/pool type_mismatch;");
  EXPECT_EQ(faults_of(R"({"pool":false})"), "/0/trigger/codes required;");
  EXPECT_EQ(faults_of(R"({"pool":true,"codes":[]})"), "/0/trigger/codes empty_value_set;");
}

TEST(Pool, has_one_normal_form) {
  const auto form = [](const std::string& trigger) { return normal_form(rules_with(trigger)[0].as_object()); };
  EXPECT_EQ(form(R"({"codes":["X"],"pool":false})"), form(R"({"codes":["X"]})"));
  EXPECT_NE(form(R"({"codes":["X"],"pool":true})"), form(R"({"codes":["X"]})"));
  EXPECT_NE(form(R"({"pool":true})").find(R"("trigger":{"pool":true})"), std::string::npos);
}

}  // namespace
}  // namespace kassa::discounts
