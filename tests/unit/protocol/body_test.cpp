#include "services/protocol/body.hpp"

#include <gtest/gtest.h>

#include "services/base/hash.hpp"

namespace kassa::protocol {
namespace {

http::Request request(std::string_view body, std::string_view type = "application/json") {
  http::Request out;
  out.body = body;
  if (!type.empty()) out.headers.emplace_back("Content-Type", type);
  return out;
}

TEST(Bodies, may_be_empty_with_any_type_else_must_be_json) {
  EXPECT_TRUE(is_json_or_empty(request("", "")));
  EXPECT_TRUE(is_json_or_empty(request("", "text/plain")));
  EXPECT_TRUE(is_json_or_empty(request("{}")));
  EXPECT_TRUE(is_json_or_empty(request("{}", "Application/JSON; charset=utf-8")));
  EXPECT_FALSE(is_json_or_empty(request("{}", "text/plain")));
  EXPECT_FALSE(is_json_or_empty(request("{}", "")));
  EXPECT_FALSE(is_json_or_empty(request("{}", "application/jsonx")));
}

struct BodyCase {
  const char* name;
  const char* body;
  Errc code;
  const char* path{""};
};

class Reading : public testing::TestWithParam<BodyCase> {};

TEST_P(Reading, succeeds_or_says_where) {
  const auto body = read_body(request(GetParam().body));
  EXPECT_EQ(body ? Errc::kOk : body.error().code, GetParam().code) << GetParam().body;
  EXPECT_EQ(body ? "" : body.error().path, GetParam().path);
}

const BodyCase kBodyCases[] = {
    {"empty", "", Errc::kOk},
    {"blank", " \r\n", Errc::kOk},
    {"object", R"({"a":1})", Errc::kOk},
    {"array", "[]", Errc::kInvalidRequest},
    {"text", "\"x\"", Errc::kInvalidRequest},
    {"broken", "{\"a\":", Errc::kMalformedJson},
    {"member_given_twice", R"({"a":1,"a":2})", Errc::kMalformedJson},
    {"card_number_in_a_name", R"({"buyer":{"first_name":"4242 4242 4242 4242"}})", Errc::kCardDataRefused,
     "/buyer/first_name"},
    {"card_number_in_free_text", R"({"context":{"intent":"pay with 4242424242424242 please"}})", Errc::kCardDataRefused,
     "/context/intent"},
    {"card_number_as_a_number", R"({"payment":{"n":4242424242424242}})", Errc::kCardDataRefused, "/payment/n"},
    {"card_number_in_an_array", R"({"x":["a","5555-5555-5555-4444"]})", Errc::kCardDataRefused, "/x/1"},
    {"card_number_behind_an_escape", R"({"x":"\u0034242424242424242"})", Errc::kCardDataRefused, "/x"},
    {"card_number_as_a_key", R"({"buyer":{"4242424242424242":1}})", Errc::kCardDataRefused, "/buyer"},
    {"card_number_as_a_token",
     R"({"payment":{"instruments":[{"credential":{"type":"token","token":"4242424242424242"}}]}})",
     Errc::kCardDataRefused, "/payment/instruments/0/credential/token"},
    {"raw_card_credential", R"({"payment":{"instruments":[{"credential":{"type":"card","number":"1"}}]}})",
     Errc::kCardDataRefused, "/payment/instruments/0"},
    {"security_code", R"({"payment":{"instruments":[{"credential":{"type":"token","token":"t","cvc":"123"}}]}})",
     Errc::kCardDataRefused, "/payment/instruments/0"},
    {"ids_are_exempt",
     R"({"id":"4242424242424242","line_items":[{"parent_id":"4242424242424242"}],
         "x_ids":["4242424242424242"]})",
     Errc::kOk},
    {"an_object_called_id_is_not", R"({"id":{"x":"4242424242424242"}})", Errc::kCardDataRefused, "/id/x"},
    {"phone_number", R"({"buyer":{"phone_number":"+4915112345678"}})", Errc::kOk},
    {"wrong_check_digit", R"({"x":"4242424242424241"})", Errc::kOk},
    {"token_credential", R"({"payment":{"instruments":[{"credential":{"type":"token","token":"success_token"}}]}})",
     Errc::kOk},
    {"numberless_card_credential", R"({"payment":{"instruments":[{"credential":{"type":"card","number":null}}]}})",
     Errc::kOk},
};
INSTANTIATE_TEST_SUITE_P(All, Reading, testing::ValuesIn(kBodyCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Fingerprints, see_meaning_not_spelling) {
  const auto print = [](std::string_view body) {
    http::Request keyed = request(body);
    keyed.headers.emplace_back("idempotency-key", "k");
    return read_body(keyed).value().fingerprint;
  };
  EXPECT_EQ(print(R"({"a":1,"b":[2]})"), print("{ \"b\" : [ 2 ], \"a\" : 1 }"));
  EXPECT_NE(print(R"({"currency":"USD"})"), print(R"({"currency":"EUR"})"));
  EXPECT_NE(print(R"({"a":null})"), print("{}"));
  EXPECT_NE(print(""), print("{}"));
  EXPECT_EQ(print(""), sha256_hex(""));
  EXPECT_EQ(read_body(request("{}")).value().fingerprint, "") << "nothing is compared without a key";
}

TEST(IdempotencyKeys, are_1_to_255_visible_characters) {
  const auto key = [](std::string_view value) {
    http::Request out;
    out.headers.emplace_back("idempotency-key", value);
    return idempotency_key(out);
  };
  EXPECT_EQ(idempotency_key(http::Request{}).value(), "");
  EXPECT_EQ(key("abc").value(), "abc");
  EXPECT_TRUE(key(std::string(255, 'k')));
  for (const std::string& bad : {std::string(), std::string(256, 'k'), std::string("a b"), std::string("\xc3\xa4")}) {
    EXPECT_EQ(key(bad).error().code, Errc::kIdempotencyKeyInvalid) << bad;
  }
}

}  // namespace
}  // namespace kassa::protocol
