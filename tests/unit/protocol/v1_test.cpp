// The first-party API: its renderer, its failures and its conditions.

#include <gtest/gtest.h>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"
#include "services/protocol/message_text.hpp"
#include "services/protocol/v1/errors.hpp"
#include "services/protocol/v1/exchange.hpp"
#include "services/protocol/v1/renderer.hpp"
#include "services/protocol/v1/routes.hpp"
#include "tests/conformance/ucp/samples.hpp"
#include "tests/unit/protocol/order_bench.hpp"

namespace kassa::protocol {
namespace {

using checkout::Operation;
using checkout::Verdict;

const UcpRenderer& ucp_renderer() {
  static const UcpRenderer renderer(samples::links());
  return renderer;
}

checkout::Answer rendered(const samples::Sample& sample, Operation operation = Operation::kGet,
                          std::string_view rendering = "v1") {
  return V1Renderer(ucp_renderer()).render(rendering, operation, sample.view());
}

json::object shown(const samples::Sample& sample) { return parse_json(*rendered(sample).body).value().as_object(); }

TEST(V1Render, a_checkout_has_the_members_of_ucp_but_ucp) {
  samples::Sample sample = samples::full();
  sample.quote.hash = "0123456789abcdef0123";
  auto own = shown(sample);
  const auto answer = render_checkout(samples::rendering(ports::BusinessErrors::kInBand), Operation::kGet,
                                      sample.view(), samples::links());
  auto other = parse_json(*answer.body).value().as_object();
  EXPECT_EQ(own.at("payment_handlers"), other.at("ucp").at("payment_handlers"));
  EXPECT_EQ(own.at("quote_hash").as_string(), sample.quote.hash);
  for (const char* name : {"etag", "quote_hash", "payment_handlers", "return_url"}) own.erase(name);
  other.erase("ucp");
  EXPECT_EQ(own, other);
}

TEST(V1Render, the_tag_moves_with_version_price_and_data) {
  samples::Sample sample = samples::fresh();
  sample.quote.hash = "0123456789abcdef0123";
  sample.session.version.n = 3;
  const std::string first = etag_of(*rendered(sample).body);
  EXPECT_EQ(first, "\"0.3.0.0123456789abcdef\"");
  EXPECT_EQ(shown(sample).at("etag").as_string(), first);
  EXPECT_EQ(etag_of(*rendered(sample).body), first);
  sample.session.version.n = 4;
  EXPECT_NE(etag_of(*rendered(sample).body), first);
  sample.session.version.n = 3;
  sample.quote.hash = "fedcba98765432100123";
  EXPECT_NE(etag_of(*rendered(sample).body), first);
  EXPECT_EQ(etag_of("{}"), "");
  EXPECT_EQ(etag_of("{\"etag\":\"\\\"cut"), "");
}

struct StatusOfVerdict {
  Verdict verdict;
  int status;
  const char* code;  ///< nullptr: the checkout itself.
};

TEST(V1Render, a_refused_completion_is_an_error_with_the_checkout) {
  const StatusOfVerdict cases[] = {{Verdict::kNone, 200, nullptr},
                                   {Verdict::kUnknown, 200, nullptr},
                                   {Verdict::kNeedsBuyer, 200, nullptr},
                                   {Verdict::kCompleted, 200, nullptr},
                                   {Verdict::kDeclined, 402, "payment_declined"},
                                   {Verdict::kUnreachable, 402, "payment_unavailable"},
                                   {Verdict::kNotReady, 409, "checkout_not_ready"},
                                   {Verdict::kPriceChanged, 409, "price_changed"},
                                   {Verdict::kOutOfStock, 409, "out_of_stock"},
                                   {Verdict::kLimitReached, 409, "discount_limit_reached"}};
  for (const StatusOfVerdict& c : cases) {
    samples::Sample sample = samples::fresh();
    sample.verdict = c.verdict;
    const auto answer = rendered(sample, Operation::kComplete);
    EXPECT_EQ(answer.status, c.status) << c.status;
    const auto body = parse_json(*answer.body).value().as_object();
    if (c.code == nullptr) {
      EXPECT_EQ(body.at("id").as_string(), "chk_1");
      continue;
    }
    const json::object& error = body.at("error").as_object();
    EXPECT_EQ(error.at("code").as_string(), c.code);
    EXPECT_FALSE(error.at("message").as_string().empty()) << c.code;
    EXPECT_TRUE(error.at("path").is_string());
    EXPECT_EQ(error.at("details").at("checkout").at("id").as_string(), "chk_1") << c.code;
  }
}

TEST(V1Render, a_refused_completion_speaks_the_buyers_language) {
  samples::Sample sample = samples::fresh();
  sample.session.context.language = "de-AT";
  sample.verdict = Verdict::kUnreachable;
  const auto body = parse_json(*rendered(sample, Operation::kComplete).body).value();
  const checkout::Message message(checkout::Level::kError, "payment_unavailable", "$.payment");
  EXPECT_EQ(body.at("error").at("message").as_string(), message_text(message, Language::kGerman));
}

TEST(V1Render, the_rendering_text_says_what_may_be_paid_with) {
  for (const Offer offer : {Offer::kAll, Offer::kReal, Offer::kSandbox}) {
    samples::Sample sample = samples::fresh();
    sample.snapshot.gateways.front().adapter = "sandbox";
    const auto body = parse_json(*rendered(sample, Operation::kGet, v1_rendering_text(offer)).body).value().as_object();
    const bool play = json::serialize(body.at("payment_handlers")).find("mock_payment_handler") != std::string::npos;
    EXPECT_EQ(play, offer != Offer::kReal);
  }
  EXPECT_THROW((void)rendered(samples::fresh(), Operation::kGet, "v1/else"), InvariantBroken);
  EXPECT_THROW((void)rendered(samples::fresh(), Operation::kGet, "ucp/1/in_band/checkout"), InvariantBroken);
}

TEST(V1Render, notes_and_properties_are_shown_here_only) {
  samples::Sample sample = samples::fresh();
  auto detail = std::make_shared<checkout::OrderDetail>();
  detail->note = "ring twice";
  detail->age_confirmed = true;
  sample.session.detail = detail;
  auto line = std::make_shared<checkout::LineDetail>();
  line->properties.push_back({"engraving", "For Ada"});
  line->compare_at = 4000;
  sample.quote.lines.front().detail = line;
  const auto own = shown(sample);
  EXPECT_EQ(own.at("note").as_string(), "ring twice");
  EXPECT_TRUE(own.at("age_confirmed").as_bool());
  EXPECT_FALSE(own.contains("gift_message"));
  const json::object& first = own.at("line_items").at(0).as_object();
  EXPECT_EQ(first.at("properties").at(0).at("value").as_string(), "For Ada");
  EXPECT_EQ(first.at("compare_at_price").as_int64(), 4000);
  const auto other = render_checkout(samples::rendering(ports::BusinessErrors::kInBand), Operation::kGet, sample.view(),
                                     samples::links());
  EXPECT_EQ(other.body->find("ring twice"), std::string::npos);
}

TEST(V1Render, a_cart_has_no_status_no_payment_and_lacks_nothing) {
  samples::Sample sample = samples::full();
  sample.session.kind = checkout::Kind::kCart;
  sample.quote.messages.emplace_back(checkout::Level::kError, "field_required", "$.line_items");
  sample.quote.messages.emplace_back(checkout::Level::kError, "item_unavailable", "$.line_items[0]");
  const auto own = shown(sample);
  for (const char* name :
       {"ucp", "status", "payment", "payment_handlers", "fulfillment", "quote_hash", "continue_url"}) {
    EXPECT_FALSE(own.contains(name)) << name;
  }
  const std::string messages = json::serialize(own.at("messages"));
  EXPECT_EQ(messages.find("field_required"), std::string::npos) << messages;
  EXPECT_NE(messages.find("item_unavailable"), std::string::npos) << messages;
}

TEST(V1Errors, have_one_shape_and_statuses_of_their_own_for_keys) {
  struct Case {
    Errc code;
    int status;
  };
  const Case cases[] = {{Errc::kMalformedJson, 400},
                        {Errc::kUnauthorized, 401},
                        {Errc::kForbidden, 403},
                        {Errc::kNotFound, 404},
                        {Errc::kVersionConflict, 409},
                        {Errc::kIdempotencyInFlight, 409},
                        {Errc::kIdempotencyKeyRequired, 428},
                        {Errc::kIdempotencyConflict, 422},
                        {Errc::kCheckoutExpired, 410},
                        {Errc::kStoreUnavailable, 503}};
  for (const Case& c : cases) {
    const http::Response answer = render_v1_error(Error(c.code, "a \"detail\"", "/a"), Posture{});
    EXPECT_EQ(answer.status, c.status) << describe(c.code).slug;
    const std::string expected = R"({"error":{"code":")" + std::string(describe(c.code).slug) +
                                 R"(","message":"a \"detail\"","path":"/a","details":{}}})";
    EXPECT_EQ(answer.body, expected);
  }
}

