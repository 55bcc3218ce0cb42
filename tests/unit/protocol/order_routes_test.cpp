// Orders over UCP: who sees which, what a sandbox may change, and what it refuses.

#include "services/protocol/links.hpp"
#include "services/protocol/ucp/signature_sign.hpp"
#include "tests/unit/protocol/order_bench.hpp"

namespace kassa::protocol {
namespace {

using OrderRoutes = OrderBench;

const Headers kBackend{{"authorization", "Bearer sk_test_1"}};
const Headers kStorefront{{"authorization", "Bearer pk_test_1"}};

TEST_F(OrderRoutes, an_order_is_seen_by_its_platform_and_by_the_backend_only) {
  serve(false);
  place(sample_order());
  const http::Response seen = get_order("ord_1", {agent()});
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(body_of(seen).at("id").as_string(), "ord_1");
  EXPECT_EQ(body_of(seen).at("label").as_string(), "#1042");
  EXPECT_EQ(body_of(seen).at("permalink_url").as_string(),
            renderer.links().order_url({}, store, sample_order().audience.owner, OrderId{"ord_1"}));
  EXPECT_EQ(get_order("ord_1", kBackend).payload(), seen.payload());
  for (const Headers& stranger : {Headers{agent("https://other.example/p.json")}, kStorefront}) {
    const http::Response hidden = get_order("ord_1", stranger);
    EXPECT_EQ(hidden.status, 200);
    EXPECT_EQ(body_of(hidden).at("ucp").at("status").as_string(), "error");
    EXPECT_EQ(body_of(hidden).at("messages").at(0).at("code").as_string(), "not_found");
    EXPECT_EQ(hidden.payload(), get_order("ord_none", stranger).payload());
  }
  EXPECT_EQ(get_order("ord_1", {}).status, 400);
  EXPECT_EQ(get_order("ord_1", {{"authorization", "Bearer sk_test_9"}}).status, 401);
}

TEST_F(OrderRoutes, what_is_not_found_is_a_404_in_that_posture) {
  snapshots.snapshot->settings.business_errors = ports::BusinessErrors::kHttp4xx;
  serve(false);
  const http::Response missing = get_order("ord_none", {agent()});
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(body_of(missing).at("code").as_string(), "not_found");
}

TEST_F(OrderRoutes, a_draft_or_held_order_is_not_there_yet) {
  serve(false);
  place(sample_order("ord_draft"), "draft", std::nullopt);
  place(sample_order("ord_held"), "held", std::nullopt);
  for (const char* id : {"ord_draft", "ord_held"}) {
    EXPECT_EQ(body_of(get_order(id, kBackend)).at("messages").at(0).at("code").as_string(), "not_found");
  }
}

TEST_F(OrderRoutes, a_sandbox_with_permissive_profiles_shows_orders_to_any_platform) {
  serve(true);
  place(sample_order());
  EXPECT_TRUE(body_of(get_order("ord_1", {agent("anything")})).contains("line_items"));
}

class StrictOrders : public OrderBench {
 protected:
  StrictOrders() {
    snapshots.snapshot->settings.platform_profiles = ports::ProfilePolicy::kStrict;
    key = signer.generate().value();
    key.jwk.kid = "platform-1";
    profiles.document =
        json::parse(R"({"ucp":{"version":"2026-04-08","services":{},"payment_handlers":{},"capabilities":{
        "dev.ucp.shopping.checkout":[{"version":"2026-04-08"}],
        "dev.ucp.shopping.order":[{"version":"2026-04-08"}]}}})")
            .as_object();
    profiles.document["signing_keys"] = json::array{
        json::object{{"kid", key.jwk.kid}, {"kty", "EC"}, {"crv", "P-256"}, {"x", key.jwk.x}, {"y", key.jwk.y}}};
    serve(false);
    place(sample_order());
  }

  Headers signed_by(const ports::SigningKey& by, const std::string& path) {
    ports::HttpRequest request("GET", "https://shop.example" + path);
    request.headers = {{"ucp-agent", agent().second}};
    EXPECT_TRUE(sign_request(request, by, signer, clock.now()));
    for (auto& header : request.headers) header.first = to_lower_ascii(header.first);
    return request.headers;
  }

  ports::SigningKey key;
};

