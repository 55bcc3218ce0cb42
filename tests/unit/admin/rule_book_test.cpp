// A rule is judged beside what a process has compiled of the others and what has changed since: as beside all of them.

#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

std::string order_rule(const std::string& id, const std::string& more = "", const std::string& bps = "1000") {
  return R"({"id":")" + id + R"(","class":"order","trigger":"automatic","value":{"type":"percent","bps":)" + bps + "}" +
         more + "}";
}
std::string code_rule(const std::string& code) {
  return R"({"class":"order","trigger":{"codes":[")" + code + R"("]},"value":{"type":"percent","bps":1000}})";
}

class Book : public testing::Test, public AdminBench {
 protected:
  static Words codes_of(const json::value& warnings) {
    Words out;
    for (const json::value& warning : warnings.as_array()) {
      out.push_back(std::string(warning.at("path").as_string()) + " " + std::string(warning.at("code").as_string()));
    }
    return out;
  }
  Answer draft(const std::string& rules) {
    return post("/discounts/preview", R"({"lines":[],"draft":{"rules":[)" + rules + "]}}");
  }
};

/// What is compiled: everything, nothing, or the store as it once was.
TEST_F(Book, codes_are_taken_whatever_is_compiled) {
  for (const int when : {0, 1, 2}) {
    const std::string n = std::to_string(when);
    ASSERT_EQ(create("/discounts/live" + n, code_rule("LIVE" + n)).status, 201);
    ASSERT_EQ(create("/discounts/off" + n, code_rule("OFF" + n)).status, 201);
    ASSERT_EQ(create("/discounts/gone" + n, code_rule("GONE" + n)).status, 201);
    if (when == 1) snapshots.catch_up();
    ASSERT_EQ(post("/discounts/off" + n + "/disable", "").status, 200);
    ASSERT_EQ(remove("/discounts/gone" + n).status, 204);
    if (when == 2) snapshots.catch_up();
    const Words taken{"/trigger/codes duplicate_code"};
    EXPECT_EQ(create("/discounts/new" + n, code_rule("live" + n)).problems(), taken) << when;
    EXPECT_EQ(create("/discounts/new" + n, code_rule("off" + n)).problems(), taken) << when;
    EXPECT_EQ(create("/discounts/new" + n, code_rule("gone" + n)).status, 201) << when;
    // A list may exchange codes of two rules, and a rule may keep its own.
    const std::string lines = R"({"id":"live)" + n + R"(","class":"order","trigger":{"codes":["GONE)" + n +
                              R"("]},"value":{"type":"percent","bps":1000}})" + "\n" + R"({"id":"new)" + n +
                              R"(","class":"order","trigger":{"codes":["LIVE)" + n +
                              R"("]},"value":{"type":"percent","bps":1000}})";
    const Answer exchanged = post("/discounts/import", lines);
    ASSERT_EQ(exchanged.status, 200) << exchanged.raw;
    EXPECT_EQ(exchanged.body.at("updated").as_int64(), 2);
    EXPECT_EQ(post("/discounts/import", lines).body.at("unchanged").as_int64(), 2);
  }
}

TEST_F(Book, a_group_keeps_one_policy_whatever_is_compiled) {
  const std::string group = R"(,"combine":{"group":"g"})";
  const std::string otherwise = R"(,"combine":{"group":"g","policy":"priority"})";
  ASSERT_EQ(create("/discounts/a", order_rule("a", group)).status, 201);
  for (const bool compiled : {false, true}) {
    if (compiled) snapshots.catch_up();
    EXPECT_EQ(create("/discounts/b", order_rule("b", otherwise)).problems(),
              Words{"/combine/policy group_policy_conflict"});
    const Answer alone =
        put("/discounts/a", order_rule("a", compiled ? group : otherwise), get("/discounts/a").header("ETag"));
    EXPECT_EQ(alone.status, 200) << alone.raw;
    if (compiled) continue;
    ASSERT_EQ(put("/discounts/a", order_rule("a", group), alone.header("ETag")).status, 200);
  }
}

