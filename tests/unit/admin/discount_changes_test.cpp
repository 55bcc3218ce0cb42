// Many rules at once, lists of them, switching them off and on, and what they said before.

#include "services/catalog/load.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

std::string rule_text(const std::string& id, const std::string& more = "",
                      const std::string& trigger = R"("automatic")") {
  return R"({"id":")" + id + R"(","class":"order","trigger":)" + trigger + R"(,"value":{"type":"percent","bps":1000})" +
         more + "}";
}

class DiscountChanges : public testing::Test, public AdminBench {
 protected:
  Words ids(const std::string& path) {
    Words found;
    const Answer page = get(path);
    for (const json::value& item : page.items()) found.emplace_back(item.as_object().at("id").as_string());
    return found;
  }
  std::size_t live() { return run(catalog::load_discount_rules(main.store(), store)).value().size(); }
  std::int64_t rules() { return main.number("SELECT count(*) FROM discount"); }
};

TEST_F(DiscountChanges, lines_are_kept_together_and_come_back_as_they_went_in) {
  const std::string lines = rule_text("a") + "\n\r\n" + rule_text("b", R"(,"limits":{"global":5})") + "\n" +
                            rule_text("c", R"(,"enabled":false)") + "\n";
  const Answer dry = post("/discounts/import?dry_run=true", lines);
  ASSERT_EQ(dry.status, 200) << dry.raw;
  EXPECT_EQ(rules(), 0);
  const Answer kept = post("/discounts/import", lines);
  ASSERT_EQ(kept.status, 200) << kept.raw;
  EXPECT_EQ(kept.raw, R"({"created":3,"updated":0,"unchanged":0,"kept":true})");
  EXPECT_EQ(live(), 2U);
  EXPECT_EQ(text("SELECT CAST(max_uses AS TEXT) FROM discount WHERE discount_id = 'b'"), "5");
  const std::string exported = get("/discounts/export").raw;
  const Answer again = post("/discounts/import", exported);
  EXPECT_EQ(again.raw, R"({"created":0,"updated":0,"unchanged":3,"kept":true})");
  const Answer changed = post("/discounts/import", rule_text("c") + "\n" + rule_text("a"));
  EXPECT_EQ(changed.raw, R"({"created":0,"updated":1,"unchanged":1,"kept":true})");
  EXPECT_EQ(live(), 3U);
  EXPECT_EQ(main.number("SELECT revision FROM store WHERE store_id = 's1'"), 3);
  EXPECT_EQ(audited(), (Words{"discounts.imported", "discounts.imported"}));
}

TEST_F(DiscountChanges, every_fault_is_told_with_its_line_and_nothing_is_kept) {
  ASSERT_EQ(post("/discounts/import", rule_text("old", "", R"({"codes":["TAKEN"]})")).status, 200);
  const std::string lines = rule_text("a") + "\n{\"id\":\n[]\n" + rule_text("b", R"(,"colour":1)") + "\n" +
                            rule_text("") + "\n" + rule_text("a") + "\n";
  const Answer refused = post("/discounts/import", lines);
  ASSERT_EQ(refused.status, 400) << refused.raw;
  Words told = refused.problems();
  std::ranges::sort(told);
  EXPECT_EQ(told, (Words{"2  malformed_json", "3  type_mismatch", "4 /colour unknown_member", "5 /id required",
                         "6 /id duplicate_id"}));
  EXPECT_EQ(post("/discounts/import", rule_text("n", "", R"({"codes":["taken"]})")).problems(),
            Words{"1 /trigger/codes duplicate_code"});
  EXPECT_EQ(post("/discounts/import", "\n").problems(), Words{" required"});
  EXPECT_EQ(rules(), 1);
  EXPECT_EQ(audited().size(), 1U);
}

TEST_F(DiscountChanges, a_limit_below_what_is_used_is_told_with_its_line) {
  ASSERT_EQ(post("/discounts/import", rule_text("a", R"(,"limits":{"global":5})")).status, 200);
  main.execute("UPDATE discount SET used = 3 WHERE discount_id = 'a'");
  const Answer refused = post("/discounts/import", rule_text("z") + "\n" + rule_text("a", R"(,"limits":{"global":2})"));
  EXPECT_EQ(refused.problems(), Words{"2 /limits/global limit_below_uses"});
  EXPECT_EQ(rules(), 1);
}

