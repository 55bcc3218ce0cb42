// The worked example of the rule model: an Indian cart in paise. The first test is the whole of it; the others are
// smaller choices among its rules, recomputed by hand.

#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

constexpr std::string_view kRules = R"([
{"id":"R1","title":"10% off apparel","class":"product","trigger":"automatic","priority":10,
 "target":{"where":{"attr":"line.category","op":"any_of","value":["apparel"]}},
 "value":{"type":"percent","bps":1000},"method":"each","combine":{"classes":["order","shipping","payment"]}},
{"id":"R3","title":"Spend more, save more","class":"order","trigger":"automatic","priority":20,
      "method":"across",
 "value":{"type":"tiers","on":"cart.subtotal","basis":"running",
          "tiers":[{"gte":{"INR":300000},"bps":500},{"gte":{"INR":500000},"bps":800}]},
 "combine":{"classes":["product","order","shipping","payment"]}},
{"id":"R4","title":"Welcome 100","class":"order","trigger":{"codes":["WELCOME100"]},"priority":30,
      "method":"across",
 "when":{"attr":"customer.orders_count","op":"eq","value":0},"value":{"type":"amount",
      "amounts":{"INR":10000}},
 "limits":{"global":50000,"per_customer":1},"combine":{"classes":["product","order","shipping","payment"]}},
{"id":"R5","title":"Free shipping over 2,500","class":"shipping","trigger":"automatic","priority":10,
 "when":{"attr":"cart.subtotal","op":"gte","value":{"INR":250000},"basis":"running"},
 "target":{"where":{"attr":"shipping.method","op":"any_of","value":["standard"]}},
 "value":{"type":"percent","bps":10000}},
{"id":"R6","title":"Prepaid 5%, max 150","class":"payment","trigger":"automatic","priority":10,
      "method":"across",
 "when":{"all":[{"attr":"payment.method","op":"any_of","value":["upi","card","netbanking"]},
                {"attr":"cart.country","op":"eq","value":"IN"}]},
 "value":{"type":"percent","bps":500,"max_amount":{"INR":15000}}}
])";

constexpr std::string_view kOneFree =
    R"({"id":"R2","title":"One tee free","class":"product","trigger":"automatic",
 "priority":10,"target":{"where":{"attr":"line.sku","op":"eq","value":"T1"}},
 "value":{"type":"percent","bps":10000},"limits":{"per_order":1},
 "combine":{"classes":["order","shipping","payment"]}})";

constexpr std::string_view kGoodsRules = R"(
{"id":"R2","title":"Buy 2 tees get 1 free","class":"product","trigger":"automatic","priority":10,
 "buy":{"where":{"attr":"line.sku","op":"eq","value":"T1"},"quantity":2},
 "get":{"where":{"attr":"line.sku","op":"eq","value":"T1"},"quantity":1,"select":"cheapest"},
 "value":{"type":"percent","bps":10000},"limits":{"per_order":5},
 "combine":{"classes":["order","shipping","payment"]}},
{"id":"R7","title":"Free tote","class":"product","trigger":"automatic","priority":5,
 "when":{"attr":"cart.subtotal","op":"gte","value":{"INR":300000},"basis":"original"},
 "value":{"type":"gift","sku":"G1","quantity":1,"if_out_of_stock":"skip"}},
{"id":"R8","title":"Jeans + mug","class":"product","trigger":"automatic","priority":10,
 "bundle":[{"where":{"attr":"line.sku","op":"eq","value":"J1"},"quantity":1},
           {"where":{"attr":"line.sku","op":"eq","value":"M1"},"quantity":1}],
 "value":{"type":"fixed_price","amounts":{"INR":215000}},
 "schedule":{"starts_at":"2026-11-20T00:00:00+05:30","time_zone":"Asia/Kolkata",
             "recurring":[{"days":["sat","sun"],"from":"18:00","to":"23:00"}]}})";

CartLine goods(std::string sku, std::int64_t price, std::int64_t quantity, std::string category) {
  CartLine out = line(sku, price, quantity, std::move(category));
  out.sku = sku;
  return out;
}

Cart example_cart() {
  Cart cart = cart_of(
      {goods("T1", 49900, 3, "apparel"), goods("J1", 199900, 1, "apparel"), goods("M1", 29900, 2, "kitchen")}, "INR");
  cart.shipping = {shipped("standard", 9900)};
  cart.codes = {"welcome100"};
  cart.country = "IN";
  cart.customer = "person";
  cart.customer_orders = 0;
  cart.payment_method = "upi";
  return cart;
}

