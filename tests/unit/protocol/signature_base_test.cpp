// Signature bases against RFC 9421, appendix B.2. Where the RFC's algorithm is not ours, another library
// checks the RFC's own signature over our base, so that a wrong byte cannot hide.

#include "services/protocol/ucp/signature_base.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include "services/base/text.hpp"
#include "services/platform/crypto/signer.hpp"
#include "services/protocol/ucp/signature_verify.hpp"

namespace kassa::protocol {
namespace {

/// The RFC's test-request.
SignedMessage test_request() {
  SignedMessage message;
  message.method = "POST";
  EXPECT_TRUE(set_target(message, "https://example.com/foo?param=Value&Pet=dog"));
  message.headers = {
      {"Host", "example.com"},
      {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
      {"Content-Type", "application/json"},
      {"Content-Digest",
       "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
      {"Content-Length", "18"}};
  return message;
}

SignedMessage test_response() {
  SignedMessage message;
  message.status = 200;
  message.headers = {
      {"Date", "Tue, 20 Apr 2021 02:07:56 GMT"},
      {"Content-Type", "application/json"},
      {"Content-Digest",
       "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"},
      {"Content-Length", "23"}};
  return message;
}

Coverage coverage_of(std::string_view input) {
  const auto members = parse_dictionary(input);
  EXPECT_TRUE(members && members->size() == 1) << input;
  return members->front();
}

std::string base_of(const SignedMessage& message, std::string_view input) {
  const auto base = signature_base(message, coverage_of(input));
  return base ? base.value() : "refused: " + base.error().detail;
}

constexpr std::string_view kB24 =
    R"(sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;)"
    R"(keyid="test-key-ecc-p256")";
constexpr std::string_view kB25 =
    R"(sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret")";
constexpr std::string_view kB26 =
    R"(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;)"
    R"(keyid="test-key-ed25519")";

TEST(SignatureBase, is_that_of_the_minimal_signature) {
  EXPECT_EQ(base_of(test_request(),
                    R"(sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd")"),
            R"("@signature-params": ();created=1618884473;keyid="test-key-rsa-pss";)"
            R"(nonce="b3k2pp5k7z-50gnwp.yemd")");
}

TEST(SignatureBase, is_that_of_selective_coverage) {
  EXPECT_EQ(
      base_of(test_request(), R"(sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;)"
                              R"(keyid="test-key-rsa-pss";tag="header-example")"),
      "\"@authority\": example.com\n"
      "\"content-digest\": "
      "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n"
      "\"@query-param\";name=\"Pet\": dog\n"
      "\"@signature-params\": (\"@authority\" \"content-digest\" "
      "\"@query-param\";name=\"Pet\");created=1618884473"
      ";keyid=\"test-key-rsa-pss\";tag=\"header-example\"");
}

TEST(SignatureBase, is_that_of_full_coverage) {
  EXPECT_EQ(base_of(test_request(),
                    R"(sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" )"
                    R"("content-length");created=1618884473;keyid="test-key-rsa-pss")"),
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
            "\"@method\": POST\n"
            "\"@path\": /foo\n"
            "\"@query\": ?param=Value&Pet=dog\n"
            "\"@authority\": example.com\n"
            "\"content-type\": application/json\n"
            "\"content-digest\": "
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n"
            "\"content-length\": 18\n"
            "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" "
            "\"content-digest\" "
            "\"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"");
}

TEST(SignatureBase, the_rfcs_p256_signature_verifies) {
  ports::PublicJwk key;
  key.kid = "test-key-ecc-p256";
  key.x = "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA";
  key.y = "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0";
  const auto signature =
      from_base64("wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==").value();
  const platform::OpenSslSigner signer;
  EXPECT_TRUE(signer.verify(key, base_of(test_response(), kB24), signature));
  SignedMessage other = test_response();
  other.status = 201;
  EXPECT_FALSE(signer.verify(key, base_of(other, kB24), signature));
}

TEST(SignatureBase, the_rfcs_hmac_is_over_our_base) {
  const auto secret =
      from_base64("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==").value();
  const std::string base = base_of(test_request(), kB25);
  crypto_auth_hmacsha256_state state;
  Bytes mac(crypto_auth_hmacsha256_BYTES);
  const auto* raw = reinterpret_cast<const unsigned char*>(secret.data());
  crypto_auth_hmacsha256_init(&state, raw, secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(base.data()), base.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  EXPECT_EQ(to_base64(mac), "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
}

TEST(SignatureBase, the_rfcs_ed25519_signature_is_over_our_base) {
  const auto key = from_base64url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs").value();
  const auto signature =
      from_base64("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==").value();
  const std::string base = base_of(test_request(), kB26);
  EXPECT_EQ(crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                        reinterpret_cast<const unsigned char*>(base.data()), base.size(),
                                        reinterpret_cast<const unsigned char*>(key.data())),
            0);
}

struct Refused {
  const char* name;
  const char* input;
};

class RefusedCoverage : public testing::TestWithParam<Refused> {};

TEST_P(RefusedCoverage, has_no_base) { EXPECT_FALSE(signature_base(test_request(), coverage_of(GetParam().input))); }

INSTANTIATE_TEST_SUITE_P(All, RefusedCoverage,
                         testing::Values(Refused{"a_header_that_is_not_there", R"(s=("x-none"))"},
                                         Refused{"a_component_twice", R"(s=("date" "date"))"},
                                         Refused{"a_header_in_upper_case", R"(s=("Date"))"},
                                         Refused{"a_header_as_structured_field", R"(s=("content-digest";sf))"},
                                         Refused{"the_other_messages_header", R"(s=("date";req))"},
                                         Refused{"the_status_of_a_request", R"(s=("@status"))"},
                                         Refused{"a_derived_component_never_seen", R"(s=("@weather"))"},
                                         Refused{"a_query_parameter_that_is_not_there",
                                                 R"(s=("@query-param";name="none"))"},
                                         Refused{"a_query_parameter_without_name", R"(s=("@query-param"))"},
                                         Refused{"a_token_for_a_name", R"(s=(date))"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SignatureBase, a_value_cannot_smuggle_in_a_line) {
  SignedMessage message = test_request();
  message.headers.emplace_back("X-Evil", "a\n\"@path\": /other");
  EXPECT_FALSE(signature_base(message, coverage_of(R"(s=("x-evil"))")));
}

struct Target {
  const char* name;
  const char* url;
  const char* line;  // authority path ?query
};

class Targets : public testing::TestWithParam<Target> {};

TEST_P(Targets, are_taken_apart) {
  SignedMessage message;
  ASSERT_TRUE(set_target(message, GetParam().url));
  EXPECT_EQ(message.authority + " " + message.path + (message.query ? " ?" + *message.query : ""), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    All, Targets,
    testing::Values(Target{"plain", "https://Shop.Example/a/b", "shop.example /a/b"},
                    Target{"default_port_goes", "https://shop.example:443/a", "shop.example /a"},
                    Target{"other_port_stays", "http://localhost:8284/hooks", "localhost:8284 /hooks"},
                    Target{"no_path_is_a_slash", "https://shop.example", "shop.example /"},
                    Target{"query_without_path", "https://shop.example?a=1", "shop.example / ?a=1"},
                    Target{"empty_query_is_a_query", "https://shop.example/a?", "shop.example /a ?"},
                    Target{"fragment_goes", "https://shop.example/a?b#c", "shop.example /a ?b"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SignatureBase, an_address_with_a_user_or_without_a_host_is_none) {
  SignedMessage message;
  EXPECT_FALSE(set_target(message, "https://user@shop.example/"));
  EXPECT_FALSE(set_target(message, "https:///a"));
  EXPECT_FALSE(set_target(message, "shop.example/a"));
}

}  // namespace
}  // namespace kassa::protocol