TEST_F(StrictOrders, a_platform_must_sign) {
  const http::Response unsigned_one = get_order("ord_1", {agent()});
  EXPECT_EQ(unsigned_one.status, 401);
  EXPECT_EQ(body_of(unsigned_one).at("code").as_string(), "signature_missing");
  EXPECT_EQ(get_order("ord_1", signed_by(key, "/ucp/v1/orders/ord_1")).status, 200);
  EXPECT_EQ(get_order("ord_1", kBackend).status, 200);
}

TEST_F(StrictOrders, a_signature_for_another_order_or_by_another_key_does_not_count) {
  EXPECT_EQ(body_of(get_order("ord_1", signed_by(key, "/ucp/v1/orders/ord_2"))).at("code").as_string(),
            "signature_invalid");
  ports::SigningKey other = signer.generate().value();
  other.jwk.kid = "platform-9";
  EXPECT_EQ(body_of(get_order("ord_1", signed_by(other, "/ucp/v1/orders/ord_1"))).at("code").as_string(),
            "key_not_found");
  other.jwk.kid = key.jwk.kid;
  EXPECT_EQ(get_order("ord_1", signed_by(other, "/ucp/v1/orders/ord_1")).status, 401);
}

TEST_F(OrderRoutes, replacing_exists_in_a_sandbox_only) {
  serve(false);
  place(sample_order());
  EXPECT_EQ(put_order("ord_1", json::object{}).status, 405);
  EXPECT_EQ(call(http::Method::kPost, "/testing/simulate-shipping/ord_1", {}).status, 404);
}

class SandboxOrders : public OrderBench {
 protected:
  SandboxOrders() {
    serve(true);
    place(sample_order());
  }
  json::object current() { return body_of(get_order("ord_1", {agent()})); }
};

TEST_F(SandboxOrders, a_new_order_has_no_events) {
  EXPECT_TRUE(current().at("fulfillment").at("events").as_array().empty());
  EXPECT_TRUE(current().at("adjustments").as_array().empty());
}

TEST_F(SandboxOrders, a_shipment_that_is_put_comes_back_and_counts) {
  json::object order = current();
  json::object event = shipped("f1", "li_1", 2, "TRACK123");
  event["tracking_url"] = "http://track.me/123";
  event["description"] = nullptr;
  order["fulfillment"].as_object()["events"] = json::array{event};
  const http::Response put = put_order("ord_1", order);
  ASSERT_EQ(put.status, 200);
  const json::object after = body_of(put);
  const json::value& kept = after.at("fulfillment").at("events").at(0);
  EXPECT_EQ(kept.at("tracking_number").as_string(), "TRACK123");
  EXPECT_FALSE(kept.as_object().contains("description"));
  EXPECT_EQ(after.at("line_items").at(0).at("quantity").at("fulfilled").as_int64(), 2);
  EXPECT_EQ(after.at("line_items").at(0).at("status").as_string(), "fulfilled");
  EXPECT_EQ(after.at("line_items").at(1).at("status").as_string(), "processing");
  EXPECT_EQ(current(), after);
}

TEST_F(SandboxOrders, an_adjustment_keeps_members_that_nobody_knows) {
  json::object order = current();
  order["adjustments"] = json::parse(
      R"([{"id":"a1","type":"refund","occurred_at":"2026-04-08T12:00:00.123456+00:00","status":"pending",
           "description":"x","amount":500,"totals":[{"type":"total","amount":-500}]}])");
  const http::Response put = put_order("ord_1", order);
  ASSERT_EQ(put.status, 200);
  EXPECT_EQ(body_of(put).at("adjustments").at(0).at("amount").as_int64(), 500);
  EXPECT_EQ(body_of(put).at("adjustments").at(0).at("type").as_string(), "refund");
}

TEST_F(SandboxOrders, putting_back_what_was_got_changes_nothing) {
  ASSERT_EQ(put_order("ord_1", current()).status, 200);
  EXPECT_EQ(main.number("SELECT version FROM purchase"), 1);
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox"), 0);
}

TEST_F(SandboxOrders, an_order_that_is_not_there_is_a_404_in_every_posture) {
  EXPECT_EQ(put_order("ord_none", json::object{}).status, 404);
}

struct Malformed {
  const char* name;
  const char* body;
  const char* path;
};

