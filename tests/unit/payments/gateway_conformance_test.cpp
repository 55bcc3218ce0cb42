// What every gateway must do, run over each row of the registry. A new adapter adds a bench to
// gateway_bench.cpp, no test.
#include <gtest/gtest.h>

#include "payments/adapters/registry.hpp"
#include "tests/unit/payments/gateway_bench.hpp"

namespace kassa::payments {
namespace {

using K = EventKind;
using S = AttemptState;

class GatewayConformance : public ::testing::TestWithParam<AdapterRow> {
 protected:
  void SetUp() override {
    bench_ = make_bench(GetParam().name);
    ASSERT_NE(bench_, nullptr) << "add a bench for " << GetParam().name << " to gateway_bench.cpp";
    gateways_ = std::make_unique<HttpGateways>(bench_->client(), clock_, metrics_);
    config_ = bench_->config();
    config_.adapter = GetParam().name;
  }

  ChargeRequest request(Wish wish, int number = 1) { return charge_request(bench_->token(wish), number); }
  ChargeReply charge(const ChargeRequest& asked) { return note(run(io_, gateways_->charge(config_, asked, kTime))); }
  ChargeReply find(const ChargeRequest& asked) { return note(run(io_, gateways_->find(config_, asked, kTime))); }
  ChargeReply give_back(const ChargeRequest& asked, const std::string& ref, Money amount, const std::string& key) {
    return note(run(io_, gateways_->give_back(config_, asked, ref, amount, key, kTime)));
  }
  ChargeReply note(ChargeReply reply) {
    events_.push_back(reply.event);
    return reply;
  }
  AttemptFold fold() const { return fold_events(eur(1999), events_); }
  std::vector<HeldCharge> held(const ChargeRequest& asked) { return bench_->held(asked.attempt.value); }

