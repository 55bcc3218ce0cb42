#include "services/protocol/ucp/errors.hpp"

#include <gtest/gtest.h>

#include "services/base/json.hpp"
#include "services/protocol/message_text.hpp"

namespace kassa::protocol {
namespace {

using ports::BusinessErrors;

struct ErrorCase {
  const char* name;
  Error error;
  int in_band;
  int http_4xx;
  const char* code;
  const char* text;
};

class Errors : public testing::TestWithParam<ErrorCase> {};

json::object error_body(const http::Response& answer) { return parse_json(answer.payload()).value().as_object(); }

TEST_P(Errors, are_answered_in_both_postures) {
  Posture posture;
  posture.business_errors = BusinessErrors::kHttp4xx;
  const auto plain = render_error(GetParam().error, posture);
  EXPECT_EQ(plain.status, GetParam().http_4xx);
  EXPECT_NE(plain.body.find(GetParam().text), std::string::npos) << plain.body;
  if (plain.status != 200) {
    const auto body = error_body(plain);
    EXPECT_EQ(body.at("code").as_string(), GetParam().code);
    EXPECT_EQ(body.at("detail"), body.at("content"));
    EXPECT_FALSE(body.contains("messages") || body.contains("ucp"));
  }
  posture.business_errors = BusinessErrors::kInBand;
  const auto in_band = render_error(GetParam().error, posture);
  EXPECT_EQ(in_band.status, GetParam().in_band);
  if (in_band.status != 200) return;
  const auto body = error_body(in_band);
  EXPECT_EQ(body.size(), 2U);
  EXPECT_EQ(body.at("ucp").at("status").as_string(), "error");
  EXPECT_EQ(body.at("messages").at(0).at("code").as_string(), GetParam().code);
}

const ErrorCase kErrorCases[] = {
    {"unknown_checkout", {Errc::kNotFound, "no such checkout"}, 200, 404, "not_found", "no such checkout"},
    {"out_of_stock", {Errc::kOutOfStock, "x", "$.line_items[0]"}, 200, 400, "out_of_stock", "Insufficient stock"},
    {"unknown_item", {Errc::kItemUnavailable}, 200, 400, "item_unavailable", "not found"},
    {"declined", {Errc::kPaymentDeclined}, 200, 402, "payment_failed", "payment"},
    {"expired", {Errc::kCheckoutExpired}, 200, 410, "checkout_expired", "expired"},
    {"no_common_capability", {Errc::kCapabilitiesIncompatible}, 200, 200, "capabilities_incompatible", "capability"},
    {"terminal", {Errc::kCheckoutTerminal, "the checkout is completed"}, 409, 409, "checkout_terminal", "completed"},
    {"payment_under_way", {Errc::kPaymentUnderWay}, 409, 409, "payment_in_progress", "under way"},
    {"key_reused", {Errc::kIdempotencyConflict}, 409, 409, "idempotency_conflict", "different"},
    {"key_in_flight", {Errc::kIdempotencyInFlight}, 409, 409, "idempotency_in_flight", "running"},
    {"no_instrument", {Errc::kPaymentInstrumentRequired}, 400, 400, "payment_instrument_required", "payment"},
    {"invalid", {Errc::kInvalidRequest, "wrong", "/x"}, 400, 400, "invalid_request", "\"path\":\"/x\""},
    {"malformed", {Errc::kMalformedJson}, 400, 400, "malformed_json", "JSON"},
    {"card_data", {Errc::kCardDataRefused}, 400, 400, "card_data_refused", "card"},
    {"no_agent", {Errc::kInvalidProfileUrl}, 400, 400, "invalid_profile_url", "profile"},
    {"profile_unreachable", {Errc::kProfileUnreachable}, 424, 424, "profile_unreachable", "profile"},
    {"profile_malformed", {Errc::kProfileMalformed}, 422, 422, "profile_malformed", "profile"},
    {"profile_not_trusted", {Errc::kProfileNotTrusted}, 403, 403, "profile_not_trusted", "list"},
    {"version", {Errc::kVersionUnsupported}, 422, 422, "version_unsupported", "version"},
    {"unauthorized", {Errc::kUnauthorized}, 401, 401, "unauthorized", "prove"},
    {"rate_limited", {Errc::kRateLimited}, 429, 429, "rate_limited", "Retry-After"},
    {"store_away", {Errc::kStoreUnavailable}, 503, 503, "store_unavailable", "database"},
    {"internal", {Errc::kInternal}, 500, 500, "internal", "fault"},
};
INSTANTIATE_TEST_SUITE_P(All, Errors, testing::ValuesIn(kErrorCases),
                         [](const auto& row) { return std::string(row.param.name); });

bool has(const http::Response& answer, std::string_view name) {
  return std::ranges::any_of(answer.headers, [&](const auto& header) { return header.first == name; });
}

TEST(ErrorHeaders, tell_when_to_come_back_and_how_to_prove_oneself) {
  const Posture posture;
  for (const Errc code : {Errc::kIdempotencyInFlight, Errc::kRateLimited, Errc::kStoreUnavailable, Errc::kOverloaded}) {
    EXPECT_TRUE(has(render_error(Error(code), posture), "Retry-After")) << describe(code).slug;
  }
  EXPECT_FALSE(has(render_error(Error(Errc::kIdempotencyConflict), posture), "Retry-After"));
  EXPECT_TRUE(has(render_error(Error(Errc::kUnauthorized), posture), "WWW-Authenticate"));
}

TEST(ErrorPosture, lets_a_store_choose_the_status_of_a_version_error) {
  Posture posture;
  posture.version_error_status = 400;
  EXPECT_EQ(render_error(Error(Errc::kVersionUnsupported), posture).status, 400);
}

TEST(MessageTexts, are_plain_sentences_with_parameters) {
  using checkout::Level;
  using checkout::Message;
  EXPECT_EQ(message_text(Message(Level::kError, "field_required", "$.fulfillment.methods[0]")), kFulfillmentMissing);
  EXPECT_EQ(message_text(Message(Level::kError, "field_required", "$.buyer.email")), "A required field is missing");
  for (const char* const code : {"address_undeliverable", "field_invalid", "field_required"}) {
    const std::string country = message_text(Message(Level::kError, code, "$.context.address_country"));
    EXPECT_NE(country.find("ISO 3166-1"), std::string::npos) << code;
  }
  EXPECT_EQ(message_text(Message(Level::kError, "address_undeliverable", "$.fulfillment.methods[0]")),
            "No delivery option serves this address");
  EXPECT_EQ(message_text(Message(Level::kError, "some_new_code")), "Some new code");
  EXPECT_EQ(message_text(Message()), "Notice");
  Message removed(Level::kWarning, "reference_removed");
  removed.params.emplace_back("reference", "dest_9");
  EXPECT_NE(message_text(removed).find(": dest_9"), std::string::npos);
}

}  // namespace
}  // namespace kassa::protocol
