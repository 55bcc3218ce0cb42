#include <boost/asio/detached.hpp>
#include <thread>

#include "payments/adapters/sandbox/adapter.hpp"
#include "payments/adapters/sandbox/answers.hpp"
#include "tests/unit/payments/world.hpp"

namespace kassa::payments {
namespace {

using K = EventKind;

struct BankCase {
  const char* name;
  const char* token;
  K answered;
  const char* detail;
  K found;
  const char* state;  ///< In the book; nullptr when nothing is booked.
};

const BankCase kBankCases[] = {
    {"an unlisted token succeeds", "anything", K::kCaptured, "captured", K::kCaptured, "captured"},
    {"authorized only", "tok_authorize", K::kAuthorized, "authorized", K::kAuthorized, "authorized"},
    {"declined with its code", "tok_declined_insufficient_funds", K::kDeclined, "insufficient_funds", K::kDeclined,
     "declined"},
    {"processing", "tok_processing", K::kProcessing, "processing", K::kProcessing, "processing"},
    {"charged, answer lost", "tok_timeout_after_charge", K::kUnknown, "timeout", K::kCaptured, "captured"},
    {"not charged, answer lost", "tok_timeout_before_charge", K::kUnknown, "timeout", K::kFailed, nullptr},
    {"charged, answered 500", "tok_500", K::kUnknown, "server_error", K::kCaptured, "captured"},
    {"charged, told another amount", "tok_wrong_amount", K::kMismatch, "amount", K::kCaptured, "captured"},
    {"charged, told a strange word", "tok_strange", K::kUnknown, "unknown_status", K::kCaptured, "captured"},
};

TEST(SandboxBank, plays_each_script_and_tells_the_truth_when_asked) {
  SandboxWorld world;
  int number = 0;
  for (const BankCase& row : kBankCases) {
    SCOPED_TRACE(row.name);
    const ChargeRequest request = charge_request(row.token, ++number);
    const ChargeReply answered = world.charge(request);
    EXPECT_EQ(to_text(answered.event.kind), to_text(row.answered));
    EXPECT_EQ(answered.event.detail, row.detail);
    EXPECT_EQ(answered.event.at, world.clock.now());
    EXPECT_EQ(to_text(world.find(request).event.kind), to_text(row.found));
    const auto booked = run(world.io, sandbox::Book(*world.store).by_reference(request.attempt.value)).value();
    ASSERT_EQ(booked.size(), row.state == nullptr ? 0U : 1U);
    if (row.state != nullptr) {
      EXPECT_EQ(booked[0].state, row.state);
      EXPECT_EQ(booked[0].amount, 1999);
    }
  }
}

TEST(SandboxBank, repeats_the_first_answer_byte_for_byte_also_after_a_restart) {
  SandboxWorld world;
  for (const char* const token : {"tok", "tok_action", "tok_declined", "tok_500", "tok_wrong_amount"}) {
    SCOPED_TRACE(token);
    ChargeRequest request = charge_request(token);
    request.gateway_key = request.attempt.value = std::string("pay_") + token;
    const auto built = sandbox::kAdapter.build_charge(world.gateway(), request).value();
    const auto first = run(world.io, world.bank->send(built));
    if (request.token == "tok_action") {
      ASSERT_TRUE(run(world.io, world.bank->approve(world.book().back().charge_id, true)));
    }
    world.clock.advance(std::chrono::hours{1});
    world.open_book();
    const auto again = run(world.io, world.bank->send(built));
    EXPECT_EQ(again.status, first.status);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(run(world.io, sandbox::Book(*world.store).by_reference(request.attempt.value)).value().size(), 1U);
  }
}

TEST(SandboxBank, refuses_a_key_that_comes_back_with_other_parameters) {
  SandboxWorld world;
  const ChargeRequest first = charge_request("tok");
  ASSERT_EQ(world.charge(first).event.kind, K::kCaptured);
  ChargeRequest other = first;
  other.amount = eur(2000);
  EXPECT_EQ(world.charge(other).event.kind, K::kMismatch);
  other = first;
  other.token = "tok_2";
  EXPECT_EQ(world.charge(other).event.detail, "idempotency_error");
  ASSERT_EQ(world.book().size(), 1U);
  EXPECT_EQ(world.book()[0].amount, 1999);
}

TEST(SandboxBank, replays_a_charge_whose_script_was_changed_in_the_settings_meanwhile) {
  SandboxWorld world;
  GatewayConfig gateway = world.gateway();
  const ChargeRequest request = charge_request("tok");
  ASSERT_EQ(run(world.io, world.gateways->charge(gateway, request, kTime)).event.kind, K::kCaptured);
  gateway.settings = {{"tokens", {{"tok", "decline:expired_card"}}}};
  EXPECT_EQ(run(world.io, world.gateways->charge(gateway, request, kTime)).event.kind, K::kCaptured);
}

TEST(SandboxBank, lets_the_shopper_decide_once) {
  SandboxWorld world;
  const ChargeRequest yes = charge_request("tok_action", 1);
  const ChargeRequest no = charge_request("tok_action", 2);
  const ChargeReply asked = world.charge(yes);
  ASSERT_EQ(asked.event.kind, K::kActionRequired);
  EXPECT_EQ(asked.action_url, "https://shop.example/testing/sandbox/authorize/" + asked.event.gateway_ref);
  EXPECT_EQ(world.find(yes).event.kind, K::kActionRequired);
  const std::string refused = world.charge(no).event.gateway_ref;

  EXPECT_EQ(run(world.io, world.bank->approve(asked.event.gateway_ref, true)).value().state, "captured");
  EXPECT_EQ(run(world.io, world.bank->approve(asked.event.gateway_ref, false)).value().state, "captured");
  EXPECT_EQ(run(world.io, world.bank->approve(refused, false)).value().state, "declined");
  EXPECT_EQ(run(world.io, world.bank->approve("ch_none", true)).error().code, Errc::kNotFound);
  EXPECT_EQ(world.find(yes).event.kind, K::kCaptured);
  EXPECT_EQ(world.find(no).event.detail, "authentication_failed");
}

TEST(SandboxBank, charges_after_the_delay_and_books_even_when_the_caller_has_gone) {
  SandboxWorld world;
  GatewayConfig gateway = world.gateway();
  gateway.settings = {{"tokens", {{"patient", "slow:5"}, {"hasty", "slow:60000"}}}};
  const ChargeRequest patient = charge_request("patient", 1);
  const ChargeRequest hasty = charge_request("hasty", 2);
  EXPECT_EQ(run(world.io, world.gateways->charge(gateway, patient, kTime)).event.kind, K::kCaptured);
  const std::chrono::milliseconds little{20};
  EXPECT_EQ(run(world.io, world.gateways->charge(gateway, hasty, little)).event.kind, K::kUnknown);
  EXPECT_EQ(world.find(hasty).event.kind, K::kCaptured);
}

TEST(SandboxBank, gives_back_at_most_what_it_holds_and_once_per_key) {
  SandboxWorld world;
  const ChargeRequest request = charge_request("tok");
  const std::string ref = world.charge(request).event.gateway_ref;
  EXPECT_EQ(world.give_back(request, ref, eur(500), "r1").event.amount, eur(500));
  const ChargeReply second = world.give_back(request, ref, eur(500), "r2");
  EXPECT_EQ(second.event.kind, K::kRefunded);
  EXPECT_EQ(second.event.amount, eur(1000));
  EXPECT_EQ(world.give_back(request, ref, eur(500), "r1").event.amount, eur(500));
  EXPECT_EQ(world.give_back(request, ref, eur(501), "r1").event.kind, K::kMismatch);
  EXPECT_EQ(world.give_back(request, ref, eur(1000), "r3").event.detail, "not_refundable");
  EXPECT_EQ(world.give_back(request, ref, eur(999), "r3").event.amount, eur(1999));
  EXPECT_EQ(world.give_back(request, "ch_none", eur(1), "r4").event.detail, "unknown_charge");
  EXPECT_EQ(world.book()[0].refunded, 1999);
}

TEST(SandboxBank, refunds_only_the_charge_that_is_meant) {
  SandboxWorld world;
  const ChargeRequest request = charge_request("tok");
  const std::string ref = world.charge(request).event.gateway_ref;
  const auto status_of = [&](const char* reference, std::int64_t amount, const char* currency) {
    ports::HttpRequest http("POST", std::string(sandbox::kOrigin) + "/v1/charges/" + ref + "/refunds");
    http.headers.emplace_back("Idempotency-Key", "r1");
    const boost::json::object body{{"reference", reference}, {"amount", amount}, {"currency", currency}};
    http.body = boost::json::serialize(body);
    return run(world.io, world.bank->send(std::move(http))).status;
  };
  EXPECT_EQ(status_of("pay_2", 500, "EUR"), 422);
  EXPECT_EQ(status_of("pay_1", 500, "USD"), 422);
  EXPECT_EQ(status_of("pay_1", 500, "EUR"), 200);
  EXPECT_EQ(status_of("pay_1", 501, "EUR"), 409);
  EXPECT_EQ(status_of("pay_1", 500, "USD"), 409);
  EXPECT_EQ(status_of("pay_1", 500, "EUR"), 200);
  EXPECT_EQ(world.book()[0].refunded, 500);
}

TEST(SandboxBank, releases_an_authorization_and_a_pending_action_as_a_whole) {
  SandboxWorld world;
  const ChargeRequest authorized = charge_request("tok_authorize", 1);
  const ChargeRequest pending = charge_request("tok_action", 2);
  const std::string held = world.charge(authorized).event.gateway_ref;
  const std::string asked = world.charge(pending).event.gateway_ref;
  EXPECT_EQ(world.give_back(authorized, held, eur(5), "v0").event.kind, K::kDeclined);
  for (int i = 0; i < 2; ++i) {
    const ChargeReply voided = world.give_back(authorized, held, eur(1999), "v1");
    EXPECT_EQ(voided.event.kind, K::kVoided);
    EXPECT_EQ(voided.event.gateway_ref, held);
  }
  EXPECT_EQ(world.give_back(pending, asked, eur(1999), "v2").event.kind, K::kVoided);
  EXPECT_EQ(world.find(pending).event.kind, K::kVoided);
  EXPECT_EQ(run(world.io, world.bank->approve(asked, true)).value().state, "voided");
}

TEST(SandboxBank, books_once_for_64_concurrent_charges_with_one_key) {
  SandboxWorld world;
  const GatewayConfig gateway = world.gateway();
  const ChargeRequest request = charge_request("tok");
  std::mutex mutex;
  std::vector<ChargeReply> replies;
  for (int i = 0; i < 64; ++i) {
    asio::co_spawn(world.io, world.gateways->charge(gateway, request, kTime),
                   [&](std::exception_ptr failure, ChargeReply reply) {
                     const std::lock_guard lock(mutex);
                     if (!failure) replies.push_back(std::move(reply));
                   });
  }
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&world] { world.io.run(); });
  threads.clear();
  ASSERT_EQ(replies.size(), 64U);
  for (const ChargeReply& reply : replies) {
    EXPECT_EQ(reply.event.kind, K::kCaptured);
    EXPECT_EQ(reply.event.gateway_ref, replies[0].event.gateway_ref);
  }
  EXPECT_EQ(world.book().size(), 1U);
}

