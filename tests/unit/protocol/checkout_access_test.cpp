// Who is let in to checkouts over UCP, and with which rights: signatures of platforms, backends, pages.

#include "services/protocol/ucp/routes.hpp"
#include "services/protocol/ucp/signature_sign.hpp"
#include "tests/unit/protocol/order_bench.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kPath = "/ucp/v1/checkout-sessions";

class CheckoutAccess : public OrderBench {
 protected:
  CheckoutAccess() {
    snapshots.snapshot->settings.platform_profiles = ports::ProfilePolicy::kStrict;
    key = signer.generate().value();
    key.jwk.kid = "platform-1";
    profiles.document =
        json::parse(R"({"ucp":{"version":"2026-04-08","services":{},"payment_handlers":{},"capabilities":{
        "dev.ucp.shopping.checkout":[{"version":"2026-04-08"}]}}})")
            .as_object();
    add_ucp_routes(router, ucp);
  }

  void publish(const char* member) {
    profiles.document[member] = json::array{
        json::object{{"kid", key.jwk.kid}, {"kty", "EC"}, {"crv", "P-256"}, {"x", key.jwk.x}, {"y", key.jwk.y}}};
  }

  Headers signed_by(const ports::SigningKey& by, const std::string& method, const std::string& path,
                    const std::string& body = "") {
    ports::HttpRequest request(method, "https://shop.example" + path);
    request.headers = {{"ucp-agent", agent().second}};
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = body;
    EXPECT_TRUE(sign_request(request, by, signer, clock.now()));
    for (auto& header : request.headers) header.first = to_lower_ascii(header.first);
    return request.headers;
  }

  static std::string word_of(const http::Response& response) {
    const json::object body = body_of(response);
    return std::string(body.contains("code") ? body.at("code").as_string()
                                             : body.at("messages").at(0).at("code").as_string());
  }

  Exchange open(const Headers& headers) {
    http::Request request;
    request.method = http::Method::kGet;
    request.path = "/ucp/v1/checkout-sessions/chk_1";
    request.scheme = "https";
    request.headers.emplace_back("host", "shop.example");
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
    return run(open_exchange(ucp, request));
  }

  ports::SigningKey key;
};

TEST_F(CheckoutAccess, a_platform_that_publishes_keys_must_sign_every_checkout_request) {
  publish("signing_keys");
  struct Case {
    http::Method method;
    const char* name;
    std::string path;
    std::string body;
  };
  const std::string one = std::string(kPath) + "/chk_1";
  const Case cases[] = {{http::Method::kPost, "POST", std::string(kPath), R"({"line_items":1})"},
                        {http::Method::kGet, "GET", one, ""},
                        {http::Method::kPut, "PUT", one, R"({"line_items":[]})"},
                        {http::Method::kPost, "POST", one + "/complete", R"({"payment":{"instruments":[]}})"},
                        {http::Method::kPost, "POST", one + "/cancel", ""}};
  for (const Case& c : cases) {
    Headers plain{agent()};
    if (!c.body.empty()) plain.emplace_back("content-type", "application/json");
    const http::Response refused = call(c.method, c.path, plain, c.body);
    EXPECT_EQ(refused.status, 401) << c.path;
    EXPECT_EQ(word_of(refused), "signature_missing") << c.path;
    EXPECT_NE(body_of(refused).at("content").as_string().find("Signature-Input"), json::string::npos);
    const http::Response let_in = call(c.method, c.path, signed_by(key, c.name, c.path, c.body), c.body);
    EXPECT_NE(let_in.status, 401) << c.path << let_in.payload();
  }
}

TEST_F(CheckoutAccess, carts_are_for_platforms_that_speak_of_carts) {
  const std::string cart = "/ucp/v1/carts/crt_1";
  const std::string one = std::string(kPath) + "/chk_1";
  EXPECT_EQ(word_of(call(http::Method::kGet, cart, {agent()})), "capabilities_incompatible");
  EXPECT_EQ(word_of(call(http::Method::kGet, one, {agent()})), "not_found");
  Headers posts{agent(), {"content-type", "application/json"}};
  const http::Response lineless = call(http::Method::kPost, std::string(kPath), posts, R"({"cart_id":"crt_1"})");
  EXPECT_NE(lineless.payload().find("/line_items"), std::string_view::npos) << "cart_id means nothing to it";
  profiles.document.at("ucp").at("capabilities") =
      json::parse(R"({"dev.ucp.shopping.cart":[{"version":"2026-04-08"}]})");
  EXPECT_EQ(word_of(call(http::Method::kGet, cart, {agent()})), "not_found");
  EXPECT_EQ(word_of(call(http::Method::kGet, one, {agent()})), "capabilities_incompatible");
}

TEST_F(CheckoutAccess, a_signature_of_another_request_body_or_key_does_not_count) {
  publish("keys");
  const std::string one = std::string(kPath) + "/chk_1";
  const std::string body = R"({"line_items":[]})";
  EXPECT_EQ(word_of(call(http::Method::kGet, one, signed_by(key, "GET", one))), "not_found");
  EXPECT_EQ(word_of(call(http::Method::kGet, one, signed_by(key, "GET", one + "2"))), "signature_invalid");
  EXPECT_EQ(word_of(call(http::Method::kPut, one, signed_by(key, "PUT", one, body), R"({"line_items":[1]})")),
            "digest_mismatch");
  ports::SigningKey other = signer.generate().value();
  other.jwk.kid = "platform-9";
  EXPECT_EQ(word_of(call(http::Method::kGet, one, signed_by(other, "GET", one))), "key_not_found");
}