class MalformedOrders : public SandboxOrders, public testing::WithParamInterface<Malformed> {};

TEST_P(MalformedOrders, are_refused_as_unprocessable) {
  const http::Response put = put_order("ord_1", json::parse(GetParam().body));
  EXPECT_EQ(put.status, 422);
  EXPECT_EQ(body_of(put).at("path").as_string(), GetParam().path);
  EXPECT_EQ(main.number("SELECT version FROM purchase"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedOrders,
    testing::Values(
        Malformed{"adjustments_as_object", R"({"adjustments":{"id":"adj_1","amount":100}})", "/adjustments"},
        Malformed{"adjustment_as_text", R"({"adjustments":["x"]})", "/adjustments/0"},
        Malformed{"adjustment_with_an_unknown_status",
                  R"({"adjustments":[{"id":"a","type":"refund","occurred_at":"2026-04-08T12:00:00.123456+00:00",
                      "status":"INVALID_STATUS","amount":500}]})",
                  "/adjustments/0/status"},
        Malformed{"adjustment_without_id",
                  R"({"adjustments":[{"type":"refund","occurred_at":"2026-04-08T12:00:00Z","status":"pending"}]})",
                  "/adjustments/0/id"},
        Malformed{"adjustment_with_a_time_that_is_none",
                  R"({"adjustments":[{"id":"a","type":"refund","occurred_at":"yesterday","status":"pending"}]})",
                  "/adjustments/0/occurred_at"},
        Malformed{"adjustment_with_a_fraction_of_a_cent",
                  R"({"adjustments":[{"id":"a","type":"refund","occurred_at":"2026-04-08T12:00:00Z",
                "status":"pending",
                      "totals":[{"type":"total","amount":-1.5}]}]})",
                  "/adjustments/0/totals/0/amount"},
        Malformed{"event_without_lines",
                  R"({"fulfillment":{"events":[{"id":"e","type":"shipped",
                "occurred_at":"2026-04-08T12:00:00Z"}]}})",
                  "/fulfillment/events/0/line_items"},
        Malformed{"event_with_nothing_of_a_line",
                  R"({"fulfillment":{"events":[{"id":"e","type":"shipped","occurred_at":"2026-04-08T12:00:00Z",
                      "line_items":[{"id":"li_1","quantity":0}]}]}})",
                  "/fulfillment/events/0/line_items/0/quantity"},
        Malformed{"fulfillment_as_list", R"({"fulfillment":[]})", "/fulfillment"},
        Malformed{"events_as_object", R"({"fulfillment":{"events":{}}})", "/fulfillment/events"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(SandboxOrders, shipping_can_be_simulated_by_whoever_knows_the_secret) {
  const std::string path = "/testing/simulate-shipping/";
  const Headers right{{"simulation-secret", std::string(kSecret)}};
  EXPECT_EQ(call(http::Method::kPost, path + "ord_none", {}).status, 403);
  EXPECT_EQ(call(http::Method::kPost, path + "ord_1", {}).status, 403);
  EXPECT_EQ(call(http::Method::kPost, path + "ord_1", {{"simulation-secret", "wrong"}}).status, 403);
  EXPECT_EQ(call(http::Method::kPost, path + "ord_none", right).status, 404);
  const http::Response done = call(http::Method::kPost, path + "ord_1", right);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.payload(), R"({"status":"shipped"})");
  const json::object after = current();
  EXPECT_EQ(after.at("fulfillment").at("events").at(0).at("type").as_string(), "shipped");
  for (const json::value& line : after.at("line_items").as_array()) {
    EXPECT_EQ(line.at("status").as_string(), "fulfilled");
  }
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox"), 1);
  EXPECT_EQ(call(http::Method::kPost, path + "ord_1", right).status, 200);
  EXPECT_EQ(main.number("SELECT count(*) FROM outbox"), 1);
}

TEST_F(SandboxOrders, without_a_configured_secret_nobody_may_simulate) {
  simulation.secret.clear();
  const std::string path = "/testing/simulate-shipping/ord_1";
  EXPECT_EQ(call(http::Method::kPost, path, {}).status, 403);
  EXPECT_EQ(call(http::Method::kPost, path, {{"simulation-secret", ""}}).status, 403);
}

}  // namespace
}  // namespace kassa::protocol
