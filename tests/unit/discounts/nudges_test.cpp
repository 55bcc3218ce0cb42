// What little is missing for a rule: told only when the cart with that addition really gets something more.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

std::string nudge_text(const RuleSet& rules, const Cart& cart, const std::vector<Usage>& usage = {},
                       std::size_t most = 3) {
  std::string text;
  for (const Nudge& nudge : nudges(rules, view_of(cart), usage, at("2026-06-01T12:00:00Z"), Rounding::kHalfUp, most)) {
    if (!text.empty()) text += ' ';
    text += nudge.rule_id + ":" + std::to_string(nudge.missing) + (nudge.by_quantity ? "pcs" : "") + "=" +
            std::to_string(nudge.gain);
  }
  return text;
}

struct NudgeCase {
  const char* name;
  const char* rules;
  const char* expected;
};

/// Two lines of 10.00 and 2 x 3.00 in euros, standard shipping 4.90, to Germany, without a payment method.
Cart small_cart() {
  Cart cart = cart_of({line("a", 1000, 1), line("b", 300, 2)});
  cart.country = "DE";
  cart.shipping.push_back(shipped("standard", 490));
  return cart;
}

const NudgeCase kNudgeCases[] = {
    {"free shipping from 20.00 takes 4.00 more",
     R"([{"id":"F","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     "F:400=490"},
    {"a threshold that is reached is no nudge",
     R"([{"id":"F","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":1600}}}])",
     ""},
    {"one more piece",
     R"([{"id":"Q","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"attr":"cart.quantity","op":"gte","value":4}}])",
     "Q:1pcs=160"},
    {"a second condition that fails, too, silences it",
     R"([{"id":"Q","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"all":[{"attr":"cart.quantity","op":"gte","value":4},
                         {"attr":"cart.country","op":"eq","value":"FR"}]}}])",
     ""},
    {"beside a condition that holds it is told",
     R"([{"id":"Q","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"all":[{"attr":"cart.quantity","op":"gte","value":4},
                         {"attr":"cart.country","op":"eq","value":"DE"}]}}])",
     "Q:1pcs=160"},
    {"an amount in another currency is none",
     R"([{"id":"F","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"USD":2000}}}])",
     ""},
    {"the next tier takes more than the one that is reached",
     R"([{"id":"T","class":"order","trigger":"automatic","value":{"type":"tiers","on":"cart.subtotal",
          "tiers":[{"gte":{"EUR":1000},"bps":500},{"gte":{"EUR":2000},"bps":1000}]}}])",
     "T:400=80"},
    {"the first tier",
     R"([{"id":"T","class":"order","trigger":"automatic","value":{"type":"tiers","on":"cart.quantity",
          "tiers":[{"gte":5,"bps":500},{"gte":9,"bps":1000}]}}])",
     "T:2pcs=80"},
    {"a product rule that another one beats gives nothing",
     R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":2000}},
         {"id":"B","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     ""},
    {"and one that beats the other is told",
     R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000}},
         {"id":"B","class":"product","trigger":"automatic","value":{"type":"percent","bps":2000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     "B:400=320"},
    {"what is left after other discounts counts, and what they take of the addition",
     R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000}},
         {"id":"F","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":1800},"basis":"running"}}])",
     "F:400=490"},
    {"a rule that no applied rule allows is none",
     R"([{"id":"A","class":"product","trigger":"automatic","value":{"type":"percent","bps":1000},
          "combine":{"classes":[]}},
         {"id":"F","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     ""},
    {"a gift is told though it takes nothing",
     R"([{"id":"G","class":"product","trigger":"automatic","value":{"type":"gift","sku":"MUG"},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     "G:400=0"},
    {"a rule that waits for a code is none while nobody gave it",
     R"([{"id":"C","class":"order","trigger":{"codes":["SAVE"]},"value":{"type":"percent","bps":1000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     ""},
    {"the nearest come first, amounts before pieces",
     R"([{"id":"A","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"attr":"cart.quantity","op":"gte","value":9}},
         {"id":"B","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2500}}},
         {"id":"C","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     "C:400=160 B:1178=490 A:6pcs=160"},
    {"a rule outside its schedule is none",
     R"([{"id":"F","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
          "schedule":{"ends_at":"2026-05-01T00:00:00Z"},
          "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])",
     ""},
};

class NudgeTest : public ::testing::TestWithParam<NudgeCase> {};

TEST_P(NudgeTest, tells_what_is_missing) {
  EXPECT_EQ(nudge_text(*sound(GetParam().rules), small_cart()), GetParam().expected) << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(All, NudgeTest, ::testing::ValuesIn(kNudgeCases));

TEST(Nudges, a_code_of_the_cart_counts_and_a_used_up_rule_does_not) {
  const auto rules = sound(R"([{"id":"C","class":"order","trigger":{"codes":["Save"]},
    "value":{"type":"percent","bps":1000},"limits":{"global":5},
    "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])");
  Cart cart = small_cart();
  cart.codes.emplace_back("save");
  EXPECT_EQ(nudge_text(*rules, cart), "C:400=160");
  EXPECT_EQ(nudge_text(*rules, cart, {{"C", 5}}), "");
}

TEST(Nudges, are_no_more_than_asked_for_and_rules_published_since_are_among_them) {
  auto rules = sound(R"([{"id":"A","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
    "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2500}}}])");
  std::vector<Problem> problems;
  rules = with_rule(*rules, rules_json(R"([{"id":"B","class":"order","trigger":"automatic",
    "value":{"type":"percent","bps":500},"when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}}}])")[0],
                    problems);
  EXPECT_EQ(nudge_text(*rules, small_cart()), "B:400=80 A:1032=490");
  EXPECT_EQ(nudge_text(*rules, small_cart(), {}, 1), "B:400=80");
  EXPECT_EQ(nudge_text(*rules, small_cart(), {}, 0), "");
  EXPECT_EQ(nudge_text(*without_rule(*rules, "A"), small_cart()), "B:400=80");
}

/// Whatever the rules: what is told is true of the cart with that addition, and asking changes nothing.
RC_GTEST_PROP(Nudges, are_true, ()) {
  Generator generator = from_rapidcheck();
  const auto rules = compiled(generator.rules(8), Generator::setup());
  const Cart cart = generator.cart();
  const Instant now = generator.now();
  for (const Nudge& nudge : nudges(*rules, view_of(cart), {}, now, Rounding::kHalfUp, 5)) {
    RC_ASSERT(nudge.missing > 0);
    RC_ASSERT(nudge.gain >= 0);
    Cart larger = cart;
    CartLine& added = larger.lines.emplace_back();
    added.quantity = nudge.by_quantity ? nudge.missing : 1;
    added.unit_price = nudge.by_quantity ? 0 : nudge.missing;
    const Outcome outcome = evaluate(*rules, larger, {}, now, Rounding::kHalfUp);
    const bool applied = std::ranges::count(outcome.applied, nudge.rule_id, &Applied::rule_id) > 0;
    const bool given = std::ranges::count(outcome.gifts, nudge.rule_id, &Gift::rule_id) > 0;
    RC_ASSERT(applied || given);
  }
}

}  // namespace
}  // namespace kassa::discounts
