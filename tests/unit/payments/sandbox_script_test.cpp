#include <gtest/gtest.h>

#include "payments/adapters/sandbox/adapter.hpp"
#include "payments/adapters/sandbox/script.hpp"
#include "services/base/json.hpp"
#include "tests/unit/payments/world.hpp"

namespace kassa::payments::sandbox {
namespace {

using Act = Script::Act;

TEST(SandboxScript, reads_its_words) {
  EXPECT_EQ(parse_script("succeed")->act, Act::kSucceed);
  EXPECT_EQ(parse_script("error_500_after_charge")->act, Act::kError500AfterCharge);
  EXPECT_EQ(parse_script("decline:card_declined")->decline_code, "card_declined");
  EXPECT_EQ(parse_script("slow:250")->delay, std::chrono::milliseconds{250});
  for (const char* const text : {"", "Succeed", "decline", "decline:", "decline:No Money", "slow:", "slow:-1",
                                 "slow:1x", "slow:60001", "slow:99999999999", "succeed "}) {
    EXPECT_FALSE(parse_script(text)) << text;
  }
}

TEST(SandboxScript, settings_win_over_built_in_tokens_and_others_succeed) {
  const boost::json::object settings{{"tokens", {{"tok_declined", "authorize"}, {"odd", 1}}}};
  EXPECT_EQ(script_for(settings, "tok_declined"), "authorize");
  EXPECT_EQ(script_for({}, "tok_declined"), "decline:card_declined");
  EXPECT_EQ(script_for(settings, "whatever"), "succeed");
  EXPECT_EQ(script_for(settings, "odd"), "invalid");
  EXPECT_EQ(script_for({{"tokens", "none"}}, "tok_action"), "action");
}

TEST(SandboxScript, every_built_in_token_has_a_script_that_exists) {
  for (const char* const token :
       {"tok_authorize", "tok_declined", "tok_declined_insufficient_funds", "tok_action", "tok_processing",
        "tok_timeout_after_charge", "tok_timeout_before_charge", "tok_wrong_amount", "tok_slow"}) {
    const std::string script = script_for({}, token);
    EXPECT_NE(script, "succeed") << token;
    EXPECT_TRUE(parse_script(script)) << token;
  }
}

TEST(SandboxAdapter, sends_the_same_bytes_for_the_same_request) {
  GatewayConfig gateway;
  gateway.credentials = "secret";
  const auto first = kAdapter.build_charge(gateway, charge_request("tok_action"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first.value().method, "POST");
  EXPECT_EQ(first.value().url, "https://sandbox.kassa.internal/v1/charges");
  EXPECT_EQ(first.value().body, R"({"reference":"pay_1","amount":1999,"currency":"EUR","token":"tok_action",)"
                                R"("instrument_type":"card","script":"action"})");
  const std::vector<std::pair<std::string, std::string>> headers{
      {"Authorization", "Bearer secret"}, {"Content-Type", "application/json"}, {"Idempotency-Key", "key_1"}};
  EXPECT_EQ(first.value().headers, headers);
  EXPECT_EQ(kAdapter.build_charge(gateway, charge_request("tok_action")).value().body, first.value().body);
}

TEST(SandboxAdapter, refuses_ids_and_keys_that_would_break_out_of_their_place) {
  const GatewayConfig gateway;
  ChargeRequest request = charge_request("tok");
  request.gateway_key = "key\r\nX-Evil: 1";
  EXPECT_FALSE(kAdapter.build_charge(gateway, request));
  request = charge_request("tok");
  request.attempt = AttemptId{"pay_1&reference=pay_2"};
  EXPECT_FALSE(kAdapter.build_charge(gateway, request));
  EXPECT_FALSE(kAdapter.build_find(gateway, request));
  const ChargeRequest good = charge_request("tok");
  EXPECT_FALSE(kAdapter.build_give_back(gateway, GiveBack{good, "../charges", eur(1), "key"}));
  GatewayConfig broken;
  broken.credentials = "a b";
  EXPECT_FALSE(kAdapter.build_charge(broken, good));
}

}  // namespace
}  // namespace kassa::payments::sandbox
