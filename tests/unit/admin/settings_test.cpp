// Settings and keys, as a merchant's backend changes them.

#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

class StoreRoutes : public testing::Test, public AdminBench {
 protected:
  std::int64_t revision() { return main.number("SELECT revision FROM store WHERE store_id = 's1'"); }
};

TEST_F(StoreRoutes, settings_are_replaced_over_the_revision_that_was_read) {
  Answer settings = get("/settings");
  ASSERT_EQ(settings.status, 200);
  EXPECT_EQ(settings.header("ETag"), "\"1\"");
  EXPECT_EQ(settings.header("Cache-Control"), "no-store");
  EXPECT_EQ(settings.text("name"), "Shop");
  settings.body["name"] = "Flower shop";
  const Answer changed = put("/settings", json::serialize(settings.body), "\"1\"");
  ASSERT_EQ(changed.status, 200);
  EXPECT_EQ(changed.text("name"), "Flower shop");
  EXPECT_EQ(changed.header("ETag"), "\"2\"");
  EXPECT_EQ(get("/settings").body, changed.body);
  EXPECT_EQ(revision(), 2);
  EXPECT_EQ(audited(), Words{"settings.replaced"});
}

TEST_F(StoreRoutes, settings_are_not_replaced_over_anything_else) {
  const std::string body = R"({"name":"New","currencies":["USD"]})";
  EXPECT_EQ(ask({http::Method::kPut, "/settings", body, secret, {}}).status, 428);
  for (const char* const tag :
       {"\"2\"", "\"0\"", "1", "\"x\"", "\"\"", "W/\"1\"", "\"1", "\"2\", \"3\"", "", "\"99999999999999999999\""}) {
    const Answer refused = put("/settings", body, tag);
    EXPECT_EQ(refused.status, 412) << tag;
    EXPECT_EQ(refused.text("code"), "version_conflict") << tag;
  }
  EXPECT_EQ(revision(), 1);
  EXPECT_EQ(audited(), Words{});
}

TEST_F(StoreRoutes, if_match_takes_a_list_and_a_star) {
  const std::string body = R"({"name":"New","currencies":["USD"]})";
  EXPECT_EQ(put("/settings", body, "\"7\", \"1\"").status, 200);
  EXPECT_EQ(put("/settings", body, "*").status, 200);
  EXPECT_EQ(revision(), 3);
}

TEST_F(StoreRoutes, settings_with_faults_are_refused_with_all_of_them) {
  const Answer refused = put("/settings", R"({"currencies":["USD","ZZZ"],"rounding":"up","nmae":"x"})", "\"1\"");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.text("code"), "invalid_request");
  Words problems = refused.problems();
  std::ranges::sort(problems);
  EXPECT_EQ(problems, (Words{"/currencies currency_unknown", "/name required", "/nmae unknown_member",
                             "/rounding unknown_value"}));
  EXPECT_EQ(put("/settings", "[]", "\"1\"").status, 400);
  EXPECT_EQ(put("/settings", "{", "\"1\"").text("code"), "malformed_json");
  EXPECT_EQ(put("/settings", "", "\"1\"").status, 400);
  EXPECT_EQ(audited(), Words{});
}

TEST_F(StoreRoutes, a_new_key_is_shown_once_and_works_at_once) {
  const Answer created = post("/keys", R"({"kind":"secret"})");
  ASSERT_EQ(created.status, 201);
  const std::string key = created.text("key");
  EXPECT_TRUE(key.starts_with("sk_test_"));
  EXPECT_EQ(reloads, 1);
  EXPECT_EQ(ask({http::Method::kGet, "/settings", "", key, {}}).status, 200);
  const Answer listed = get("/keys");
  EXPECT_EQ(listed.items().size(), 3U);
  EXPECT_EQ(json::serialize(listed.body).find(key.substr(16)), std::string::npos);
  const auto rows = main.rows("SELECT detail FROM audit");
  EXPECT_EQ(ports::as_string(rows.at(0).at(0)).find(key.substr(16)), std::string::npos);
  EXPECT_EQ(main.number("SELECT count(*) FROM api_key WHERE hash = '" + key + "'"), 0);
}

