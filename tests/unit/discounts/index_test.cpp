// The index only leaves out rules that could not apply: evaluate() and scan() give the same, always.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <latch>
#include <random>
#include <thread>

#include "discounts/scan.hpp"
#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/generate.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

std::string all_of(const Outcome& outcome) {
  std::string text = applied_text(outcome);
  for (const Applied& applied : outcome.applied) {
    text += " " + applied.code + (applied.limited ? "!" : "") + applied.title + std::to_string(applied.priority);
  }
  text += " | ";
  for (const RejectedCode& rejected : outcome.rejected)
    text += std::to_string(rejected.index) + rejected.reason + rejected.rule_id + rejected.code + " ";
  for (const Gift& gift : outcome.gifts) text += gift.rule_id + "+" + gift.sku + " ";
  text += std::to_string(outcome.gap);
  return text + "| " + (outcome.changes_at ? to_rfc3339(*outcome.changes_at) : "never");
}

RC_GTEST_PROP(Index, finds_what_asking_every_rule_finds, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(10);
  const Cart cart = generator.cart();
  const std::vector<Usage> usage = generator.usage();
  const Instant now = generator.now();
  std::vector<Problem> problems;
  const auto set = compile(rules, Generator::setup(), problems);
  RC_ASSERT(problems.empty());
  RC_LOG() << json::serialize(rules) << "\n";
  const std::string by_scan = all_of(scan(*set, cart, usage, now, Rounding::kHalfUp));
  const std::string by_index = all_of(evaluate(*set, cart, usage, now, Rounding::kHalfUp));
  RC_ASSERT(by_index == by_scan);
  // The second time it works with memory that the first one used.
  RC_ASSERT(all_of(evaluate(*set, cart, usage, now, Rounding::kHalfUp)) == by_scan);
}

RC_GTEST_PROP(Index, explaining_changes_nothing_and_leaves_no_rule_out, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(8);
  const Cart cart = generator.cart();
  const std::vector<Usage> usage = generator.usage();
  const Instant now = generator.now();
  std::vector<Problem> problems;
  const auto set = compile(rules, Generator::setup(), problems);
  RC_ASSERT(problems.empty());
  const Outcome outcome = evaluate(*set, cart, usage, now, Rounding::kHalfUp);
  const std::vector<std::string> ids = ids_of(rules);
  const auto fates = explain(*set, cart, usage, now, Rounding::kHalfUp, ids);
  for (const std::string& id : ids) {
    const auto fate = std::ranges::find(fates, id, &Explanation::rule_id);
    RC_ASSERT(fate != fates.end());
    const auto applied = std::ranges::find(outcome.applied, id, &Applied::rule_id);
    const bool given = std::ranges::find(outcome.gifts, id, &Gift::rule_id) != outcome.gifts.end();
    RC_ASSERT((fate->reason == "applied") == (given || applied != outcome.applied.end()));
    if (applied != outcome.applied.end()) RC_ASSERT(fate->gain == applied->amount);
  }
}