TEST_F(Book, a_draft_meets_what_is_compiled_and_what_changed_since) {
  ASSERT_EQ(create("/discounts/a", order_rule("a", "", "6000")).status, 201);
  ASSERT_EQ(create("/discounts/off", order_rule("off", "", "6000")).status, 201);
  snapshots.catch_up();
  ASSERT_EQ(post("/discounts/off/disable", "").status, 200);
  const Answer warned = draft(order_rule("n", R"(,"priority":200)", "6000"));
  ASSERT_EQ(warned.status, 200) << warned.raw;
  EXPECT_EQ(codes_of(warned.body.at("warnings")), Words{"/draft/rules/0/value stackable_over_100_percent"});
  EXPECT_EQ(codes_of(draft(order_rule("a", "", "6000")).body.at("warnings")), Words{})
      << "it is in the place of the other";
  ASSERT_EQ(create("/discounts/alone", order_rule("alone", R"(,"combine":{"exclusive":true},"priority":1)")).status,
            201);
  EXPECT_EQ(codes_of(draft(order_rule("n")).body.at("warnings")), Words{"/draft/rules/0 shadowed_by_exclusive"});
}

TEST_F(Book, a_gift_is_something_that_the_store_sells) {
  const auto gift = [](const std::string& sku) {
    return R"({"id":"g","class":"product","trigger":"automatic","value":{"type":"gift","sku":")" + sku + R"("}})";
  };
  EXPECT_EQ(create("/discounts/g", gift("v1")).problems(), Words{"/value/sku gift_sku_unknown"});
  EXPECT_EQ(draft(gift("v1")).problems(), Words{"/draft/rules/0/value/sku gift_sku_unknown"});
  EXPECT_EQ(post("/discounts/import", gift("v1")).problems(), Words{"1 /value/sku gift_sku_unknown"});
  add_stock("s1", 5, 0);
  main.execute("UPDATE store SET revision = revision + 1 WHERE store_id = 's1'");
  EXPECT_EQ(create("/discounts/g", gift("v1")).status, 201) << "the process has not seen the new goods yet";
  main.execute(
      "INSERT INTO variant (store_id, variant_id, product_id, position, title, sku, body, grams, flags, revision) "
      "VALUES ('s1', 'v2', 'p1', 2, '', 'mug', '{}', 0, 7, 1), ('s1', 'v3', 'p1', 3, '', 'cup', '{}', 0, 7, 1), "
      "('s1', 'v4', 'p1', 4, '', 'cup', '{}', 0, 7, 1), ('s1', 'v5', 'p1', 5, '', 'tin', '{}', 0, 23, 1)");
  EXPECT_EQ(draft(gift("mug")).status, 200);
  for (const char* const name : {"cup", "p1", "tin"}) {
    EXPECT_EQ(draft(gift(name)).problems(), Words{"/draft/rules/0/value/sku gift_sku_unknown"}) << name;
  }
}

TEST_F(Book, a_list_says_what_is_left) {
  ASSERT_EQ(create("/discounts/a", order_rule("a", R"(,"limits":{"global":5,"budget":{"EUR":1000,"USD":500}})")).status,
            201);
  ASSERT_EQ(create("/discounts/b", order_rule("b")).status, 201);
  main.execute("UPDATE discount SET used = 2 WHERE discount_id = 'a'");
  main.execute("INSERT INTO discount_budget (store_id, discount_id, currency, spent) VALUES ('s1', 'a', 'EUR', 300)");
  const Answer list = get("/discounts");
  const json::object& rule = list.items().at(0).as_object();
  EXPECT_EQ(rule.at("uses_left").as_int64(), 3);
  EXPECT_EQ(json::serialize(rule.at("spent")), R"({"EUR":300,"USD":0})");
  EXPECT_EQ(json::serialize(rule.at("left")), R"({"EUR":700,"USD":500})");
  EXPECT_EQ(get("/discounts/a").body.at("left"), rule.at("left"));
  EXPECT_FALSE(list.items().at(1).as_object().contains("left"));
}

