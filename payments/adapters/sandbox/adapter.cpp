#include "payments/adapters/sandbox/adapter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "payments/adapters/sandbox/script.hpp"
#include "services/base/json.hpp"
#include "services/base/text.hpp"

namespace kassa::payments::sandbox {
namespace {

struct StatusWord {
  std::string_view word;
  EventKind kind;
};
constexpr std::array kStatusWords{
    StatusWord{"captured", EventKind::kCaptured},
    StatusWord{"authorized", EventKind::kAuthorized},
    StatusWord{"requires_action", EventKind::kActionRequired},
    StatusWord{"processing", EventKind::kProcessing},
    StatusWord{"declined", EventKind::kDeclined},
    StatusWord{"voided", EventKind::kVoided},
};

/// Ids go into a URL as they are, so they must need no escaping there.
bool is_plain_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= limits::kIdBytesMax && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_key(std::string_view key) noexcept {
  return key.size() <= kAdapter.capabilities().key_bytes_max && is_visible_ascii(key);
}

Result<ports::HttpRequest> start(const GatewayConfig& gateway, std::string_view method, std::string_view path) {
  ports::HttpRequest http(std::string(method), std::string(kOrigin).append(path));
  if (gateway.credentials.empty()) return http;
  if (!is_visible_ascii(gateway.credentials)) return Error{Errc::kInvalidRequest, "unusable credentials"};
  http.headers.emplace_back("Authorization", "Bearer " + gateway.credentials);
  return http;
}

void add_body(ports::HttpRequest& http, std::string_view key, const json::object& body) {
  http.headers.emplace_back("Content-Type", "application/json");
  http.headers.emplace_back("Idempotency-Key", key);
  http.body = json::serialize(body);
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

/// An amount as told, however absurd: the comparison with ours is what judges it.
Money money_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  const std::int64_t* const minor = value == nullptr ? nullptr : value->if_int64();
  const auto currency = Currency::from_code(text_at(object, "currency"));
  return Money{minor == nullptr ? -1 : *minor, currency.value_or(Currency{})};
}

Reading with_echo(Reading read, const json::object& object) {
  read.echo = Echo{text_at(object, "reference"), money_at(object, "amount")};
  return read;
}

Reading read_charge_object(const json::object& charge) {
  const std::string status = text_at(charge, "status");
  const auto* const known = std::ranges::find(kStatusWords, status, &StatusWord::word);
  if (known == kStatusWords.end()) return reading(EventKind::kUnknown, "unknown_status");
  const bool declined = known->kind == EventKind::kDeclined;
  Reading read = reading(known->kind, declined ? text_at(charge, "decline_code") : status);
  read.reply.event.gateway_ref = text_at(charge, "id");
  const Money refunded = money_at(charge, "refunded");
  if (known->kind == EventKind::kCaptured && refunded.minor > 0) {
    read.reply.event.kind = EventKind::kRefunded;
    read.reply.event.amount = refunded;
  }
  if (known->kind == EventKind::kActionRequired) read.reply.action_url = text_at(charge, "action_url");
  return with_echo(std::move(read), charge);
}

/// The meaning of an error answer to a call that would move money. Only listed words are definite.
Reading read_error(int status, const json::object& error) {
  const std::string code = text_at(error, "code");
  if (status == 409 && code == "idempotency_error") return reading(EventKind::kMismatch, code);
  // Checked before anything is booked.
  if (status == 400 && code == "invalid_request") {
    return reading(EventKind::kFailed, std::string(kDetailNoEffect) + ":invalid_request");
  }
  return reading(EventKind::kUnknown, "unknown_error");
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

}  // namespace

Result<ports::HttpRequest> SandboxAdapter::build_charge(const GatewayConfig& gateway,
                                                        const ChargeRequest& request) const {
  if (!is_plain_id(request.attempt.value)) return Error{Errc::kInvalidRequest, "reference"};
  if (!is_key(request.gateway_key)) return Error{Errc::kInvalidRequest, "gateway key"};
  KASSA_TRY(auto http, start(gateway, "POST", "/v1/charges"));
  KASSA_TRY(const auto units, to_gateway_units(capabilities().exponents, request.amount));
  json::object body;
  body["reference"] = request.attempt.value;
  body["amount"] = units;
  body["currency"] = request.amount.currency.code();
  body["token"] = request.token;
  body["instrument_type"] = request.instrument_type;
  body["script"] = script_for(gateway.settings, request.token);
  add_body(http, request.gateway_key, body);
  return http;
}

Reading SandboxAdapter::read_charge(const ports::HttpReply& reply) const {
  const auto parsed = parse_json(reply.body);
  if (!parsed || !parsed.value().is_object()) return reading(EventKind::kUnknown, "unreadable");
  const json::object& answer = parsed.value().get_object();
  if (reply.status == 200) return read_charge_object(answer);
  if (reply.status == 402) {
    const json::object* const charge = object_at(answer, "charge");
    if (charge != nullptr && text_at(*charge, "status") == "declined") return read_charge_object(*charge);
  }
  const json::object* const error = object_at(answer, "error");
  return error == nullptr ? reading(EventKind::kUnknown, "unreadable") : read_error(reply.status, *error);
}

Result<ports::HttpRequest> SandboxAdapter::build_find(const GatewayConfig& gateway,
                                                      const ChargeRequest& request) const {
  if (!is_plain_id(request.attempt.value)) return Error{Errc::kInvalidRequest, "reference"};
  return start(gateway, "GET", "/v1/charges?reference=" + request.attempt.value);
}

Reading SandboxAdapter::read_find(const ports::HttpReply& reply) const {
  const auto parsed = parse_json(reply.body);
  if (reply.status != 200 || !parsed || !parsed.value().is_object()) {
    return reading(EventKind::kUnknown, "unreadable");
  }
  const json::value* const data = parsed.value().get_object().if_contains("data");
  if (data == nullptr || !data->is_array()) return reading(EventKind::kUnknown, "unreadable");
  const json::array& charges = data->get_array();
  if (charges.empty()) return reading(EventKind::kFailed, kDetailNotFound);
  if (charges.size() > 1) return reading(EventKind::kMismatch, "several_charges");
  if (!charges[0].is_object()) return reading(EventKind::kUnknown, "unreadable");
  return read_charge_object(charges[0].get_object());
}

Result<ports::HttpRequest> SandboxAdapter::build_give_back(const GatewayConfig& gateway,
                                                           const GiveBack& give_back) const {
  if (!is_plain_id(give_back.gateway_ref)) return Error{Errc::kInvalidRequest, "gateway reference"};
  if (!is_key(give_back.key)) return Error{Errc::kInvalidRequest, "gateway key"};
  const std::string path = "/v1/charges/" + std::string(give_back.gateway_ref) + "/refunds";
  KASSA_TRY(auto http, start(gateway, "POST", path));
  KASSA_TRY(const auto units, to_gateway_units(capabilities().exponents, give_back.amount));
  json::object body;
  body["reference"] = give_back.charge.attempt.value;
  body["amount"] = units;
  body["currency"] = give_back.amount.currency.code();
  add_body(http, give_back.key, body);
  return http;
}

Reading SandboxAdapter::read_give_back(const ports::HttpReply& reply) const {
  const auto parsed = parse_json(reply.body);
  if (!parsed || !parsed.value().is_object()) return reading(EventKind::kUnknown, "unreadable");
  const json::object& answer = parsed.value().get_object();
  if (reply.status != 200) {
    const json::object* const error = object_at(answer, "error");
    if (error == nullptr) return reading(EventKind::kUnknown, "unreadable");
    const std::string code = text_at(*error, "code");
    if (reply.status == 422 && code == "not_refundable") return reading(EventKind::kDeclined, code);
    if (reply.status == 404 && code == "unknown_charge") return reading(EventKind::kDeclined, code);
    return read_error(reply.status, *error);
  }
  const std::string status = text_at(answer, "status");
  if (status != "refunded" && status != "voided") return reading(EventKind::kUnknown, "unknown_status");
  const bool refunded = status == "refunded";
  Reading read = reading(refunded ? EventKind::kRefunded : EventKind::kVoided, status);
  read.reply.event.gateway_ref = text_at(answer, refunded ? "id" : "charge");
  if (refunded) read.reply.event.amount = money_at(answer, "refunded_total");
  return with_echo(std::move(read), answer);
}

}  // namespace kassa::payments::sandbox
