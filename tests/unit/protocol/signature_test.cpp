// Signing and verifying: what we sign verifies here and in another language, and nothing that was changed
// does.

#include <fstream>

#include <gtest/gtest.h>

#include "services/base/text.hpp"
#include "services/platform/crypto/signer.hpp"
#include "services/protocol/ucp/signature_sign.hpp"
#include "services/protocol/ucp/signature_verify.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa::protocol {
namespace {

class Signatures : public testing::Test {
 protected:
  Signatures() {
    key = signer.generate().value();
    key.jwk.kid = "k1";
    request = ports::HttpRequest("POST", "https://platform.example:8443/hooks/order?shop=1");
    request.body = R"({"id":"ord_1"})";
    request.headers = {{"Content-Type", "application/json"},
                       {"UCP-Agent", "profile=\"https://shop.example/.well-known/ucp\""},
                       {"Webhook-Id", "0c9f"},
                       {"Webhook-Timestamp", "1775649600"}};
    EXPECT_TRUE(sign_request(request, key, signer, now));
  }

  SignedMessage message() const {
    SignedMessage out;
    out.method = request.method;
    EXPECT_TRUE(set_target(out, request.url));
    out.headers = request.headers;
    return out;
  }
  SignatureFault verify(const SignedMessage& out, Instant at = ManualClock::kStart) const {
    const std::array keys{key.jwk};
    return verify_signature(out, request.body, keys, signer, at);
  }
  std::string& header(SignedMessage& out, std::string_view name) const {
    for (auto& [key_, value] : out.headers) {
      if (equals_ignoring_case(key_, name)) return value;
    }
    throw std::runtime_error("no such header");
  }

