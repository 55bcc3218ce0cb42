#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

struct CodeCase {
  const char* name;
  const char* rules;
  std::string applied;
  std::string rejected;
  std::string not_applied;
};

// The cart: two lines of 1000 and 500, codes CODE and OTHER, destination DE, noon on 2026-06-01.
const CodeCase kCodeCases[] = {
    {"an ended code is expired",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "schedule":{"ends_at":"2026-06-01T14:00:00+02:00"}}])",
     "", "0:discount_code_expired 1:discount_code_invalid", "C:outside_schedule[ended]"},
    {"a code that has not begun is invalid",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "schedule":{"starts_at":"2026-06-01T12:00:01Z"}}])",
     "", "0:discount_code_invalid 1:discount_code_invalid", "C:outside_schedule[not_started]"},
    {"a code below its minimum says so",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE","OTHER"]},"value":{"type":"percent","bps":1000},
        "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     "", "0:discount_code_minimum_not_met 1:discount_code_already_applied",
     "C:condition_not_met[cart.subtotal 1500 of 2000]"},
    {"a code without its goods has not met its minimum",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "target":{"where":{"attr":"line.sku","op":"eq","value":"NONE"}}}])",
     "", "0:discount_code_minimum_not_met 1:discount_code_invalid", "C:no_matching_target"},
    {"an unknown customer is asked to log in",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "when":{"attr":"customer.orders_count","op":"gte","value":1}}])",
     "", "0:discount_code_user_not_logged_in 1:discount_code_invalid", "C:not_known_yet[customer.orders_count]"},
    {"a limit for each customer needs a customer",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "limits":{"per_customer":1}}])",
     "", "0:discount_code_user_not_logged_in 1:discount_code_invalid", "C:not_known_yet[customer]"},
    {"what else is missing is told first",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}},"limits":{"per_customer":1}}])",
     "", "0:discount_code_minimum_not_met 1:discount_code_invalid", "C:condition_not_met[cart.subtotal 1500 of 2000]"},
    {"an automatic rule with a limit for each customer passes nobody over in silence",
     R"([{"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
        "limits":{"per_customer":3}}])",
     "", "0:discount_code_invalid 1:discount_code_invalid", "A:not_known_yet[customer]"},
    {"another country is not eligible",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "when":{"attr":"cart.country","op":"eq","value":"FR"}}])",
     "", "0:discount_code_user_ineligible 1:discount_code_invalid", "C:condition_not_met[cart.country]"},
    {"a choice not made yet does not reject a code",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "when":{"attr":"payment.method","op":"eq","value":"card"}}])",
     "", "1:discount_code_invalid", "C:not_known_yet[payment.method]"},
    {"order rules that refuse each other: the second code is refused",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
        "combine":{"classes":["product","shipping","payment"]}},
         {"id":"D","class":"order","trigger":{"codes":["OTHER"]},"value":{"type":"percent","bps":2000}}])",
     "C=150(0:100 1:50)", "1:discount_code_combination_disallowed", "D:combination_disallowed[C]"},
    {"the handshake needs both sides",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000}},
         {"id":"P","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},
          "combine":{"classes":["shipping"]}}])",
     "P=150(0:100 1:50)", "0:discount_code_combination_disallowed 1:discount_code_invalid",
     "C:combination_disallowed[P]"},
    {"a rule that refuses what is there already is passed over",
     R"([{"id":"P","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000}},
         {"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000},
          "combine":{"classes":["order"]}}])",
     "P=150(0:100 1:50)", "0:discount_code_combination_disallowed 1:discount_code_invalid",
     "C:combination_disallowed[P]"},
    {"a rule that gave nothing refuses nobody",
     R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000}},
         {"id":"P","class":"product","trigger":"automatic","value":{"type":"percent","bps":0},
          "combine":{"classes":[]}}])",
     "C=150(0:100 1:50)", "1:discount_code_invalid", "P:no_effect"},
    {"automatic rules come before codes of the same priority",
     R"([{"id":"Z","class":"order","trigger":"automatic","value":{"type":"amount","amounts":{"EUR":500}}},
         {"id":"C","class":"order","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000}}])",
     "Z=500(0:333 1:167) C=100(0:67 1:33)", "1:discount_code_invalid", ""},
    {"a product code beaten on every line is refused",
     R"([{"id":"C","class":"product","trigger":{"codes":["CODE"]},"value":{"type":"percent","bps":1000}},
         {"id":"P","class":"product","trigger":"automatic","value":{"type":"percent","bps":2000}}])",
     "P=300(0:200 1:100)", "0:discount_code_combination_disallowed 1:discount_code_invalid",
     "C:superseded_by_better[P]"},
    {"a rule with a code sleeps until its code is given",
     R"([{"id":"S","class":"order","trigger":{"codes":["SLEEP"]},"value":{"type":"percent","bps":1000}}])", "",
     "0:discount_code_invalid 1:discount_code_invalid", ""},
};

