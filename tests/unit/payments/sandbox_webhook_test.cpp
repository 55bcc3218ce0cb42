// Signed events of the sandbox gateway: the published HMAC vectors, and what is believed.

#include "payments/adapters/sandbox/webhook.hpp"

#include <gtest/gtest.h>

namespace kassa::payments::sandbox {
namespace {

constexpr std::string_view kSecret = "gateway-secret";
constexpr std::string_view kBody =
    R"({"id":"evt_1","type":"charge.captured","charge":{"id":"ch_1","reference":"pay_1"}})";
const Instant kNow = from_millis(1'800'000'000'000);

GatewayConfig gateway_with(std::string_view secret) {
  GatewayConfig gateway;
  gateway.credentials = secret;
  return gateway;
}

TEST(Hmac, gives_the_vectors_of_rfc_4231) {
  const struct {
    std::string secret;
    std::string message;
    std::string_view hmac;
  } vectors[] = {
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const auto& vector : vectors) EXPECT_EQ(hmac_sha256_hex(vector.secret, vector.message), vector.hmac);
}

TEST(SandboxWebhook, says_which_charge_an_event_is_about) {
  const auto read = read_webhook(gateway_with(kSecret), sign_webhook(kSecret, kNow, kBody), kBody, kNow);
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(read.value().event_id, "evt_1");
  EXPECT_EQ(read.value().reference, "pay_1");
}

TEST(SandboxWebhook, is_believed_for_five_minutes_in_both_directions) {
  const std::chrono::seconds edge{kSignatureTolerance};
  for (const auto offset : {-edge, std::chrono::seconds{0}, edge}) {
    EXPECT_TRUE(read_webhook(gateway_with(kSecret), sign_webhook(kSecret, kNow + offset, kBody), kBody, kNow));
  }
  for (const auto offset : {-edge - std::chrono::seconds{1}, edge + std::chrono::seconds{1}}) {
    const auto read = read_webhook(gateway_with(kSecret), sign_webhook(kSecret, kNow + offset, kBody), kBody, kNow);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::kUnauthorized);
  }
}

TEST(SandboxWebhook, refuses_what_is_not_signed_with_this_secret) {
  const std::string good = sign_webhook(kSecret, kNow, kBody);
  const std::string digest = good.substr(good.find("v1="));
  const std::string bad[] = {"",
                             "t=1800000000",
                             digest,
                             "t=," + digest,
                             "t=1800000000x," + digest,
                             "t=99999999999999999999," + digest,
                             "t=-9223372036854775808," + digest,
                             "t=1800000001," + digest,
                             good.substr(0, good.size() - 1),
                             good + "0",
                             "t=1800000000,v1=",
                             "t=1800000000,v1=a,v1=b,v1=c,v1=d," + digest,
                             sign_webhook("another", kNow, kBody)};
  for (const std::string& signature : bad) {
    const auto read = read_webhook(gateway_with(kSecret), signature, kBody, kNow);
    ASSERT_FALSE(read) << signature;
    EXPECT_EQ(read.error().code, Errc::kUnauthorized) << signature;
  }
  EXPECT_FALSE(read_webhook(gateway_with(kSecret), good, std::string(kBody) + " ", kNow));
  EXPECT_FALSE(read_webhook(gateway_with(""), sign_webhook("", kNow, kBody), kBody, kNow));
}

TEST(SandboxWebhook, takes_one_good_value_of_several) {
  const std::string good = sign_webhook(kSecret, kNow, kBody);
  const std::string both = sign_webhook("old", kNow, kBody) + ", " + good.substr(good.find("v1="));
  EXPECT_TRUE(read_webhook(gateway_with(kSecret), both, kBody, kNow));
}

TEST(SandboxWebhook, refuses_signed_nonsense_as_such) {
  for (const std::string_view body :
       {"", "[]", "{", R"({"id":"e"})", R"({"charge":{"reference":"p"}})", R"({"id":"","charge":{"reference":"p"}})",
        R"({"id":1,"charge":{"reference":"p"}})", R"({"id":"e","charge":[]})", R"({"id":"e","charge":{}})"}) {
    const auto read = read_webhook(gateway_with(kSecret), sign_webhook(kSecret, kNow, body), body, kNow);
    ASSERT_FALSE(read) << body;
    EXPECT_NE(read.error().code, Errc::kUnauthorized) << body;
  }
}

}  // namespace
}  // namespace kassa::payments::sandbox