TEST_F(StoreRoutes, two_keys_of_a_kind_are_the_most) {
  EXPECT_EQ(post("/keys", R"({"kind":"secret"})").status, 201);
  const Answer refused = post("/keys", R"({"kind":"secret"})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.text("code"), "conflict");
  EXPECT_EQ(post("/keys", R"({"kind":"publishable"})").status, 201);
  EXPECT_EQ(post("/keys", R"({"kind":"publishable"})").status, 409);
  EXPECT_EQ(audited(), (Words{"key.created", "key.created"}));
}

TEST_F(StoreRoutes, a_key_needs_a_kind_that_we_know) {
  EXPECT_EQ(post("/keys", "{}").problems(), Words{"/kind required"});
  EXPECT_EQ(post("/keys", R"({"kind":"admin"})").problems(), Words{"/kind unknown_value"});
  EXPECT_EQ(post("/keys", R"({"kind":"secret","mode":"live"})").problems(), Words{"/mode unknown_member"});
}

TEST_F(StoreRoutes, keys_are_exchanged_but_the_last_secret_one_stays) {
  const std::string first = parse_api_key(secret)->key_id;
  const Answer last = remove("/keys/" + first);
  EXPECT_EQ(last.status, 409);
  const std::string fresh = post("/keys", R"({"kind":"secret"})").text("key");
  const Answer revoked = ask({http::Method::kDelete, "/keys/" + first, "", fresh, {}});
  EXPECT_EQ(revoked.status, 200);
  EXPECT_TRUE(revoked.body.contains("revoked_at"));
  EXPECT_EQ(get("/settings").status, 401) << "the revoked key";
  EXPECT_EQ(ask({http::Method::kDelete, "/keys/" + first, "", fresh, {}}).status, 200) << "again";
  EXPECT_EQ(ask({http::Method::kDelete, "/keys/00000000", "", fresh, {}}).status, 404);
  EXPECT_EQ(ask({http::Method::kDelete, "/keys/" + parse_api_key(fresh)->key_id, "", fresh, {}}).status, 409);
  const std::string shown = parse_api_key(publishable)->key_id;
  EXPECT_EQ(ask({http::Method::kDelete, "/keys/" + shown, "", fresh, {}}).status, 200) << "the only publishable one";
  EXPECT_EQ(audited(), (Words{"key.created", "key.revoked", "key.revoked"}));
}

TEST_F(StoreRoutes, keys_of_the_other_mode_do_not_count) {
  main.execute("UPDATE store SET mode = 'live' WHERE store_id = 's1'");
  const std::string test_key = secret;
  secret = add_key("s1", KeyKind::kSecret, KeyMode::kLive);
  EXPECT_EQ(remove("/keys/" + parse_api_key(secret)->key_id).status, 409) << "the last live one, beside a test key";
  EXPECT_EQ(get("/settings").status, 200);
  EXPECT_EQ(post("/keys", R"({"kind":"secret"})").status, 201) << "a second live one";
  EXPECT_EQ(post("/keys", R"({"kind":"secret"})").status, 409) << "a third";
  EXPECT_EQ(remove("/keys/" + parse_api_key(test_key)->key_id).status, 200) << "a live store needs no test key";
}

TEST_F(StoreRoutes, of_two_secret_keys_that_revoke_each_other_one_stays) {
  const std::string second = post("/keys", R"({"kind":"secret"})").text("key");
  const Answer one = remove("/keys/" + parse_api_key(second)->key_id);
  const Answer two = remove("/keys/" + parse_api_key(secret)->key_id);
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(two.status, 409);
}

}  // namespace
}  // namespace kassa