void PrintTo(const CodeCase& row, std::ostream* out) { *out << row.name; }

class Codes : public testing::TestWithParam<CodeCase> {};

Cart cart_with_codes() {
  Cart cart = cart_of({line("a", 1000, 1), line("b", 500, 1)});
  cart.codes = {"CODE", "OTHER"};
  cart.country = "DE";
  return cart;
}

TEST_P(Codes, match) {
  SCOPED_TRACE(GetParam().name);
  const auto rules = sound(GetParam().rules);
  ASSERT_NE(rules, nullptr);
  const Outcome outcome = evaluate_at_noon(*rules, cart_with_codes());
  EXPECT_EQ(applied_text(outcome), GetParam().applied);
  EXPECT_EQ(rejected_text(outcome), GetParam().rejected);
  const auto fates = explain_at_noon(*rules, cart_with_codes(), ids_of(rules_json(GetParam().rules)));
  EXPECT_EQ(why_not_text(fates), GetParam().not_applied);
}

INSTANTIATE_TEST_SUITE_P(All, Codes, testing::ValuesIn(kCodeCases));

TEST(UsageLimit, is_read_from_the_hint_and_reached_exactly) {
  const auto rules = sound(R"([{"id":"C","class":"order","trigger":{"codes":["CODE"]},"limits":{"global":3},
    "value":{"type":"percent","bps":1000}}])");
  Cart cart = cart_with_codes();
  cart.codes = {"CODE"};
  EXPECT_EQ(applied_text(evaluate_at_noon(*rules, cart, {{"C", 2}, {"gone", 9}})), "C=150(0:100 1:50)");
  const Outcome spent = evaluate_at_noon(*rules, cart, {{"C", 3}});
  EXPECT_EQ(rejected_text(spent), "0:discount_code_usage_limit_reached");
  EXPECT_EQ(why_not_text(explain_at_noon(*rules, cart, {"C"}, {{"C", 3}})), "C:usage_limit_reached");
}

TEST(Schedule, is_half_open_and_tells_when_to_look_again) {
  const auto rules = sound(R"([
    {"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "schedule":{"starts_at":"2026-06-01T10:00:00Z","ends_at":"2026-06-01T20:00:00Z"}},
    {"id":"B","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
     "schedule":{"starts_at":"2026-06-01T15:00:00Z"}},
    {"id":"C","class":"order","trigger":{"codes":["NOT-GIVEN"]},"value":{"type":"percent","bps":1000},
     "schedule":{"starts_at":"2026-06-01T12:30:00Z"}}])");
  const Cart cart = cart_of({line("a", 1000, 1)});
  const auto look = [&](std::string_view time) { return evaluate(*rules, cart, {}, at(time), Rounding::kHalfUp); };
  struct Moment {
    const char* time;
    const char* applied;
    std::optional<Instant> next;
  };
  const Moment moments[] = {
      {"2026-06-01T09:59:59.999Z", "", at("2026-06-01T10:00:00Z")},
      {"2026-06-01T10:00:00Z", "A=100(0:100)", at("2026-06-01T15:00:00Z")},
      {"2026-06-01T15:00:00Z", "A=100(0:100) B=90(0:90)", at("2026-06-01T20:00:00Z")},
      {"2026-06-01T20:00:00Z", "B=100(0:100)", std::nullopt},
  };
  for (const Moment& moment : moments) {
    SCOPED_TRACE(moment.time);
    EXPECT_EQ(applied_text(look(moment.time)), moment.applied);
    EXPECT_EQ(look(moment.time).changes_at, moment.next);
  }
}

}  // namespace
}  // namespace kassa::discounts