  platform::OpenSslSigner signer;
  ports::SigningKey key;
  ports::HttpRequest request;
  const Instant now = ManualClock::kStart;
};

TEST_F(Signatures, covers_what_ucp_asks_for) {
  SignedMessage signed_one = message();
  EXPECT_EQ(header(signed_one, "signature-input"),
            R"(sig1=("@method" "@authority" "@path" "@query" "content-digest" "content-type" "ucp-agent" )"
            R"("webhook-id" "webhook-timestamp");created=1775649600;keyid="k1")");
  EXPECT_EQ(header(signed_one, "content-digest"), content_digest(request.body));
  const std::string value = header(signed_one, "signature");
  ASSERT_TRUE(value.starts_with("sig1=:") && value.ends_with(":"));
  EXPECT_EQ(from_base64(value.substr(6, value.size() - 7)).value().size(), 64U);
}

TEST_F(Signatures, verifies_what_it_signed) { EXPECT_EQ(verify(message()), SignatureFault::kNone); }

TEST_F(Signatures, is_made_anew_and_verifies_anew) {
  ports::HttpRequest again("POST", request.url);
  again.body = request.body;
  again.headers.assign(request.headers.begin(), request.headers.begin() + 4);
  ASSERT_TRUE(sign_request(again, key, signer, now));
  EXPECT_NE(again.headers.back().second, request.headers.back().second);
}

struct Change {
  const char* name;
  void (*apply)(SignedMessage& message);
  SignatureFault fault;
};

void set(SignedMessage& message, std::string_view name, std::string value) {
  std::erase_if(message.headers, [&](const auto& header) { return equals_ignoring_case(header.first, name); });
  if (!value.empty()) message.headers.emplace_back(std::string(name), std::move(value));
}

class Changes : public Signatures, public testing::WithParamInterface<Change> {};

TEST_P(Changes, are_found_out) {
  SignedMessage changed = message();
  GetParam().apply(changed);
  EXPECT_EQ(verify(changed), GetParam().fault);
}

using enum SignatureFault;
const std::string kOtherDigest = content_digest("other");

INSTANTIATE_TEST_SUITE_P(
    All, Changes,
    testing::Values(
        Change{"another_method", [](SignedMessage& m) { m.method = "PUT"; }, kInvalid},
        Change{"another_host", [](SignedMessage& m) { m.authority = "evil.example"; }, kInvalid},
        Change{"another_path", [](SignedMessage& m) { m.path = "/hooks/other"; }, kInvalid},
        Change{"another_query", [](SignedMessage& m) { m.query = "shop=2"; }, kInvalid},
        Change{"no_query", [](SignedMessage& m) { m.query.reset(); }, kInvalid},
        Change{"another_type", [](SignedMessage& m) { set(m, "content-type", "text/plain"); }, kInvalid},
        Change{"another_agent", [](SignedMessage& m) { set(m, "ucp-agent", "profile=\"x\""); }, kInvalid},
        Change{"another_webhook_id", [](SignedMessage& m) { set(m, "webhook-id", "1"); }, kInvalid},
        Change{"an_idempotency_key_that_is_not_covered", [](SignedMessage& m) { set(m, "idempotency-key", "k"); },
               kInvalid},
        Change{"another_digest", [](SignedMessage& m) { set(m, "content-digest", kOtherDigest); }, kDigestMismatch},
        Change{"no_digest", [](SignedMessage& m) { set(m, "content-digest", ""); }, kDigestMismatch},
        Change{"a_digest_that_we_do_not_know", [](SignedMessage& m) { set(m, "content-digest", "sha-512=:AA==:"); },
               kAlgorithmUnsupported},
        Change{"no_signature", [](SignedMessage& m) { set(m, "signature", ""); }, kMissing},
        Change{"no_input", [](SignedMessage& m) { set(m, "signature-input", ""); }, kMissing},
        Change{"an_unreadable_input", [](SignedMessage& m) { set(m, "signature-input", "sig1=("); }, kInvalid},
        Change{"an_unreadable_signature", [](SignedMessage& m) { set(m, "signature", "sig1=:!:"); }, kInvalid},
        Change{"a_signature_under_another_label", [](SignedMessage& m) { set(m, "signature", "sig2=:AAAA:"); },
               kInvalid},
        Change{"a_short_signature", [](SignedMessage& m) { set(m, "signature", "sig1=:AAAA:"); }, kInvalid},
        Change{"coverage_of_nothing",
               [](SignedMessage& m) { set(m, "signature-input", R"(sig1=();created=1775649600;keyid="k1")"); },
               kInvalid}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Signatures, has_its_time) {
  using std::chrono::minutes;
  EXPECT_EQ(verify(message(), now + minutes{5}), SignatureFault::kNone);
  EXPECT_EQ(verify(message(), now + minutes{6}), SignatureFault::kInvalid);
  EXPECT_EQ(verify(message(), now - minutes{6}), SignatureFault::kInvalid);
}

TEST_F(Signatures, an_unknown_key_and_a_forged_one_fail_apart) {
  const SignedMessage out = message();
  const std::array strangers{ports::PublicJwk{"k2", key.jwk.x, key.jwk.y}};
  EXPECT_EQ(verify_signature(out, request.body, strangers, signer, now), SignatureFault::kKeyNotFound);
  ports::PublicJwk forged = signer.generate().value().jwk;
  forged.kid = "k1";
  const std::array forgers{forged};
  EXPECT_EQ(verify_signature(out, request.body, forgers, signer, now), SignatureFault::kInvalid);
  EXPECT_EQ(verify_signature(out, request.body + " ", forgers, signer, now), SignatureFault::kDigestMismatch);
}

TEST(SigningKeys, come_from_both_names_and_only_p256_ones) {
  const json::object profile = json::parse(R"({"signing_keys":[{"kid":"a","kty":"EC","crv":"P-256","x":"1","y":"2"},
                                      {"kid":"b","kty":"EC","crv":"P-384","x":"1","y":"2"},"x"],
                      "keys":[{"kid":"a","kty":"EC","crv":"P-256","x":"9","y":"9"},
                              {"kid":"c","kty":"EC","crv":"P-256","x":"3","y":"4"},
                              {"kid":"d","kty":"OKP","crv":"Ed25519","x":"3"}]})")
                                   .as_object();
  const auto keys = signing_keys_of(profile);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].kid + keys[0].x + keys[1].kid, "a1c");
  EXPECT_TRUE(signing_keys_of(json::object{}).empty());
}

TEST_F(Signatures, another_language_verifies_them) {
  json::object document;
  document["method"] = request.method;
  document["url"] = request.url;
  document["body"] = request.body;
  json::object headers;
  for (const auto& [name, value] : request.headers) headers[name] = value;
  document["headers"] = headers;
  document["jwk"] = json::object{{"kty", "EC"}, {"crv", "P-256"}, {"x", key.jwk.x}, {"y", key.jwk.y}};
  TemporaryFolder folder;
  const auto check = [&](const char* name) {
    const auto file = folder.path() / name;
    std::ofstream(file) << json::serialize(document);
    ChildProcess node({"/usr/bin/env", "node", "tests/unit/protocol/signature_check.mjs", file.string()});
    const std::string said = node.read_all();
    return std::make_pair(node.wait(), said);
  };
  const auto good = check("good.json");
  if (good.first == 127) GTEST_SKIP() << "node is not installed";
  EXPECT_EQ(good.first, 0) << good.second;
  document["body"] = "{}";
  EXPECT_EQ(check("changed.json").first, 1);
}

}  // namespace
}  // namespace kassa::protocol