TEST(V1Conditions, only_strong_tags_count) {
  using Tags = std::vector<std::string>;
  EXPECT_EQ(strong_tags(""), Tags{});
  EXPECT_EQ(strong_tags("*"), Tags{});
  EXPECT_EQ(strong_tags("\"a\""), Tags{"a"});
  EXPECT_EQ(strong_tags(" \"a\" , W/\"b\",\"c\""), (Tags{"a", "c"}));
  for (const char* never : {"W/\"a\"", "a", "\"", "\"\"", ",", "\"a"}) EXPECT_EQ(strong_tags(never), Tags{""}) << never;
}

class V1Access : public OrderBench {
 protected:
  V1Access() {
    order_services.emplace(OrderServices{ucp, orders, false});
    add_v1_routes(router, *order_services);
  }
  std::string code_of(const http::Response& response) {
    return std::string(body_of(response).at("error").at("code").as_string());
  }
};

TEST_F(V1Access, a_key_is_needed_and_a_platform_is_nobody) {
  const std::string one = "/v1/checkouts/chk_1";
  for (const Headers& headers : {Headers{}, Headers{agent()}, Headers{{"authorization", "Bearer sk_test_9"}}}) {
    const http::Response refused = call(http::Method::kGet, one, headers);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(code_of(refused), "unauthorized");
  }
  const Headers backend{{"authorization", "Bearer sk_test_1"}};
  const http::Response unknown = call(http::Method::kGet, one, backend);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(code_of(unknown), "not_found");
  for (const char* path : {"/v1/carts/crt_1", "/v1/orders/ord_1"}) {
    EXPECT_EQ(call(http::Method::kGet, path, backend).status, 404) << path;
  }
}