/// Many rules on few goods, so that the lists are ranked by what the rules take, with ties of all kinds.
RC_GTEST_PROP(Index, leaves_out_only_rules_that_would_lose, ()) {
  const auto pick = [](std::int64_t low, std::int64_t high) { return *rc::gen::inRange<std::int64_t>(low, high + 1); };
  json::array rules;
  const auto count = pick(4, 60);
  for (std::int64_t i = 0; i < count; ++i) {
    json::object rule{
        {"id", "r" + std::to_string(i)},
        {"class", "product"},
        {"trigger", "automatic"},
        {"priority", pick(1, 3)},
        {"target", {{"where", {{"attr", "line.category"}, {"op", "eq"}, {"value", pick(0, 1) == 0 ? "a" : "b"}}}}},
        {"value", {{"type", "percent"}, {"bps", 100 * pick(1, 12)}}}};
    const std::string_view other = pick(0, 5) == 0 ? "USD" : "EUR";
    if (pick(0, 2) == 0) rule["value"] = {{"type", "amount"}, {"amounts", {{other, pick(0, 40)}}}};
    if (pick(0, 9) == 0) rule["value"].as_object()["minimum_price"] = {{"EUR", pick(1, 200)}};
    if (pick(0, 9) == 0) rule["value"] = {{"type", "percent"}, {"bps", 900}, {"max_amount", {{"EUR", pick(1, 30)}}}};
    const auto kind = pick(0, 3);
    const std::string_view country = pick(0, 1) == 0 ? "DE" : "AT";
    if (kind == 1)
      rule["when"] = json::object{{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", pick(1, 900)}}}};
    if (kind == 2) rule["when"] = json::object{{"attr", "cart.country"}, {"op", "eq"}, {"value", country}};
    if (kind == 3) rule["when"] = json::object{{"attr", "cart.quantity"}, {"op", "gte"}, {"value", pick(2, 9)}};
    if (pick(0, 4) == 0) rule["schedule"] = {{pick(0, 1) == 0 ? "starts_at" : "ends_at", "2026-06-01T12:00:00Z"}};
    rules.push_back(std::move(rule));
  }
  std::vector<CartLine> lines;
  const auto bought = pick(1, 4);
  for (std::int64_t i = 0; i < bought; ++i)
    lines.push_back(line("l" + std::to_string(i), pick(0, 300), pick(1, 3), pick(0, 1) == 0 ? "a" : "b"));
  if (pick(0, 3) == 0) lines.front().minimum_price = pick(1, 200);
  if (pick(0, 3) == 0) {
    // A set takes some of the units: the rest goes to whoever takes the most of fewer.
    rules.push_back(json::object{{"id", "set"},
                                 {"class", "product"},
                                 {"trigger", "automatic"},
                                 {"buy", {{"quantity", 1}}},
                                 {"get", {{"quantity", 1}}},
                                 {"value", {{"type", "percent"}, {"bps", 100 * pick(1, 100)}}}});
  }
  std::vector<Problem> problems;
  const auto set = compile(rules, problems);
  RC_ASSERT(problems.empty());
  Cart cart = cart_of(std::move(lines), pick(0, 4) == 0 ? "USD" : "EUR");
  if (pick(0, 2) != 0) cart.country = pick(0, 1) == 0 ? "DE" : "AT";
  const Instant now = at("2026-06-01T12:00:00Z");
  RC_ASSERT(all_of(evaluate(*set, cart, {}, now, Rounding::kHalfUp)) ==
            all_of(scan(*set, cart, {}, now, Rounding::kHalfUp)));
}

TEST(Index, cuts_long_lists_into_slices) {
  constexpr int kRules = 9'000;
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t end) { return static_cast<std::int64_t>(random() % end); };
  json::array rules;
  for (int i = 0; i < kRules; ++i) {
    json::array all{{{"attr", "cart.country"}, {"op", "eq"}, {"value", below(2) == 0 ? "DE" : "AT"}}};
    if (below(2) == 0)
      all.push_back({{"attr", "customer.segments"}, {"op", "any_of"}, {"value", {"s" + std::to_string(below(400))}}});
    if (below(3) == 0) all.push_back({{"attr", "payment.method"}, {"op", "any_of"}, {"value", {"card", "upi"}}});
    if (below(2) == 0)
      all.push_back({{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", below(3'000) + 1}}}});
    json::object rule{{"id", "r" + std::to_string(i)},
                      {"class", below(3) == 0 ? "order" : "product"},
                      {"trigger", "automatic"},
                      {"target", {{"where", {{"attr", "line.category"}, {"op", "eq"}, {"value", "apparel"}}}}},
                      {"when", {{"all", std::move(all)}}},
                      {"value", {{"type", "percent"}, {"bps", below(3'000)}}}};
    if (below(4) == 0) rule["schedule"] = {{below(2) == 0 ? "starts_at" : "ends_at", "2026-06-01T12:00:00Z"}};
    if (below(9) == 0) rule["limits"] = {{"per_order", 1}};
    rules.push_back(std::move(rule));
  }
  std::vector<Problem> problems;
  const auto set = compile(rules, problems);
  ASSERT_NE(set, nullptr);
  for (int i = 0; i < 12; ++i) {
    Cart cart = cart_of({line("a", 100 + below(900), 2), line("b", 1 + below(20), 1), line("c", 500, 1, "mugs")});
    if (i != 0) cart.country = below(2) == 0 ? "DE" : "AT";
    if (below(2) == 0) cart.payment_method = below(2) == 0 ? "card" : "cash";
    if (below(2) == 0) cart.segments = {"s" + std::to_string(below(400)), "s1"};
    const Instant now = at(below(2) == 0 ? "2026-06-01T11:00:00Z" : "2026-06-01T13:00:00Z");
    EXPECT_EQ(all_of(evaluate(*set, cart, {}, now, Rounding::kHalfUp)),
              all_of(scan(*set, cart, {}, now, Rounding::kHalfUp)));
  }
}

/// Rules of which each asks for something of its own; the cart has what `R7` asks for.
struct Row {
  const char* name;
  std::string condition;  ///< With # in place of the rule's number.
  bool of_line{false};
};

const Row kRows[] = {
    {"a value of a line", R"({"attr":"line.sku","op":"eq","value":"SKU-#"})", true},
    {"one of several values", R"({"attr":"line.sku","op":"any_of","value":["SKU-#","other-#"]})", true},
    {"all of several tags", R"({"attr":"line.tags","op":"all_of","value":["summer","tag-#"]})", true},
    {"alternatives that all name values",
     R"({"any":[{"attr":"line.sku","op":"eq","value":"none-#"},
                {"all":[{"attr":"line.tags","op":"any_of","value":["tag-#"]},
                        {"attr":"line.quantity","op":"gte","value":1}]}]})",
     true},
    {"a value of the lines that are summed",
     R"({"attr":"lines.quantity","op":"gte","value":1,"where":{"attr":"line.sku","op":"eq","value":"SKU-#"}})"},
    {"a value of the cart", R"({"all":[{"attr":"cart.quantity","op":"gte","value":1},
                                      {"attr":"payment.method","op":"eq","value":"pay-#"}]})"},
    {"alternatives of which one names no value",
     R"({"any":[{"attr":"line.sku","op":"eq","value":"SKU-#"},{"attr":"line.price","op":"eq","value":{"EUR":9#9}}]})",
     true},
};

TEST(Index, serves_every_kind_of_access) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    std::string rules = "[";
    for (int i = 0; i < 10; ++i) {
      std::string condition = row.condition;
      for (auto at = condition.find('#'); at != std::string::npos; at = condition.find('#'))
        condition.replace(at, 1, std::to_string(i));
      rules += (i == 0 ? "" : ",") + (R"({"id":"R)" + std::to_string(i)) +
               R"(","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},)" +
               (row.of_line ? R"("target":{"where":)" + condition + "}}" : R"("when":)" + condition + "}");
    }
    const auto set = sound(rules + "]");
    ASSERT_NE(set, nullptr);
    Cart cart = cart_of({line("7", 1000, 1), line("x", 1000, 1)});
    cart.payment_method = "pay-7";
    EXPECT_TRUE(applied_text(evaluate_at_noon(*set, cart)).starts_with("R7=")) << rules;
    EXPECT_TRUE(evaluate_at_noon(*set, cart_of({line("x", 1000, 1)})).applied.empty());
  }
}

TEST(Index, a_negation_or_a_pass_for_the_missing_is_no_access) {
  const auto set = sound(R"([
    {"id":"NOT","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "when":{"not":{"attr":"cart.country","op":"eq","value":"DE"}}},
    {"id":"PASS","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "when":{"attr":"payment.method","op":"eq","value":"card","missing":"pass"}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  cart.country = "FR";
  EXPECT_EQ(applied_text(evaluate_at_noon(*set, cart)), "NOT=100(0:100) PASS=90(0:90)");
}

TEST(Index, a_sum_that_may_be_nothing_is_no_access) {
  const auto set = sound(R"([
    {"id":"NONE","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "when":{"attr":"lines.count","op":"eq","value":0,"where":{"attr":"line.sku","op":"eq","value":"SKU-x"}}}])");
  EXPECT_EQ(applied_text(evaluate_at_noon(*set, cart_of({line("a", 1000, 1)}))), "NONE=100(0:100)");
  EXPECT_TRUE(evaluate_at_noon(*set, cart_of({line("x", 1000, 1)})).applied.empty());
}

TEST(Index, a_threshold_on_what_is_left_is_decided_when_it_is_known) {
  const auto set = sound(R"([
    {"id":"HALF","class":"product","trigger":"automatic","value":{"type":"percent","bps":5000}},
    {"id":"FROM","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":600}}},
    {"id":"BELOW","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "when":{"attr":"cart.subtotal","op":"lt","value":{"EUR":600}}}])");
  EXPECT_EQ(applied_text(evaluate_at_noon(*set, cart_of({line("a", 1000, 1)}))), "HALF=500(0:500) BELOW=50(0:50)");
}

TEST(Index, many_threads_may_evaluate_with_one_rule_set) {
  const auto set = sound(R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},
    "target":{"where":{"attr":"line.sku","op":"eq","value":"SKU-a"}}}])");
  constexpr int kThreads = 12;
  std::latch start(kThreads);
  std::array<int, kThreads> right{};
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const Cart cart = cart_of({line("b", 500, 1), line(t % 2 == 0 ? "a" : "c", 1000, t + 1)});
      const std::string part = std::to_string(100 * (t + 1));
      const std::string expected = t % 2 == 0 ? "A=" + part + "(1:" + part + ")" : "";
      start.arrive_and_wait();
      for (int i = 0; i < 200; ++i)
        right[static_cast<std::size_t>(t)] += applied_text(evaluate_at_noon(*set, cart)) == expected ? 1 : 0;
    });
  }
  threads.clear();
  for (const int count : right) EXPECT_EQ(count, 200);
}

TEST(Index, memory_of_an_evaluation_that_threw_is_not_used_again) {
  const auto set = sound(R"([{"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
    "when":{"attr":"cart.country","op":"eq","value":"DE"}}])");
  Cart cart = cart_of({line("a", 1000, 1)});
  EXPECT_TRUE(evaluate_at_noon(*set, cart).applied.empty());
  Cart broken = cart;
  broken.country = "DE";
  broken.lines[0].quantity = -1;
  EXPECT_ANY_THROW(evaluate_at_noon(*set, broken));
  EXPECT_TRUE(evaluate_at_noon(*set, cart).applied.empty());
}

}  // namespace
}  // namespace kassa::discounts
