// Who may do what: every admin route with every lesser key, and two merchants who must not see each other.

#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

/// What a route is asked with: ids of things that exist in store s1, and a body that it would take.
struct Sample {
  const char* route;
  const char* path;
  const char* body;
  http::HeaderList headers;
  /// What a key of store s2 gets: 404 for ids of s1, or its own store's empty or unchanged answer.
  int stranger;
};

std::vector<Sample> goods_samples() {
  return {
      {"PUT /products",
       "/products",
       R"({"items":[{"id":"p1","title":"Mine","variants":[{"id":"v9","price":"1"}],"if_match":"*"}]})",
       {},
       200},
      {"GET /products/export", "/products/export", "", {}, 200},
      {"PUT /prices", "/prices", R"({"items":[{"variant":"v1","currency":"USD","amount":"1"}]})", {}, 200},
      {"PUT /stock", "/stock", R"({"items":[{"variant":"v1","on_hand":1}]})", {}, 200},
      {"GET /changes", "/changes", "", {}, 200},
      {"GET /stock/{variant_id}", "/stock/v1", "", {}, 404},
      {"POST /stock/changes", "/stock/changes", R"({"variant_id":"v1","location_id":"l1","set":1})", {}, 404},
  };
}

const std::map<std::string, Sample>& samples() {
  static const std::map<std::string, Sample> all = [] {
    const Sample list[] = {
        {"GET /settings", "/settings", "", {}, 200},
        {"PUT /settings", "/settings", R"({"name":"Mine","currencies":["USD"]})", {{"If-Match", "\"7\""}}, 412},
        {"GET /keys", "/keys", "", {}, 200},
        {"POST /keys", "/keys", R"({"kind":"secret"})", {}, 201},
        {"DELETE /keys/{key_id}", "/keys/KEY", "", {}, 404},
        {"GET /orders", "/orders", "", {}, 200},
        {"GET /orders/export", "/orders/export", "", {}, 200},
        {"GET /orders/{order_id}", "/orders/ord_1", "", {}, 404},
        {"GET /customers", "/customers", "", {}, 200},
        {"GET /customers/export", "/customers/export", "", {}, 200},
        {"POST /payments/{attempt_id}/resolve",
         "/payments/pay_1/resolve",
         R"({"outcome":"captured","note":"seen"})",
         {},
         404},
        {"POST /persons/erasures", "/persons/erasures", R"({"person_id":"PERSON"})", {}, 404},
        {"GET /discounts", "/discounts", "", {}, 200},
        {"GET /discounts/{discount_id}", "/discounts/d1", "", {}, 404},
        {"PUT /discounts/{discount_id}",
         "/discounts/d1",
         R"({"class":"order","trigger":"automatic","value":{"type":"percent","bps":1}})",
         {{"If-Match", "\"1\""}},
         412},
        {"DELETE /discounts/{discount_id}", "/discounts/d1", "", {}, 404},
        {"GET /discounts/export", "/discounts/export", "", {}, 200},
        {"POST /discounts/import",
         "/discounts/import",
         R"({"id":"d9","class":"order","trigger":"automatic","value":{"type":"percent","bps":1}})",
         {},
         200},
        {"POST /discounts/simulate", "/discounts/simulate", "{}", {}, 200},
        {"POST /discounts/preview", "/discounts/preview", R"({"lines":[]})", {}, 200},
        {"POST /discounts/{discount_id}/enable", "/discounts/pool/enable", "", {}, 404},
        {"POST /discounts/{discount_id}/disable", "/discounts/pool/disable", "", {}, 404},
        {"GET /discounts/{discount_id}/versions", "/discounts/d1/versions", "", {}, 404},
        {"POST /discounts/{discount_id}/codes", "/discounts/pool/codes", R"({"count":1})", {}, 404},
        {"POST /discounts/{discount_id}/codes/import", "/discounts/pool/codes/import", "OTHER\n", {}, 404},
        {"GET /discount-codes/{code}", "/discount-codes/ONE", "", {}, 404},
        {"DELETE /discount-codes/{code}", "/discount-codes/ONE", "", {}, 404},
        {"GET /dead-letters", "/dead-letters", "", {}, 200},
        {"POST /dead-letters/{event_id}/replay", "/dead-letters/evt_ord_1_1/replay", "", {}, 404},
        {"GET /audit", "/audit", "", {}, 200},
        {"GET /audit/verification", "/audit/verification", "", {}, 200},
    };
    std::map<std::string, Sample> made;
    for (const Sample& sample : list) made.emplace(sample.route, sample);
    for (const Sample& sample : goods_samples()) made.emplace(sample.route, sample);
    return made;
  }();
  return all;
}

class Roles : public testing::Test, public AdminBench {
 protected:
  Roles() {
    person = place(sample_order("ord_1"));
    EXPECT_TRUE(run(persons.settle(store, {person})));
    post(person, "ord_1", 1, "https://platform.example/hooks", "body");
    main.execute("UPDATE outbox SET state = 'dead', ended_at = 9");
    main.execute("INSERT INTO person (store_id, person_id, created_at) VALUES ('s1', $1, 0)", {person.value});
    main.execute(
        "INSERT INTO discount (store_id, discount_id, body, revision) VALUES ('s1', 'd1', $1, 1)",
        {std::string(R"({"id":"d1","class":"order","trigger":"automatic","value":{"type":"percent","bps":1}})")});
    main.execute(
        "INSERT INTO discount (store_id, discount_id, body, revision) VALUES ('s1', 'pool', $1, 1)",
        {std::string(R"({"id":"pool","class":"order","trigger":{"pool":true},"value":{"type":"percent","bps":1}})")});
    EXPECT_EQ(post("/discounts/pool/codes/import", "ONE\nTWO\n").status, 200);
    add_stock("s1", 10, 0);
  }

