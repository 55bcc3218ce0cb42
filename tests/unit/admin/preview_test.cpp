// Carts that a merchant asks about: priced as checkouts are, explained, with rules that nobody keeps.

#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

constexpr const char* kRules = R"([
  {"id":"ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}},
  {"id":"big","class":"order","trigger":"automatic","value":{"type":"percent","bps":500},"priority":5,
   "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":5000}}},
  {"id":"mugs","class":"product","trigger":"automatic","value":{"type":"percent","bps":2000},
   "target":{"where":{"attr":"line.category","op":"eq","value":"mugs"}}},
  {"id":"mine","class":"product","trigger":{"codes":["MUG1"]},"value":{"type":"percent","bps":1000},
   "target":{"where":{"attr":"line.category","op":"eq","value":"mugs"}}},
  {"id":"first","class":"order","trigger":"automatic","value":{"type":"amount","amounts":{"EUR":100}},
   "when":{"attr":"customer.orders_count","op":"eq","value":0}}])";

class Preview : public testing::Test, public AdminBench {
 protected:
  Preview() {
    checkout::Shop shop;
    shop.variants = {checkout::in_category(checkout::variant("v1", 1'000), "mugs"), checkout::variant("v2", 500)};
    shop.variants.front().tracked = true;  // Of which there are none.
    ports::ListPrice cheaper;
    cheaper.currency = Currency::from_code("EUR").value();
    cheaper.amount = 700;
    ports::VariantSpecials specials;
    specials.prices = {cheaper};
    shop.variants.push_back(checkout::variant("listed", 900));
    shop.variants.back().specials = std::make_shared<const ports::VariantSpecials>(std::move(specials));
    shop.rules = kRules;
    shop.zones = R"({"zones":[{"id":"de","countries":["DE"],)"
                 R"("rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":490}}]}]})";
    snapshots.snapshot = checkout::snapshot_of(shop);
    const json::value rules = json::parse(kRules);
    for (const json::value& rule : rules.as_array()) {
      main.execute("INSERT INTO discount (store_id, discount_id, body, revision) VALUES ('s1', $1, $2, 1)",
                   {std::string(rule.at("id").as_string()), json::serialize(rule)});
    }
  }

  Answer preview(const std::string& body) { return post("/discounts/preview", body); }

  /// "ten 100, mugs 200"
  static std::string applied(const Answer& answer) {
    std::string out;
    for (const json::value& item : answer.body.at("applied").as_array()) {
      out += (out.empty() ? "" : ", ") + std::string(item.at("rule").as_string()) + " " +
             std::to_string(item.at("amount").as_int64());
    }
    return out;
  }
  static const json::object& fate(const Answer& answer, std::string_view rule) {
    for (const json::value& item : answer.body.at("explanations").as_array()) {
      if (std::string_view(item.at("rule").as_string()) == rule) return item.as_object();
    }
    throw std::runtime_error("no such explanation in " + answer.raw);
  }
};

TEST_F(Preview, a_cart_is_priced_without_looking_at_stock) {
  const Answer answer = preview(R"({"lines":[{"variant_id":"v1","quantity":2},{"variant_id":"v2"}]})");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(applied(answer), "mugs 400, ten 210");
  EXPECT_EQ(answer.body.at("total").as_int64(), 1'890);
  EXPECT_EQ(answer.body.at("lines").at(0).at("items_discount").as_int64(), 400);
  for (const json::value& message : answer.body.at("messages").as_array()) {
    EXPECT_NE(message.at("code"), "out_of_stock") << answer.raw;
  }
  EXPECT_TRUE(audited().empty());
}

TEST_F(Preview, goods_may_only_be_described_and_prices_be_others) {
  const Answer answer = preview(
      R"({"lines":[{"price":7000,"category":"mugs","tags":["new"],"title":"Pot"},{"variant_id":"v2","price":100}]})");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(applied(answer), "mugs 1400, big 285, ten 542");
}

TEST_F(Preview, a_stated_price_counts_whatever_a_price_list_says) {
  EXPECT_EQ(preview(R"({"lines":[{"variant_id":"listed"}]})").body.at("total").as_int64(), 630);
  EXPECT_EQ(preview(R"({"lines":[{"variant_id":"listed","price":800}]})").body.at("total").as_int64(), 720);
}

TEST_F(Preview, every_rule_asked_for_is_explained) {
  const Answer answer =
      preview(R"({"lines":[{"variant_id":"v1"}],"codes":["mug1","nope"],"explain":["mine","big","first","ten","x"]})");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(fate(answer, "ten").at("reason"), "applied");
  EXPECT_EQ(fate(answer, "mine").at("reason"), "superseded_by_better");
  EXPECT_EQ(fate(answer, "mine").at("by"), json::array{"mugs"});
  EXPECT_EQ(fate(answer, "mine").at("gain"), 100);
  EXPECT_EQ(fate(answer, "big").at("reason"), "condition_not_met");
  EXPECT_EQ(fate(answer, "big").at("attribute"), "cart.subtotal");
  EXPECT_EQ(fate(answer, "big").at("needed"), "gte 5000") << answer.raw;
  EXPECT_EQ(fate(answer, "big").at("actual"), "800");
  EXPECT_EQ(fate(answer, "x").at("reason"), "unknown_rule");
  const json::array& rejected = answer.body.at("rejected").as_array();
  ASSERT_EQ(rejected.size(), 2U);
  EXPECT_EQ(preview(R"({"lines":[{"variant_id":"v1"}],"explain":"all"})").body.at("explanations").as_array().size(),
            5U);
}

TEST_F(Preview, customer_place_time_and_payment_count) {
  const Answer buyer = preview(R"({"lines":[{"variant_id":"v2"}],"email":"ada@shop.example"})");
  EXPECT_EQ(applied(buyer), "first 100, ten 40") << buyer.raw;
  const Answer known = preview(R"({"lines":[{"variant_id":"v2"}],"email":"ada@shop.example","orders_count":3})");
  EXPECT_EQ(applied(known), "ten 50") << known.raw;
  const Answer there = preview(R"({"lines":[{"variant_id":"v2"}],"shipping_method":"std",)"
                               R"("destination":{"country":"DE","postal_code":"10115"}})");
  EXPECT_EQ(there.body.at("total").as_int64(), 940) << there.raw;
  EXPECT_EQ(there.body.at("shipping_options").at(0).at("id"), "std");
  const Answer paid = preview(R"({"lines":[{"variant_id":"v2"}],"payment_method":"card"})");
  EXPECT_EQ(paid.status, 400);
  EXPECT_EQ(paid.text("path"), "/payment_method");
}

TEST_F(Preview, a_draft_is_judged_and_used_and_not_kept) {
  const std::string tea = R"({"id":"tea","class":"order","trigger":"automatic","combine":{"classes":[]},)"
                          R"("value":{"type":"percent","bps":5000}})";
  const Answer beside = preview(R"({"lines":[{"variant_id":"v2"}],"draft":{"rules":[)" + tea + "]}}");
  ASSERT_EQ(beside.status, 200) << beside.raw;
  EXPECT_EQ(applied(beside), "tea 250") << "it comes first and meets nobody";
  const Answer alone =
      preview(R"({"lines":[{"variant_id":"v2"}],"explain":"all","draft":{"alone":true,"rules":[)" + tea + "]}}");
  EXPECT_EQ(applied(alone), "tea 250") << alone.raw;
  EXPECT_EQ(alone.body.at("explanations").as_array().size(), 1U);
  const Answer replaced =
      preview(R"({"lines":[{"variant_id":"v2"}],"draft":{"rules":[{"id":"ten","class":"order","trigger":"automatic",)"
              R"("value":{"type":"percent","bps":2000}}]}})");
  EXPECT_EQ(applied(replaced), "ten 100") << replaced.raw;
  const Answer faulty =
      preview(R"({"lines":[],"draft":{"rules":[{"id":"n","class":"order","trigger":{"codes":["MUG1"]},)"
              R"("value":{"type":"percent","bps":1}}]}})");
  EXPECT_EQ(faulty.problems(), Words{"/draft/rules/0/trigger/codes duplicate_code"});
  EXPECT_EQ(main.number("SELECT count(*) FROM discount"), 5);
}

TEST_F(Preview, segments_are_those_that_the_request_names) {
  const std::string draft = R"("draft":{"alone":true,"rules":[{"id":"vip","class":"order","trigger":"automatic",)"
                            R"("value":{"type":"percent","bps":1000},)"
                            R"("when":{"attr":"customer.segments","op":"any_of","value":["vip"]}}]}})";
  const std::string cart = R"({"lines":[{"variant_id":"v2"}],"email":"ada@shop.example",)";
  EXPECT_EQ(applied(preview(cart + R"("segments":["new","vip"],)" + draft)), "vip 50");
  EXPECT_EQ(applied(preview(cart + R"("segments":["new"],)" + draft)), "");
  EXPECT_EQ(applied(preview(cart + draft)), "");
  EXPECT_EQ(preview(R"({"lines":[],"segments":["vip"]})").problems(), Words{"/segments required"});
}

TEST_F(Preview, warnings_are_told_of_a_draft) {
  const Answer answer =
      preview(R"({"lines":[],"draft":{"alone":true,"rules":[)"
              R"({"id":"a","class":"order","trigger":"automatic","value":{"type":"percent","bps":6000}},)"
              R"({"id":"b","class":"order","trigger":"automatic","value":{"type":"percent","bps":6000}}]}})");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  const json::array& warnings = answer.body.at("warnings").as_array();
  ASSERT_FALSE(warnings.empty());
  EXPECT_EQ(warnings.at(0).at("code"), "stackable_over_100_percent");
}

TEST_F(Preview, what_was_written_a_moment_ago_counts) {
  snapshots.behind = 1;
  main.execute("UPDATE discount SET retired = 2 WHERE discount_id = 'ten'");
  EXPECT_EQ(applied(preview(R"({"lines":[{"variant_id":"v2"}]})")), "");
}

TEST_F(Preview, faults_of_the_body_come_all_at_once) {
  const Answer answer =
      preview(R"({"lines":[{"quantity":0,"price":1},{}],"now":"soon","currency":"XXX","colour":1,"orders_count":1})");
  EXPECT_EQ(answer.status, 400);
  Words told = answer.problems();
  std::ranges::sort(told);
  EXPECT_EQ(told, (Words{"/colour unknown_member", "/currency currency_unknown", "/lines/0/quantity out_of_range",
                         "/lines/1/variant_id required", "/now bad_time", "/orders_count required"}));
}

}  // namespace
}  // namespace kassa