TEST(SandboxBank, never_refunds_more_than_it_holds_to_concurrent_callers) {
  SandboxWorld world;
  const GatewayConfig gateway = world.gateway();
  const ChargeRequest request = charge_request("tok", 1, 1000);
  const std::string ref = world.charge(request).event.gateway_ref;
  std::vector<std::string> keys;
  for (int i = 0; i < 20; ++i) keys.push_back("refund_" + std::to_string(i));
  int refunded = 0;
  for (const std::string& key : keys) {
    asio::co_spawn(world.io, world.gateways->give_back(gateway, request, ref, eur(300), key, kTime),
                   [&](std::exception_ptr, ChargeReply reply) { refunded += reply.event.kind == K::kRefunded; });
  }
  world.io.restart();
  world.io.run();
  EXPECT_EQ(refunded, 3);
  EXPECT_EQ(world.book()[0].refunded, 900);
}

TEST(SandboxBank, never_writes_the_credential_token_or_the_credentials_down) {
  SandboxWorld world;
  const ChargeRequest request = charge_request("canary-token-4e1f");
  ASSERT_EQ(world.charge(request).event.kind, K::kCaptured);
  world.bank.reset();
  world.store.reset();
  for (const auto& entry : std::filesystem::directory_iterator(world.folder.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    EXPECT_EQ(bytes.str().find("canary-token"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.str().find("sandbox-credentials"), std::string::npos) << entry.path();
  }
}

TEST(SandboxBank, hands_on_what_is_for_another_host) {
  SandboxWorld world;
  for (const char* const url : {"https://api.example/v1/charges", "https://sandbox.kassa.internal.example/v1/charges",
                                "http://sandbox.kassa.internal/v1/charges", "https://sandbox.kassa.internal:8443/v1"}) {
    const ports::HttpReply reply = run(world.io, world.bank->send(ports::HttpRequest("POST", url)));
    EXPECT_EQ(reply.outcome, ports::CallOutcome::kNotSent) << url;
    EXPECT_EQ(world.others.requests.back().url, url);
  }
  const ports::HttpRequest strange("GET", "https://sandbox.kassa.internal/v1/balance");
  EXPECT_EQ(run(world.io, world.bank->send(strange)).status, 404);
  EXPECT_EQ(world.others.requests.size(), 4U);
}

TEST(SandboxBank, refuses_requests_that_it_cannot_read_before_booking) {
  SandboxWorld world;
  const auto good = sandbox::kAdapter.build_charge(world.gateway(), charge_request("tok")).value();
  for (const char* const body : {"", "[]", "{}",
                                 R"({"reference":"a","amount":0,"currency":"EUR","token":"t",)"
                                 R"("instrument_type":"card","script":"succeed"})",
                                 R"({"reference":"a","amount":1,"currency":"EUR","token":"t",)"
                                 R"("instrument_type":"card","script":"explode"})"}) {
    ports::HttpRequest bad = good;
    bad.body = body;
    EXPECT_EQ(run(world.io, world.bank->send(std::move(bad))).status, 400) << body;
  }
  ports::HttpRequest keyless = good;
  keyless.headers.clear();
  EXPECT_EQ(run(world.io, world.bank->send(std::move(keyless))).status, 400);
  EXPECT_TRUE(world.book().empty());
}

}  // namespace
}  // namespace kassa::payments
