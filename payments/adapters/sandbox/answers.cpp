#include "payments/adapters/sandbox/answers.hpp"

#include <limits>
#include <utility>

#include "services/base/currency.hpp"
#include "services/base/hash.hpp"
#include "services/base/json.hpp"

namespace kassa::payments::sandbox {
namespace {

using Act = Script::Act;

std::string_view header_of(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (equals_ignoring_case(header, name)) return value;
  }
  return {};
}

bool is_idempotency_key(std::string_view key) {
  return key.size() <= limits::kIdempotencyKeyBytesMax && is_visible_ascii(key);
}

/// Ids follow from keys, so that a simulation repeats itself to the byte.
std::string id_from(std::string_view prefix, std::string_view key) {
  return std::string(prefix) + sha256_hex(key).substr(0, 32);
}

Error refused(const char* what) { return Error{Errc::kInvalidRequest, what}; }

/// What the caller hears first: the truth, unless the script wants another answer.
void write_first_answer(NewCharge& made, std::string_view action_base) {
  BookedCharge& charge = made.charge;
  json::object told = render_charge(charge, action_base);
  if (made.script.act == Act::kWrongAmount) told["amount"] = charge.amount + 1;
  if (made.script.act == Act::kStrangeStatus) told["status"] = "settled_in_principle";
  charge.answer_status = 200;
  if (made.script.act == Act::kDecline) {
    json::object error{{"type", "card_error"}, {"code", charge.decline_code}};
    told = json::object{{"error", std::move(error)}, {"charge", std::move(told)}};
    charge.answer_status = 402;
  }
  if (made.script.act == Act::kError500AfterCharge) {
    json::object error{{"type", "api_error"}, {"code", "internal"}};
    told = json::object{{"error", std::move(error)}};
    charge.answer_status = 500;
  }
  charge.answer = json::serialize(told);
}

ports::CallOutcome outcome_of(int status) noexcept {
  if (status >= 200 && status < 300) return ports::CallOutcome::kSucceeded;
  return status >= 300 && status < 500 ? ports::CallOutcome::kRejected : ports::CallOutcome::kUnknown;
}

}  // namespace

Result<NewCharge> read_new_charge(const ports::HttpRequest& request, std::string_view action_base, Instant now) {
  const std::string_view key = header_of(request, "Idempotency-Key");
  if (!is_idempotency_key(key)) return refused("Idempotency-Key");
  KASSA_TRY(const json::value body, parse_json(request.body));
  if (!body.is_object()) return refused("body");
  std::vector<Problem> problems;
  ObjectReader reader(body.get_object(), "", problems);
  for (const char* const name : {"reference", "amount", "currency", "token", "instrument_type", "script"}) {
    reader.require(name);
  }
  const auto reference = reader.text("reference", limits::kIdBytesMax);
  const auto amount = reader.integer("amount", 1, std::numeric_limits<std::int64_t>::max() - 1);
  const auto currency = reader.text("currency", 3);
  const auto token = reader.text("token", limits::kBodyBytesMax);
  const auto instrument = reader.text("instrument_type", limits::kTextBytesMax);
  const auto script_text = reader.text("script", limits::kTextBytesMax);
  if (!problems.empty()) return refused("a member is missing or wrong");
  if (reference->empty() || !Currency::from_code(*currency)) return refused("reference or currency");
  const auto script = parse_script(*script_text);
  if (!script) return refused("no such script");

  const json::object parameters{{"reference", *reference},
                                {"amount", *amount},
                                {"currency", *currency},
                                {"token", *token},
                                {"instrument_type", *instrument}};
  NewCharge made;
  made.script = *script;
  made.charge.gateway_key = key;
  made.charge.charge_id = id_from("ch_", key);
  made.charge.reference = *reference;
  made.charge.amount = *amount;
  made.charge.currency = *currency;
  made.charge.state = first_state(*script);
  made.charge.script = *script_text;
  made.charge.decline_code = script->decline_code;
  made.charge.fingerprint = sha256_hex(canonical_json(parameters));
  made.charge.created_at = now;
  write_first_answer(made, action_base);
  return made;
}

Result<BookedRefund> read_new_refund(const ports::HttpRequest& request, std::string_view charge_id, Instant now) {
  const std::string_view key = header_of(request, "Idempotency-Key");
  if (!is_idempotency_key(key)) return refused("Idempotency-Key");
  KASSA_TRY(const json::value body, parse_json(request.body));
  if (!body.is_object()) return refused("body");
  std::vector<Problem> problems;
  ObjectReader reader(body.get_object(), "", problems);
  for (const char* const name : {"reference", "amount", "currency"}) reader.require(name);
  const auto reference = reader.text("reference", limits::kIdBytesMax);
  const auto amount = reader.integer("amount", 1, std::numeric_limits<std::int64_t>::max());
  const auto currency = reader.text("currency", 3);
  if (!problems.empty()) return refused("a member is missing or wrong");
  BookedRefund refund;
  refund.refund_key = key;
  refund.refund_id = id_from("re_", key);
  refund.charge_id = charge_id;
  refund.reference = *reference;
  refund.amount = *amount;
  refund.currency = *currency;
  refund.created_at = now;
  return refund;
}

json::object render_charge(const BookedCharge& charge, std::string_view action_base) {
  json::object told{{"id", charge.charge_id},     {"object", "charge"},          {"reference", charge.reference},
                    {"amount", charge.amount},    {"currency", charge.currency}, {"status", charge.state},
                    {"refunded", charge.refunded}};
  if (charge.state == "declined") told["decline_code"] = charge.decline_code;
  if (charge.state == "requires_action") {
    told["action_url"] = std::string(action_base) + "/testing/sandbox/authorize/" + charge.charge_id;
  }
  return told;
}

ports::HttpReply list_answer(std::span<const BookedCharge> charges, std::string_view action_base) {
  json::array data;
  for (const BookedCharge& charge : charges) data.push_back(render_charge(charge, action_base));
  const json::object told{{"object", "list"}, {"data", std::move(data)}};
  return answer(200, json::serialize(told));
}

ports::HttpReply refund_answer(const BookedRefund& refund) {
  const json::object told{{"id", refund.refund_id},
                          {"object", "refund"},
                          {"charge", refund.charge_id},
                          {"reference", refund.reference},
                          {"amount", refund.amount},
                          {"currency", refund.currency},
                          {"status", refund.kind == "void" ? "voided" : "refunded"},
                          {"refunded_total", refund.total}};
  return answer(200, json::serialize(told));
}

ports::HttpReply error_answer(int status, std::string_view code, std::string_view message) {
  json::object error{{"code", code}, {"message", message}};
  const json::object told{{"error", std::move(error)}};
  return answer(status, json::serialize(told));
}

ports::HttpReply answer(int status, std::string body) {
  ports::HttpReply reply;
  reply.outcome = outcome_of(status);
  reply.status = status;
  reply.headers.emplace_back("content-type", "application/json");
  reply.body = std::move(body);
  return reply;
}

ports::HttpReply lost_answer(std::string_view error) {
  ports::HttpReply reply;
  reply.outcome = ports::CallOutcome::kUnknown;
  reply.error = error;
  return reply;
}

}  // namespace kassa::payments::sandbox
