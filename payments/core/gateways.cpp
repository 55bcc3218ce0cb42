#include "payments/core/gateways.hpp"

#include <limits>

#include "services/base/json.hpp"
#include "services/base/limits.hpp"

namespace kassa::payments {
namespace {

// Says nothing about the content: it holds a credential token.
Error unreadable() { return Error{Errc::kInvalidRequest, "not a stored charge request"}; }

}  // namespace

std::string encode(const ChargeRequest& request) {
  json::object object;
  object["store"] = request.store.value;
  object["attempt"] = request.attempt.value;
  object["order"] = request.order.value;
  object["gateway_key"] = request.gateway_key;
  object["amount"] = request.amount.minor;
  object["currency"] = request.amount.currency.code();
  object["instrument_type"] = request.instrument_type;
  object["token"] = request.token;
  return json::serialize(object);
}

Result<ChargeRequest> decode_charge_request(std::string_view text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed) return unreadable();
  const json::object* const object = parsed.value().if_object();
  if (object == nullptr) return unreadable();

  std::vector<Problem> problems;
  ObjectReader reader(*object, "", problems);
  const auto required_text = [&reader](std::string_view key, std::size_t bytes_max) {
    reader.require(key);
    return reader.text(key, bytes_max).value_or(std::string{});
  };
  ChargeRequest request;
  request.store = StoreId{required_text("store", limits::kIdBytesMax)};
  request.attempt = AttemptId{required_text("attempt", limits::kIdBytesMax)};
  request.order = OrderId{required_text("order", limits::kIdBytesMax)};
  request.gateway_key = required_text("gateway_key", limits::kIdempotencyKeyBytesMax);
  request.instrument_type = required_text("instrument_type", limits::kTextBytesMax);
  request.token = required_text("token", limits::kBodyBytesMax);
  reader.require("amount");
  const auto minor = reader.integer("amount", 1, std::numeric_limits<std::int64_t>::max());
  const auto currency = Currency::from_code(required_text("currency", 3));
  if (!problems.empty() || !minor || !currency) return unreadable();
  request.amount = Money{*minor, *currency};
  return request;
}

}  // namespace kassa::payments