  /// Everything that the stores hold, so that a refused request can be shown to have changed nothing.
  std::string everything(const std::string& of) {
    std::string all;
    for (const char* const table :
         {"store", "api_key", "discount", "discount_version", "discount_code", "product", "variant", "price",
          "catalog_change", "stock", "person", "outbox", "purchase", "audit"}) {
      for (const ports::Row& row :
           main.rows(std::string("SELECT * FROM ") + table + " WHERE store_id = $1 ORDER BY 1, 2", {of})) {
        for (const ports::SqlValue& value : row) all += written(value) + "|";
      }
    }
    return all;
  }

  /// Every route of the table, with its sample.
  std::vector<std::pair<const http::Route*, Ask>> asks(const std::string& key) {
    std::vector<std::pair<const http::Route*, Ask>> out;
    for (const http::Route& route : router.routes()) {
      const std::string name = std::string(to_text(route.method)) + " " + route.path.substr(9);
      const auto found = samples().find(name);
      if (found == samples().end()) {
        ADD_FAILURE() << "no sample for " << name;
        continue;
      }
      const Sample& sample = found->second;
      Ask ask{route.method, sample.path, sample.body, key, sample.headers};
      replace(ask.path, "KEY", parse_api_key(publishable)->key_id);
      replace(ask.body, "PERSON", person.value);
      out.emplace_back(&route, std::move(ask));
    }
    return out;
  }

  PersonId person;

 private:
  static std::string written(const ports::SqlValue& value) {
    if (ports::is_null(value)) return "null";
    if (const auto* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* const text = std::get_if<std::string>(&value)) return *text;
    return to_hex(ports::as_blob(value));
  }
  static void replace(std::string& text, std::string_view what, const std::string& with) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
  }
};

TEST_F(Roles, every_route_of_the_table_is_for_admins) {
  EXPECT_EQ(router.routes().size(), samples().size());
  for (const http::Route& route : router.routes()) {
    EXPECT_EQ(route.role, http::Role::kAdmin) << route.path;
    EXPECT_TRUE(route.path.starts_with("/admin/v1/")) << route.path;
  }
}

TEST_F(Roles, every_route_refuses_every_lesser_key) {
  struct Case {
    const char* name;
    std::string key;
    int status;
    const char* code;
  };
  std::string wrong_secret = secret;
  wrong_secret.back() = wrong_secret.back() == '0' ? '1' : '0';
  const std::string revoked = add_key("s1", KeyKind::kSecret);
  main.execute("UPDATE api_key SET revoked_at = 1 WHERE key_id = $1", {parse_api_key(revoked)->key_id});
  const Case cases[] = {
      {"no key", "", 401, "unauthorized"},
      {"a wrong secret part", wrong_secret, 401, "unauthorized"},
      {"a revoked key", revoked, 401, "unauthorized"},
      {"no key at all", "hello", 401, "unauthorized"},
      {"a publishable key", publishable, 403, "forbidden"},
  };
  const std::string before = everything("s1") + everything("s2");
  for (const Case& c : cases) {
    for (const auto& [route, one] : asks(c.key)) {
      const Answer refused = ask(one);
      EXPECT_EQ(refused.status, c.status) << c.name << ": " << route->path;
      EXPECT_EQ(refused.text("code"), c.code) << c.name << ": " << route->path;
      EXPECT_EQ(refused.header("WWW-Authenticate").empty(), c.status != 401) << c.name << ": " << route->path;
    }
  }
  EXPECT_EQ(everything("s1") + everything("s2"), before);
}

TEST_F(Roles, another_merchant_finds_nothing_of_this_one_on_any_route) {
  const std::string before = everything("s1");
  for (const auto& [route, one] : asks(other_secret)) {
    const Answer answer = ask(one);
    const std::string name = std::string(to_text(route->method)) + " " + route->path.substr(9);
    EXPECT_EQ(answer.status, samples().at(name).stranger) << name << json::serialize(answer.body);
    const std::string text = json::serialize(answer.body);
    for (const std::string& theirs : {std::string("\"ord_1\""), std::string("evt_ord_1_1"), person.value,
                                      parse_api_key(publishable)->key_id, std::string("\"d1\"")}) {
      EXPECT_EQ(text.find(theirs), std::string::npos) << name << " shows " << theirs;
    }
  }
  EXPECT_EQ(everything("s1"), before);
  EXPECT_TRUE(run(persons.key_of(store, person)));
}

TEST_F(Roles, the_same_requests_are_answered_to_their_own_merchant) {
  for (const auto& [route, one] : asks(secret)) {
    const Answer answer = ask(one);
    EXPECT_NE(answer.status, 401) << route->path;
    EXPECT_NE(answer.status, 403) << route->path;
    EXPECT_NE(answer.status, 404) << route->path << " " << one.path;
  }
}

TEST_F(Roles, a_body_must_be_json) {
  http::Request request;
  request.method = http::Method::kPost;
  request.path = "/admin/v1/keys";
  request.body = "kind=secret";
  const std::string bearer = "Bearer " + secret;
  request.headers.emplace_back("Authorization", bearer);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  const auto match = router.find(request);
  EXPECT_EQ(run(match.route->handler(request)).status, 415);
}

}  // namespace
}  // namespace kassa