TEST_F(CheckoutAccess, a_platform_with_keys_that_we_cannot_verify_is_not_taken_at_its_word) {
  profiles.document["signing_keys"] = json::array{json::object{{"kid", "k"}, {"kty", "OKP"}, {"crv", "Ed25519"}}};
  EXPECT_EQ(call(http::Method::kGet, std::string(kPath) + "/chk_1", {agent()}).status, 401);
}

TEST_F(CheckoutAccess, without_published_keys_the_profile_and_the_id_are_what_counts) {
  EXPECT_EQ(word_of(call(http::Method::kGet, std::string(kPath) + "/chk_1", {agent()})), "not_found");
}

TEST_F(CheckoutAccess, a_permissive_store_takes_a_platforms_word) {
  publish("signing_keys");
  snapshots.snapshot->settings.platform_profiles = ports::ProfilePolicy::kPermissive;
  EXPECT_EQ(word_of(call(http::Method::kGet, std::string(kPath) + "/chk_1", {agent()})), "not_found");
}

TEST_F(CheckoutAccess, saved_addresses_are_for_backends_and_proved_platforms) {
  const std::string one = std::string(kPath) + "/chk_1";
  const Headers page{{"authorization", "Bearer pk_test_1"}};
  const Headers backend{{"authorization", "Bearer sk_test_1"}};
  EXPECT_FALSE(open({agent()}).caller.knows_shoppers) << "no keys are published";
  publish("signing_keys");
  Headers proved = signed_by(key, "GET", one);
  EXPECT_TRUE(open(proved).caller.knows_shoppers);
  EXPECT_TRUE(open(backend).caller.knows_shoppers);
  EXPECT_FALSE(open(page).caller.knows_shoppers);
  proved.push_back(page.front());
  EXPECT_FALSE(open(proved).caller.knows_shoppers) << "a signature does not help a page's key";
  snapshots.snapshot->settings.platform_profiles = ports::ProfilePolicy::kPermissive;
  EXPECT_FALSE(open({agent()}).caller.knows_shoppers) << "permissive is no proof";
  ucp.sandbox = true;
  EXPECT_TRUE(open({agent()}).caller.knows_shoppers);
  EXPECT_FALSE(open(page).caller.knows_shoppers);
  snapshots.snapshot->live = true;
  EXPECT_FALSE(open({agent()}).caller.knows_shoppers) << "a live store's shoppers are real";
}

TEST_F(CheckoutAccess, a_backend_sees_what_the_keys_of_its_mode_made) {
  EXPECT_EQ(open({{"authorization", "Bearer sk_test_1"}}).caller.sees, "key:");
  EXPECT_EQ(open({{"authorization", "Bearer pk_test_1"}}).caller.sees, "");
  EXPECT_EQ(open({agent()}).caller.sees, "");
  struct Case {
    const char* owner;
    const char* sees;
    bool touches;
  };
  const Case cases[] = {{"key:me", "", true},
                        {"key:other", "", false},
                        {"key:other", "key:", true},
                        {"key:pk#0a1b", "key:", true},
                        {"live:key:x", "key:", false},
                        {"key:x", "live:key:", false},
                        {"live:key:x", "live:key:", true},
                        {"ucp:https://a.example", "key:", false}};
  for (const Case& c : cases) {
    checkout::Caller caller;
    caller.principal = "key:me";
    caller.sees = c.sees;
    checkout::Session session;
    session.owner = c.owner;
    EXPECT_EQ(may_touch(caller, session), c.touches) << c.owner << " " << c.sees;
  }
}

TEST_F(CheckoutAccess, a_test_key_completes_nothing_in_a_live_store) {
  const Headers backend{{"authorization", "Bearer sk_test_1"}, {"content-type", "application/json"}};
  const std::string path = std::string(kPath) + "/chk_1/complete";
  EXPECT_EQ(word_of(call(http::Method::kPost, path, backend, "{}")), "not_found");
  snapshots.snapshot->live = true;
  const http::Response refused = call(http::Method::kPost, path, backend, "{}");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(word_of(refused), "test_key_in_live_store");
  EXPECT_EQ(word_of(call(http::Method::kGet, std::string(kPath) + "/chk_1", backend)), "not_found");
}

TEST_F(CheckoutAccess, a_page_needs_a_key_that_nobody_guesses_or_a_secret_of_its_own) {
  const std::string body = R"({"line_items":[]})";
  const auto ask = [&](Headers more) {
    more.emplace_back("authorization", "Bearer pk_test_1");
    more.emplace_back("content-type", "application/json");
    return word_of(call(http::Method::kPost, std::string(kPath), more, body));
  };
  EXPECT_EQ(ask({{"idempotency-key", "create-1"}}), "idempotency_key_invalid");
  EXPECT_EQ(ask({{"idempotency-key", std::string(21, 'k')}}), "idempotency_key_invalid");
  EXPECT_EQ(ask({{"kassa-client-secret", std::string(21, 's')}}), "invalid_request");
  EXPECT_EQ(ask({{"kassa-client-secret", ""}}), "invalid_request");
}

}  // namespace
}  // namespace kassa::protocol