TEST(WorkedExample, gives_its_published_numbers) {
  const Cart cart = example_cart();
  std::string text(kRules);
  text.insert(1, std::string(kGoodsRules) + ",");
  const auto rules = sound(text);
  ASSERT_NE(rules, nullptr);
  const Instant saturday = at("2026-11-21T19:00:00+05:30");
  const Outcome outcome = evaluate(*rules, cart, {}, saturday, Rounding::kHalfUp);
  EXPECT_EQ(applied_text(outcome),
            "R1=19990(1:19990) R2=49900(0:49900) R3=16976(0:4990 1:8996 2:2990) R4=10000(0:2940 1:5299 2:1761) "
            "R5=9900(s0:9900) R6=15000(0:4409 1:7949 2:2642)");
  EXPECT_EQ(what_is_left(cart, outcome), (std::vector<std::int64_t>{87461, 157666, 52407, 0}));
  ASSERT_EQ(outcome.gifts.size(), 1U);
  EXPECT_EQ(outcome.gifts[0].rule_id, "R7");
  EXPECT_EQ(outcome.gifts[0].sku, "G1");
  EXPECT_EQ(outcome.gap, 0);
  EXPECT_EQ(outcome.changes_at, at("2026-11-21T23:00:00+05:30"));
  const std::vector<std::string> asked{"R8", "R1"};
  const auto fates = explain(*rules, cart, {}, saturday, Rounding::kHalfUp, asked);
  ASSERT_EQ(fates.size(), 3U);
  EXPECT_EQ(fates[0].reason, "superseded_by_better");
  EXPECT_EQ(fates[0].by, (std::vector<std::string>{"R1", "R2"}));
  EXPECT_EQ(fates[0].gain, 14800);
  EXPECT_EQ(fates[0].best, 69890);
  EXPECT_EQ(fates[1].reason, "applied");
  EXPECT_EQ(fates[2].reason, "line_taken");
  EXPECT_EQ(fates[2].by, (std::vector<std::string>{"R2"}));
  const auto sunday_morning = explain(*rules, cart, {}, at("2026-11-22T10:00:00+05:30"), Rounding::kHalfUp, asked);
  EXPECT_EQ(sunday_morning[0].detail, "recurring");
}

TEST(WorkedExample, gives_other_numbers_without_sets_and_gifts) {
  const Cart cart = example_cart();  // Lines 149700, 199900, 59800: 409400.
  const auto rules = sound(kRules);
  ASSERT_NE(rules, nullptr);
  const Outcome outcome = evaluate_at_noon(*rules, cart);
  EXPECT_EQ(applied_text(outcome),
            // R1: 10 % of 149700 and of 199900. Left 134730, 179910, 59800: 374440.
            "R1=34960(0:14970 1:19990) "
            // R3: 374440 lies in the first tier: 5 % = 18722. Shares 6736.5, 8995.5, 2990: the floors lack one
            // unit, the remainders tie at a half, the first line takes it. Left 127993, 170915, 56810: 355718.
            "R3=18722(0:6737 1:8995 2:2990) "
            // R4: 10000 over 355718: shares 3598.16, 4804.79, 1597.05: the missing unit goes to the second.
            // Left 124395, 166110, 55213: 345718.
            "R4=10000(0:3598 1:4805 2:1597) "
            // R5: 345718 >= 250000, standard shipping is free.
            "R5=9900(s0:9900) "
            // R6: 5 % of 345718 = 17285.9, rounded 17286, at most 15000: shares 5397.25, 7207.18, 2395.57.
            "R6=15000(0:5397 1:7207 2:2396)");
  EXPECT_EQ(what_is_left(cart, outcome), (std::vector<std::int64_t>{118998, 158903, 52817, 0}));
  EXPECT_TRUE(outcome.rejected.empty());
}

TEST(WorkedExample, gives_the_published_numbers_with_one_free_tee) {
  const Cart cart = example_cart();
  std::string text(kRules);
  text.insert(1, std::string(kOneFree) + ",");
  const auto rules = sound(text);
  ASSERT_NE(rules, nullptr);
  const Outcome outcome = evaluate_at_noon(*rules, cart);
  EXPECT_EQ(applied_text(outcome),
            "R1=19990(1:19990) "
            "R2=49900(0:49900) "               // 49900 beats 14970 on the first line. Left 339510.
            "R3=16976(0:4990 1:8996 2:2990) "  // 5 % = 16975.5, half up.
            "R4=10000(0:2940 1:5299 2:1761) "
            "R5=9900(s0:9900) "
            "R6=15000(0:4409 1:7949 2:2642)");  // 5 % = 15627, at most 15000.
  EXPECT_EQ(what_is_left(cart, outcome), (std::vector<std::int64_t>{87461, 157666, 52407, 0}));
  EXPECT_EQ(why_not_text(explain_at_noon(*rules, cart, {"R1"})), "R1:line_taken[T1 by R2]");
}

TEST(WorkedExample, says_what_a_use_must_record) {
  const auto rules = sound(kRules);
  const Outcome outcome = evaluate_at_noon(*rules, example_cart());
  ASSERT_EQ(outcome.applied.size(), 5U);
  const Applied& welcome = outcome.applied[2];
  EXPECT_EQ(welcome.code, "WELCOME100");
  EXPECT_EQ(welcome.title, "Welcome 100");
  EXPECT_EQ(welcome.priority, 30);
  EXPECT_TRUE(welcome.limited);
  EXPECT_EQ(welcome.per_customer_max, 1);
  EXPECT_FALSE(outcome.applied[0].limited);
  EXPECT_EQ(outcome.applied[0].method, Method::kEach);
  const auto limits = limits_of(*rules);
  ASSERT_EQ(limits.size(), 1U);
  EXPECT_EQ(limits[0].rule_id, "R4");
  EXPECT_EQ(limits[0].global, 50000);
}

}  // namespace
}  // namespace kassa::discounts