TEST_F(V1Access, what_moves_money_needs_an_idempotency_key) {
  const Headers backend{{"authorization", "Bearer sk_test_1"}, {"content-type", "application/json"}};
  for (const char* path : {"/v1/checkouts/chk_1/complete", "/v1/checkouts/chk_1/cancel"}) {
    const http::Response refused = call(http::Method::kPost, path, backend, "{}");
    EXPECT_EQ(refused.status, 428) << path;
    EXPECT_EQ(code_of(refused), "idempotency_key_required");
  }
  Headers keyed = backend;
  keyed.emplace_back("idempotency-key", "k-1");
  const http::Response unnamed = call(http::Method::kPost, "/v1/checkouts/chk_1/complete", keyed, "{}");
  EXPECT_EQ(unnamed.status, 400);
  EXPECT_EQ(body_of(unnamed).at("error").at("path").as_string(), "/quote_hash");
}

TEST_F(V1Access, a_body_that_is_not_json_is_refused) {
  const Headers form{{"authorization", "Bearer sk_test_1"}, {"content-type", "text/plain"}};
  const http::Response refused = call(http::Method::kPost, "/v1/carts", form, "x");
  EXPECT_EQ(refused.status, 415);
  EXPECT_EQ(code_of(refused), "unsupported_media_type");
}

}  // namespace
}  // namespace kassa::protocol