TEST_F(Book, attributes_of_the_merchants_own_are_declared_before_rules_ask_for_them) {
  const std::string tier = R"(,"when":{"attr":"customer.tier","op":"eq","value":"gold"})";
  EXPECT_EQ(create("/discounts/gold", order_rule("gold", tier)).problems(), Words{"/when/attr unknown_attribute"});
  const std::string declared =
      R"({"name":"Shop","currencies":["EUR"],"discount_attributes":[{"name":"customer.tier","type":"string"}]})";
  const auto tag = [this] { return get("/settings").header("ETag"); };
  EXPECT_EQ(put("/settings",
                R"({"name":"Shop","currencies":["EUR"],"discount_attributes":[{"name":"customer.tier","type":"text"},)"
                R"({"name":"line.price","type":"money"},{"name":"shop.size","type":"int"}]})",
                tag())
                .problems(),
            Words{"/discount_attributes/2/name bad_name"});
  EXPECT_EQ(put("/settings",
                R"({"name":"Shop","currencies":["EUR"],"discount_attributes":[{"name":"customer.tier","type":"text"},)"
                R"({"name":"line.price","type":"money"}]})",
                tag())
                .problems(),
            (Words{"/discount_attributes/0/type unknown_value", "/discount_attributes/1/name duplicate_id"}));
  ASSERT_EQ(put("/settings", declared, tag()).status, 200);
  const Answer made = create("/discounts/gold", order_rule("gold", tier));
  ASSERT_EQ(made.status, 201) << made.raw << " although the process has not seen the declaration yet";
  snapshots.catch_up({{"customer.tier", "string", "customer"}});
  EXPECT_EQ(put("/discounts/gold", order_rule("gold", tier), made.header("ETag")).status, 200);
  EXPECT_EQ(put("/settings", R"({"name":"Shop","currencies":["EUR"]})", tag()).problems(),
            Words{"/discount_attributes attribute_in_use"});
  ASSERT_EQ(remove("/discounts/gold").status, 204);
  EXPECT_EQ(put("/settings", R"({"name":"Shop","currencies":["EUR"]})", tag()).status, 200);
}

TEST_F(Book, a_preview_may_say_what_the_cart_has_of_them) {
  snapshots.catch_up({{"customer.tier", "string", "customer"}, {"line.material", "set<string>", "line"}});
  snapshots.behind = -1;
  const std::string rules =
      R"("draft":{"alone":true,"rules":[)" +
      order_rule("gold", R"(,"when":{"attr":"customer.tier","op":"eq","value":"gold"})") + "," +
      R"({"id":"wool","class":"product","trigger":"automatic","value":{"type":"percent","bps":5000},)"
      R"("target":{"where":{"attr":"line.material","op":"any_of","value":["wool"]}}}]})";
  main.execute(R"(UPDATE store SET revision = revision + 1, settings = '{"name":"Shop","currencies":["EUR"],)"
               R"("discount_attributes":[{"name":"customer.tier","type":"string"},)"
               R"({"name":"line.material","type":"set<string>"}]}')");
  const auto total = [&](const std::string& cart, const std::string& line) {
    const Answer answer = post("/discounts/preview",
                               R"({"currency":"EUR","lines":[{"price":1000)" + line + "}]" + cart + "," + rules + "}");
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return answer.status == 200 ? answer.body.at("total").as_int64() : 0;
  };
  EXPECT_EQ(total("", ""), 1'000);
  EXPECT_EQ(total(R"(,"attributes":{"customer.tier":"gold"})", ""), 900);
  EXPECT_EQ(total("", R"(,"attributes":{"line.material":["silk","wool"]})"), 500);
  EXPECT_EQ(
      post("/discounts/preview", R"({"lines":[],"attributes":{"customer.tier":5,"line.material":["x"],"cart.x":1}})")
          .problems(),
      (Words{"/attributes/customer.tier type_mismatch", "/attributes/line.material unknown_attribute",
             "/attributes/cart.x unknown_attribute"}));
}

}  // namespace
}  // namespace kassa
