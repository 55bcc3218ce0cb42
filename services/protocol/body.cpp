#include "services/protocol/body.hpp"

#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/card_data.hpp"

namespace kassa::protocol {
namespace {

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

bool is_json_or_empty(const http::Request& request) noexcept {
  if (is_blank(request.body)) return true;
  const std::string_view type = request.header("content-type");
  return equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json");
}

Result<Body> read_body(const http::Request& request, json::storage_ptr memory) {
  const bool keyed = request.has_header("idempotency-key");
  if (is_blank(request.body)) return Body({}, keyed ? sha256_hex("") : std::string{});
  KASSA_TRY(auto document, parse_json(request.body, std::move(memory)));
  json::object* const object = document.if_object();
  if (object == nullptr) return Error{Errc::kInvalidRequest, "the body must be a JSON object"};
  if (auto path = find_card_data(*object, request.body)) {
    return Error{Errc::kCardDataRefused, "send a token of a payment handler instead of card data", std::move(*path)};
  }
  std::string fingerprint = keyed ? sha256_hex(canonical_json(document)) : std::string{};
  return Body(std::move(*object), std::move(fingerprint));
}

Result<std::string> idempotency_key(const http::Request& request) {
  if (!request.has_header("idempotency-key")) return std::string{};
  const std::string_view key = request.header("idempotency-key");
  if (request.count_headers("idempotency-key") > 1) {
    return Error{Errc::kIdempotencyKeyInvalid, "send one key, not several", "Idempotency-Key"};
  }
  if (key.size() > limits::kIdempotencyKeyBytesMax || !is_visible_ascii(key)) {
    return Error{Errc::kIdempotencyKeyInvalid, "use 1 to 255 visible ASCII characters", "Idempotency-Key"};
  }
  return std::string(key);
}

}  // namespace kassa::protocol
