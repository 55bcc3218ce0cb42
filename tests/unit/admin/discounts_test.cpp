// Discount rules, one at a time: judged together, kept in step with what the store counts.

#include "services/catalog/load.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

std::string rule(const std::string& code, const std::string& more = "") {
  return R"({"class":"order","trigger":{"codes":[")" + code + R"("]},"value":{"type":"percent","bps":1000})" + more +
         "}";
}

class DiscountRoutes : public testing::Test, public AdminBench {
 protected:
  std::string max_uses(const std::string& id) {
    return text("SELECT coalesce(CAST(max_uses AS TEXT), 'none') FROM discount WHERE discount_id = '" + id + "'");
  }
};

TEST_F(DiscountRoutes, a_rule_is_made_read_changed_and_retired) {
  const Answer made = create("/discounts/ten%20off", rule("TEN"));
  ASSERT_EQ(made.status, 201) << json::serialize(made.body);
  EXPECT_EQ(made.text("id"), "ten off");
  EXPECT_EQ(made.header("ETag"), "\"2\"");
  const Answer read = get("/discounts/ten%20off");
  EXPECT_EQ(read.body, made.body);
  const Answer changed = put("/discounts/ten%20off", rule("TEN", R"(,"limits":{"global":5})"), read.header("ETag"));
  ASSERT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body.at("max_uses").as_int64(), 5);
  EXPECT_EQ(max_uses("ten off"), "5");
  EXPECT_EQ(put("/discounts/ten%20off", rule("TEN"), changed.header("ETag")).status, 200);
  EXPECT_EQ(max_uses("ten off"), "none");
  EXPECT_EQ(run(catalog::load_discount_rules(main.store(), store)).value().size(), 1U);
  EXPECT_EQ(remove("/discounts/ten%20off").status, 204);
  EXPECT_EQ(get("/discounts/ten%20off").status, 404);
  EXPECT_EQ(remove("/discounts/ten%20off").status, 404);
  EXPECT_TRUE(run(catalog::load_discount_rules(main.store(), store)).value().empty());
  EXPECT_EQ(main.number("SELECT revision FROM store WHERE store_id = 's1'"), 5);
  EXPECT_EQ(audited(), (Words{"discount.put", "discount.put", "discount.put", "discount.retired"}));
}

TEST_F(DiscountRoutes, a_rule_on_what_no_checkout_knows_is_refused) {
  const Answer refused =
      create("/discounts/first", rule("FIRST", R"(,"when":{"attr":"order.cod_minutes","op":"lt","value":30})"));
  ASSERT_EQ(refused.status, 400) << json::serialize(refused.body);
  const json::object& problem = refused.body.at("problems").as_array().at(0).as_object();
  EXPECT_EQ(problem.at("code").as_string(), "not_supported_yet");
  EXPECT_EQ(problem.at("path").as_string(), "/when/attr");
}

TEST_F(DiscountRoutes, a_rule_is_written_only_over_what_was_read) {
  ASSERT_EQ(create("/discounts/a", rule("A")).status, 201);
  EXPECT_EQ(ask({http::Method::kPut, "/discounts/a", rule("A"), secret, {}}).status, 428);
  EXPECT_EQ(create("/discounts/a", rule("A")).status, 412);
  EXPECT_EQ(put("/discounts/a", rule("A"), "\"1\"").status, 412);
  EXPECT_EQ(put("/discounts/b", rule("B"), "\"2\"").status, 412);
  EXPECT_EQ(ask({http::Method::kDelete, "/discounts/a", "", secret, {{"If-Match", "\"1\""}}}).status, 412);
  EXPECT_EQ(ask({http::Method::kDelete, "/discounts/a", "", secret, {{"If-Match", "\"2\""}}}).status, 204);
  EXPECT_EQ(audited(), (Words{"discount.put", "discount.retired"}));
}

TEST_F(DiscountRoutes, faults_are_told_by_pointers_into_the_rule_itself) {
  ASSERT_EQ(create("/discounts/a", rule("A")).status, 201);
  const Answer faulty =
      create("/discounts/b", R"({"class":"ordr","trigger":"automatic","value":{"type":"percent","bps":-1}})");
  EXPECT_EQ(faulty.status, 400);
  EXPECT_EQ(faulty.problems(), (Words{"/class unknown_value", "/value/bps percent_out_of_range"}));
  EXPECT_EQ(create("/discounts/b", rule("a")).problems(), Words{"/trigger/codes duplicate_code"});
  EXPECT_EQ(create("/discounts/b", rule("B", R"(,"id":"c")")).problems(), Words{"/id id_mismatch"});
  EXPECT_EQ(create("/discounts/b", rule("B", R"(,"id":"b")")).status, 201);
  EXPECT_EQ(audited().size(), 2U);
}

TEST_F(DiscountRoutes, a_limit_below_what_is_used_is_refused) {
  ASSERT_EQ(create("/discounts/a", rule("A", R"(,"limits":{"global":5})")).status, 201);
  main.execute("UPDATE discount SET used = 3 WHERE discount_id = 'a'");
  EXPECT_EQ(put("/discounts/a", rule("A", R"(,"limits":{"global":2})"), "\"2\"").problems(),
            Words{"/limits/global limit_below_uses"});
  EXPECT_EQ(put("/discounts/a", rule("A", R"(,"limits":{"global":3})"), "\"2\"").status, 200);
  EXPECT_EQ(audited().size(), 2U);
}

TEST_F(DiscountRoutes, a_rule_that_comes_back_still_knows_how_often_it_was_used) {
  ASSERT_EQ(create("/discounts/a", rule("A")).status, 201);
  main.execute("UPDATE discount SET used = 3 WHERE discount_id = 'a'");
  ASSERT_EQ(remove("/discounts/a").status, 204);
  const Answer again = create("/discounts/a", rule("A"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body.at("used").as_int64(), 3);
}

TEST_F(DiscountRoutes, rules_are_listed_page_by_page) {
  for (const char* const id : {"a", "b", "c", "d", "e"}) {
    ASSERT_EQ(create(std::string("/discounts/") + id, rule(id)).status, 201);
  }
  Words seen;
  std::string path = "/discounts?limit=2";
  for (int pages = 1;; ++pages) {
    const Answer page = get(path);
    for (const json::value& item : page.items()) seen.emplace_back(item.as_object().at("id").as_string());
    if (!page.body.contains("next_cursor")) {
      EXPECT_EQ(pages, 3);
      break;
    }
    path = "/discounts?limit=2&cursor=" + page.text("next_cursor");
  }
  EXPECT_EQ(seen, (Words{"a", "b", "c", "d", "e"}));
}

}  // namespace
}  // namespace kassa
