#include <gtest/gtest.h>

#include "payments/adapters/judgement.hpp"
#include "payments/adapters/sandbox/adapter.hpp"
#include "tests/unit/payments/world.hpp"

namespace kassa::payments {
namespace {

using ports::CallOutcome;
using K = EventKind;

ports::HttpReply answered(int status, std::string body) {
  ports::HttpReply reply;
  reply.outcome = status < 300 ? CallOutcome::kSucceeded : CallOutcome::kRejected;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

ports::HttpReply lost(CallOutcome outcome, int status, std::string body = "") {
  ports::HttpReply reply = answered(status, std::move(body));
  reply.outcome = outcome;
  return reply;
}

std::string charge(std::string_view status, std::string_view more = "") {
  return R"({"id":"ch_1","reference":"pay_1","amount":1999,"currency":"EUR","status":")" + std::string(status) + "\"" +
         std::string(more) + "}";
}

struct JudgementCase {
  const char* name;
  ports::HttpReply reply;
  K kind;
  const char* detail;
  bool safe_to_retry{};
};

const std::string kCaptured = charge("captured");

const JudgementCase kCharges[] = {
    {"captured", answered(200, kCaptured), K::kCaptured, "captured"},
    {"authorized", answered(200, charge("authorized")), K::kAuthorized, "authorized"},
    {"declined", answered(402, R"({"charge":)" + charge("declined", R"(,"decline_code":"expired")") + "}"),
     K::kDeclined, "expired"},
    {"processing", answered(200, charge("processing")), K::kProcessing, "processing"},
    {"an action with an address to go to",
     answered(200, charge("requires_action", R"(,"action_url":"https://a.example/x")")), K::kActionRequired,
     "requires_action"},
    {"an action with a script for an address",
     answered(200, charge("requires_action", R"(,"action_url":"javascript:alert")")), K::kUnknown, "bad_action_url"},
    {"a call that never left", lost(CallOutcome::kNotSent, 0), K::kFailed, "no_effect:not_sent", true},
    {"a lost answer, whatever its body says", lost(CallOutcome::kUnknown, 0, kCaptured), K::kUnknown, "no_answer"},
    {"a server error, whatever its body says", lost(CallOutcome::kUnknown, 503, kCaptured), K::kUnknown,
     "server_error"},
    {"a status word never seen", answered(200, charge("paid_out")), K::kUnknown, "unknown_status"},
    {"a page instead of JSON", answered(200, "<html>Bad gateway</html>"), K::kUnknown, "unreadable"},
    {"a truncated body", answered(200, kCaptured.substr(0, 40)), K::kUnknown, "unreadable"},
    {"an amount as a decimal",
     answered(200, R"({"id":"ch_1","reference":"pay_1","amount":1999.0,"currency":"EUR","status":"captured"})"),
     K::kMismatch, "amount"},
    {"another amount",
     answered(200, R"({"id":"ch_1","reference":"pay_1","amount":2000,"currency":"EUR","status":"captured"})"),
     K::kMismatch, "amount"},
    {"another currency",
     answered(200, R"({"id":"ch_1","reference":"pay_1","amount":1999,"currency":"USD","status":"captured"})"),
     K::kMismatch, "currency"},
    {"a currency that does not exist",
     answered(200, R"({"id":"ch_1","reference":"pay_1","amount":1999,"currency":"E","status":"captured"})"),
     K::kMismatch, "currency"},
    {"somebody else's payment",
     answered(200, R"({"id":"ch_1","reference":"pay_2","amount":1999,"currency":"EUR","status":"captured"})"),
     K::kMismatch, "reference"},
    {"a success without a name",
     answered(200, R"({"reference":"pay_1","amount":1999,"currency":"EUR","status":"captured"})"), K::kUnknown,
     "no_gateway_ref"},
    {"our key used for something else", answered(409, R"({"error":{"code":"idempotency_error"}})"), K::kMismatch,
     "idempotency_error"},
    {"a request refused before it was executed", answered(400, R"({"error":{"code":"invalid_request"}})"), K::kFailed,
     "no_effect:invalid_request"},
    {"an error never seen", answered(418, R"({"error":{"code":"teapot"}})"), K::kUnknown, "unknown_error"},
    {"a redirect", answered(302, "{}"), K::kUnknown, "unreadable"},
    {"a decline that talks too much",
     answered(402, R"({"charge":)" + charge("declined", R"(,"decline_code":"Ms Doe has no money")") + "}"),
     K::kDeclined, "unlisted"},
};

TEST(Judgement, of_a_charge) {
  const ChargeRequest request = charge_request("tok");
  for (const JudgementCase& row : kCharges) {
    SCOPED_TRACE(row.name);
    const ChargeReply reply = judge_charge(sandbox::kAdapter, request, row.reply);
    EXPECT_EQ(to_text(reply.event.kind), to_text(row.kind));
    EXPECT_EQ(reply.event.detail, row.detail);
    EXPECT_EQ(reply.safe_to_retry, row.safe_to_retry);
    if (row.kind != K::kMismatch) {
      EXPECT_EQ(reply.event.amount, request.amount);
    }
  }
}

const JudgementCase kFinds[] = {
    {"one charge", answered(200, R"({"data":[)" + kCaptured + "]}"), K::kCaptured, "captured"},
    {"no charge", answered(200, R"({"data":[]})"), K::kFailed, "not_found"},
    {"two charges under one reference", answered(200, R"({"data":[)" + kCaptured + "," + kCaptured + "]}"),
     K::kMismatch, "several_charges"},
    {"a question that never left says nothing", lost(CallOutcome::kNotSent, 0), K::kUnknown, "not_sent"},
    {"a 404 of some proxy is no answer", answered(404, "not found"), K::kUnknown, "unreadable"},
    {"an empty object is no answer", answered(200, "{}"), K::kUnknown, "unreadable"},
};

TEST(Judgement, of_a_search) {
  for (const JudgementCase& row : kFinds) {
    SCOPED_TRACE(row.name);
    const ChargeReply reply = judge_find(sandbox::kAdapter, charge_request("tok"), row.reply);
    EXPECT_EQ(to_text(reply.event.kind), to_text(row.kind));
    EXPECT_EQ(reply.event.detail, row.detail);
    EXPECT_FALSE(reply.safe_to_retry);
  }
}

std::string refund(std::int64_t amount, std::int64_t total) {
  return R"({"id":"re_1","charge":"ch_1","reference":"pay_1","status":"refunded","currency":"EUR",)"
         R"("amount":)" +
         std::to_string(amount) + R"(,"refunded_total":)" + std::to_string(total) + "}";
}

const JudgementCase kGiveBacks[] = {
    {"a refund", answered(200, refund(500, 1500)), K::kRefunded, "refunded"},
    {"a refund of another amount", answered(200, refund(501, 1500)), K::kMismatch, "amount"},
    {"a total below this refund", answered(200, refund(500, 499)), K::kMismatch, "refund_total"},
    {"a total above the charge", answered(200, refund(500, 2000)), K::kMismatch, "refund_total"},
    {"refused", answered(422, R"({"error":{"code":"not_refundable"}})"), K::kDeclined, "not_refundable"},
    {"a charge that the gateway does not know", answered(404, R"({"error":{"code":"unknown_charge"}})"), K::kDeclined,
     "unknown_charge"},
    {"a call that never left", lost(CallOutcome::kNotSent, 0), K::kFailed, "no_effect:not_sent", true},
    {"a lost answer", lost(CallOutcome::kUnknown, 500), K::kUnknown, "server_error"},
};

TEST(Judgement, of_a_give_back) {
  const ChargeRequest request = charge_request("tok");
  const GiveBack what{request, "ch_1", eur(500), "key_refund"};
  for (const JudgementCase& row : kGiveBacks) {
    SCOPED_TRACE(row.name);
    const ChargeReply reply = judge_give_back(sandbox::kAdapter, what, row.reply);
    EXPECT_EQ(to_text(reply.event.kind), to_text(row.kind));
    EXPECT_EQ(reply.event.detail, row.detail);
    EXPECT_EQ(reply.safe_to_retry, row.safe_to_retry);
  }
  EXPECT_EQ(judge_give_back(sandbox::kAdapter, what, kGiveBacks[0].reply).event.amount, eur(1500));
}

/// Says yes to everything and repeats nothing.
class VagueAdapter final : public Adapter {
 public:
  constexpr Capabilities capabilities() const noexcept override { return {}; }
  Result<ports::HttpRequest> build_charge(const GatewayConfig&, const ChargeRequest&) const override {
    return ports::HttpRequest{};
  }
  Result<ports::HttpRequest> build_find(const GatewayConfig&, const ChargeRequest&) const override {
    return ports::HttpRequest{};
  }
  Result<ports::HttpRequest> build_give_back(const GatewayConfig&, const GiveBack&) const override {
    return ports::HttpRequest{};
  }
  Reading read_charge(const ports::HttpReply&) const override { return yes(K::kCaptured); }
  Reading read_find(const ports::HttpReply&) const override { return yes(K::kAuthorized); }
  Reading read_give_back(const ports::HttpReply&) const override { return yes(K::kRefunded); }

 private:
  static Reading yes(K kind) {
    Reading read = reading(kind, "yes");
    read.reply.event.gateway_ref = "ch_1";
    return read;
  }
};

TEST(Judgement, does_not_believe_a_success_that_does_not_say_what_it_is_about) {
  const VagueAdapter vague;
  const ChargeRequest request = charge_request("tok");
  const GiveBack what{request, "ch_1", eur(500), "key_refund"};
  const ports::HttpReply reply = answered(200, "{}");
  EXPECT_EQ(judge_charge(vague, request, reply).event.detail, "no_echo");
  EXPECT_EQ(judge_find(vague, request, reply).event.kind, K::kUnknown);
  EXPECT_EQ(judge_give_back(vague, what, reply).event.kind, K::kUnknown);
}

}  // namespace
}  // namespace kassa::payments