  ManualClock clock_;
  SummingMetrics metrics_;
  asio::io_context io_;
  std::unique_ptr<GatewayBench> bench_;
  std::unique_ptr<HttpGateways> gateways_;
  GatewayConfig config_;
  std::vector<AttemptEvent> events_;
};

TEST_P(GatewayConformance, approves_and_names_the_charge) {
  const ChargeReply reply = charge(request(Wish::kApprove));
  EXPECT_TRUE(is_success(fold().state)) << reply.event.detail;
  EXPECT_FALSE(fold().gateway_ref.empty());
  EXPECT_EQ(reply.event.amount, eur(1999));
  EXPECT_EQ(metrics_.total("payment_gateway_replies_total", "charge.captured") +
                metrics_.total("payment_gateway_replies_total", "charge.authorized"),
            1);
}

TEST_P(GatewayConformance, tells_a_decline_with_its_code_and_holds_nothing) {
  const ChargeRequest asked = request(Wish::kDecline);
  const ChargeReply reply = charge(asked);
  EXPECT_EQ(to_text(fold().state), to_text(S::kDeclined));
  EXPECT_FALSE(reply.event.detail.empty());
  EXPECT_FALSE(reply.safe_to_retry);
  EXPECT_EQ(find(asked).event.kind, K::kDeclined);
  EXPECT_TRUE(held(asked).empty());
}

TEST_P(GatewayConformance, a_lost_answer_is_unknown_until_the_charge_is_found) {
  if (!GetParam().adapter->capabilities().can_find) GTEST_SKIP() << "has no look-up";
  const ChargeRequest asked = request(Wish::kLoseAnswerAfterCharge);
  charge(asked);
  EXPECT_EQ(fold().state, S::kUnknown);
  find(asked);
  EXPECT_TRUE(is_success(fold().state));
  EXPECT_EQ(held(asked).size(), 1U);
}

TEST_P(GatewayConformance, a_lost_answer_is_unknown_until_the_gateway_knows_no_charge) {
  if (!GetParam().adapter->capabilities().can_find) GTEST_SKIP() << "has no look-up";
  const ChargeRequest asked = request(Wish::kLoseAnswerBeforeCharge);
  charge(asked);
  EXPECT_EQ(fold().state, S::kUnknown);
  EXPECT_EQ(find(asked).event.detail, kDetailNotFound);
  EXPECT_TRUE(is_definite_failure(fold().state));
  EXPECT_TRUE(held(asked).empty());
}

TEST_P(GatewayConformance, the_same_key_charges_once) {
  for (const Wish wish : {Wish::kApprove, Wish::kLoseAnswerAfterCharge}) {
    events_.clear();
    const ChargeRequest asked = request(wish, wish == Wish::kApprove ? 1 : 2);
    charge(asked);
    const ChargeReply again = charge(asked);
    EXPECT_TRUE(is_success(fold().state));
    EXPECT_EQ(again.event.gateway_ref, fold().gateway_ref);
    ASSERT_EQ(held(asked).size(), 1U);
    EXPECT_EQ(held(asked)[0].amount, eur(1999));
  }
}

TEST_P(GatewayConformance, the_same_key_with_another_amount_never_charges) {
  ChargeRequest asked = request(Wish::kApprove);
  charge(asked);
  asked.amount = eur(2500);
  const EventKind kind = charge(asked).event.kind;
  EXPECT_TRUE(kind == K::kMismatch || kind == K::kFailed) << to_text(kind);
  ASSERT_EQ(held(asked).size(), 1U);
  EXPECT_EQ(held(asked)[0].amount, eur(1999));
}

TEST_P(GatewayConformance, gives_back_in_parts_once_per_key_and_never_too_much) {
  const ChargeRequest asked = request(Wish::kApprove);
  const std::string ref = charge(asked).event.gateway_ref;
  if (fold().state != S::kCaptured) GTEST_SKIP() << "captures later";
  EXPECT_EQ(give_back(asked, ref, eur(500), "part_1").event.kind, K::kRefunded);
  EXPECT_EQ(give_back(asked, ref, eur(500), "part_1").event.kind, K::kRefunded);
  EXPECT_EQ(fold().refunded, 500);
  EXPECT_EQ(give_back(asked, ref, eur(1500), "part_2").event.kind, K::kDeclined);
  EXPECT_EQ(give_back(asked, ref, eur(1499), "part_3").event.kind, K::kRefunded);
  EXPECT_EQ(fold().refunded, 1999);
  EXPECT_EQ(to_text(fold().state), to_text(S::kCaptured));
  EXPECT_TRUE(held(asked).empty());
}

TEST_P(GatewayConformance, voids_what_it_has_only_authorized) {
  const std::string token = bench_->token(Wish::kAuthorizeOnly);
  if (!GetParam().adapter->capabilities().can_void || token.empty()) GTEST_SKIP() << "cannot void";
  const ChargeRequest asked = charge_request(token);
  const std::string ref = charge(asked).event.gateway_ref;
  EXPECT_EQ(fold().state, S::kAuthorized);
  EXPECT_EQ(give_back(asked, ref, asked.amount, "void_1").event.kind, K::kVoided);
  EXPECT_EQ(fold().state, S::kVoided);
  EXPECT_TRUE(held(asked).empty());
}

TEST_P(GatewayConformance, another_amount_in_the_answer_is_held_for_review) {
  charge(request(Wish::kTellWrongAmount));
  EXPECT_EQ(fold().state, S::kReview);
  EXPECT_EQ(fold().captured, 0);
}

TEST_P(GatewayConformance, a_status_word_never_seen_is_unknown) {
  charge(request(Wish::kTellStrangeStatus));
  EXPECT_EQ(fold().state, S::kUnknown);
}

TEST_P(GatewayConformance, a_call_that_never_left_has_no_effect_and_may_be_repeated) {
  RefusingClient nobody;
  gateways_ = std::make_unique<HttpGateways>(nobody, clock_, metrics_);
  const ChargeRequest asked = request(Wish::kApprove);
  EXPECT_TRUE(charge(asked).safe_to_retry);
  EXPECT_EQ(fold().state, S::kFailed);
  EXPECT_EQ(find(asked).event.kind, K::kUnknown);
  ASSERT_FALSE(nobody.requests.empty());
  EXPECT_EQ(nobody.requests[0].total_time, kTime);
  EXPECT_TRUE(nobody.requests[0].url.starts_with("https://"));
  for (const ports::HttpRequest& sent : nobody.requests) {
    EXPECT_EQ(sent.url.find(asked.token), std::string::npos) << "a credential in a URL ends up in logs";
  }
}

std::string name_of(const ::testing::TestParamInfo<AdapterRow>& row) { return std::string(row.param.name); }
INSTANTIATE_TEST_SUITE_P(All, GatewayConformance, ::testing::ValuesIn(adapters().begin(), adapters().end()), name_of);

TEST(HttpGatewaysTest, a_gateway_without_an_adapter_is_not_called) {
  ManualClock clock;
  SummingMetrics metrics;
  asio::io_context io;
  RefusingClient client;
  HttpGateways gateways(client, clock, metrics);
  GatewayConfig config;
  config.adapter = "no_such_adapter";
  const ChargeRequest asked = charge_request("tok");
  EXPECT_EQ(run(io, gateways.charge(config, asked, kTime)).event.detail, "no_effect:unknown_adapter");
  EXPECT_EQ(run(io, gateways.find(config, asked, kTime)).event.kind, K::kUnknown);
  const std::string ref = "ch_1";
  const std::string key = "key";
  EXPECT_EQ(run(io, gateways.give_back(config, asked, ref, eur(1), key, kTime)).event.kind, K::kFailed);
  EXPECT_TRUE(client.requests.empty());
}

}  // namespace
}  // namespace kassa::payments