TEST_F(DiscountChanges, more_rules_than_an_answer_holds_come_in_parts) {
  for (const char* const part : {"a", "b"}) {
    std::string lines;
    for (int i = 0; i < 6'000; ++i) lines += rule_text(part + std::to_string(i)) + "\n";
    ASSERT_EQ(post("/discounts/import", lines).status, 200);
  }
  const Answer first = get("/discounts/export");
  EXPECT_EQ(std::ranges::count(first.raw, '\n'), 10'000);
  const Answer rest = get("/discounts/export?cursor=" + first.header("Next-Cursor"));
  EXPECT_EQ(std::ranges::count(rest.raw, '\n'), 2'000);
  EXPECT_EQ(rest.header("Next-Cursor"), "");
  std::string most;
  for (int i = 0; i < 10'001; ++i) most += rule_text(std::to_string(i)) + "\n";
  EXPECT_EQ(post("/discounts/import", most).problems(), Words{"10001  too_many_values"});
  // Far behind what a page looks at, and found by going on.
  EXPECT_EQ(ids("/discounts?text=B5999"), Words{"b5999"});
}

TEST_F(DiscountChanges, a_list_takes_filters) {
  const std::string lines =
      rule_text("spring", R"(,"title":"Spring SALE","schedule":{"ends_at":"2026-04-01T00:00:00Z"})") + "\n" +
      rule_text("nights",
                R"(,"schedule":{"time_zone":"UTC","recurring":[{"days":["mon"],"from":"20:00","to":"22:00"}]})") +
      "\n" + rule_text("coded", R"(,"title":"For friends","enabled":false)", R"({"codes":["FRIEND"]})") + "\n" +
      R"({"id":"mugs","class":"product","trigger":"automatic","value":{"type":"percent","bps":500}})";
  ASSERT_EQ(post("/discounts/import", lines).status, 200);
  const struct {
    const char* query;
    Words found;
  } cases[] = {
      {"class=product", {"mugs"}},
      {"trigger=codes", {"coded"}},
      {"trigger=automatic&class=order", {"nights", "spring"}},
      {"enabled=false", {"coded"}},
      {"enabled=true", {"mugs", "nights", "spring"}},
      {"text=sale", {"spring"}},
      {"text=MUG", {"mugs"}},
      {"text=nobody", {}},
      {"active_at=2026-03-30T19:00:00Z", {"mugs", "spring"}},
      {"active_at=2026-03-30T21:00:00Z", {"mugs", "nights", "spring"}},
      {"active_at=2026-04-01T00:00:00Z", {"mugs"}},
  };
  for (const auto& c : cases) EXPECT_EQ(ids(std::string("/discounts?") + c.query), c.found) << c.query;
  for (const char* const wrong : {"class=goods", "trigger=code", "enabled=yes", "active_at=tomorrow", "text=", "x=1"}) {
    EXPECT_EQ(get(std::string("/discounts?") + wrong).status, 400) << wrong;
  }
  const Answer page = get("/discounts?enabled=true&limit=2");
  EXPECT_EQ(page.items().size(), 2U);
  EXPECT_EQ(ids("/discounts?enabled=true&limit=2&cursor=" + page.text("next_cursor")), Words{"spring"});
}

TEST_F(DiscountChanges, a_rule_is_switched_off_and_on_without_being_sent_again) {
  ASSERT_EQ(create("/discounts/a", rule_text("a")).status, 201);
  const Answer off = post("/discounts/a/disable", "");
  ASSERT_EQ(off.status, 200) << off.raw;
  EXPECT_FALSE(off.body.at("enabled").as_bool());
  EXPECT_EQ(off.header("ETag"), "\"3\"");
  EXPECT_EQ(live(), 0U);
  EXPECT_EQ(post("/discounts/a/disable", "").header("ETag"), "\"3\"") << "nothing changes twice";
  // What is switched off can be written, and stays off.
  const Answer written = put("/discounts/a", rule_text("a", R"(,"priority":5)"), off.header("ETag"));
  ASSERT_EQ(written.status, 200) << written.raw;
  EXPECT_FALSE(written.body.at("enabled").as_bool());
  EXPECT_EQ(ask({http::Method::kPost, "/discounts/a/enable", "", secret, {{"If-Match", "\"3\""}}}).status, 412);
  EXPECT_EQ(post("/discounts/a/enable", "").status, 200);
  EXPECT_EQ(live(), 1U);
  EXPECT_EQ(post("/discounts/none/enable", "").status, 404);
  EXPECT_EQ(audited(), (Words{"discount.put", "discount.disabled", "discount.put", "discount.enabled"}));
}

TEST_F(DiscountChanges, a_code_of_a_rule_that_is_off_is_taken) {
  ASSERT_EQ(create("/discounts/a", rule_text("a", "", R"({"codes":["ONE"]})")).status, 201);
  ASSERT_EQ(post("/discounts/a/disable", "").status, 200);
  EXPECT_EQ(create("/discounts/b", rule_text("b", "", R"({"codes":["one"]})")).problems(),
            Words{"/trigger/codes duplicate_code"});
}

TEST_F(DiscountChanges, what_a_rule_said_before_stays_readable) {
  ASSERT_EQ(create("/discounts/a", rule_text("a")).status, 201);
  ASSERT_EQ(put("/discounts/a", rule_text("a", R"(,"priority":5)"), "\"2\"").status, 200);
  ASSERT_EQ(post("/discounts/a/disable", "").status, 200);
  ASSERT_EQ(post("/discounts/import", rule_text("a", R"(,"priority":7)")).status, 200);
  ASSERT_EQ(remove("/discounts/a").status, 204);
  const Answer all = get("/discounts/a/versions");
  ASSERT_EQ(all.status, 200) << all.raw;
  Words told;
  for (const json::value& item : all.items()) {
    const json::object& version = item.as_object();
    const json::object& rule = version.at("rule").as_object();
    told.push_back(std::to_string(version.at("revision").as_int64()) + " " +
                   (rule.contains("priority") ? std::to_string(rule.at("priority").as_int64()) : "-") +
                   (version.at("enabled").as_bool() ? " on" : " off") +
                   (version.at("retired").as_bool() ? " retired" : ""));
  }
  EXPECT_EQ(told, (Words{"6 7 off retired", "5 7 on", "4 5 off", "3 5 on", "2 - on"}));
  EXPECT_EQ(all.items().at(1).as_object().at("replaced_by").as_string(), "key:" + parse_api_key(secret)->key_id);
  EXPECT_FALSE(all.items().at(0).as_object().contains("replaced_at"));
  const Answer page = get("/discounts/a/versions?limit=3");
  EXPECT_EQ(get("/discounts/a/versions?cursor=" + page.text("next_cursor")).items().size(), 2U);
  EXPECT_EQ(get("/discounts/b/versions").status, 404);
}

}  // namespace
}  // namespace kassa
