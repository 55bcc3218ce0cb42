#include "services/protocol/ucp/errors.hpp"

#include <algorithm>
#include <array>

#include "services/base/json_writer.hpp"
#include "services/protocol/message_text.hpp"
#include "services/protocol/ucp/capabilities.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kRetryAfterSeconds = "1";

/// How UCP tells a failure, where that differs from the error table.
struct UcpRow {
  Errc code;
  std::string_view slug;      ///< Empty: the table's.
  int status;                 ///< Of the 4xx form.
  bool in_band;               ///< A business outcome: 200 in the in-band posture.
  std::string_view severity;  ///< In band.
  std::string_view text;      ///< Instead of the error's detail; empty: the detail.
};

constexpr auto kUcpRows = std::to_array<UcpRow>({
    {Errc::kNotFound, "", 404, true, "unrecoverable", ""},
    {Errc::kOutOfStock, "", 400, true, "recoverable", kInsufficientStock},
    {Errc::kItemUnavailable, "", 400, true, "recoverable", kItemNotFound},
    {Errc::kDiscountLimitReached, "", 409, true, "recoverable", ""},
    {Errc::kCheckoutNotReady, "", 400, true, "recoverable", ""},
    {Errc::kPaymentDeclined, "payment_failed", 402, true, "recoverable", "The payment was declined"},
    {Errc::kPaymentRequiresAction, "requires_3ds", 402, true, "requires_buyer_input", ""},
    {Errc::kPaymentInstrumentRequired, "", 400, false, "", ""},
    {Errc::kCheckoutExpired, "", 410, true, "unrecoverable", ""},
});

const UcpRow* row_of(Errc code) noexcept {
  const auto row = std::ranges::find(kUcpRows, code, &UcpRow::code);
  return row == kUcpRows.end() ? nullptr : &*row;
}

std::string content_of(const Error& error, const UcpRow* row) {
  if (row != nullptr && !row->text.empty()) return std::string(row->text);
  return error.detail.empty() ? std::string(describe(error.code).meaning) : error.detail;
}

std::string error_response(std::string_view code, std::string_view content, std::string_view severity) {
  JsonWriter json;
  json.begin_object();
  json.key("ucp");
  json.begin_object();
  json.member("version", kUcpVersion);
  json.member("status", "error");
  json.end_object();
  json.key("messages");
  json.begin_array();
  json.begin_object();
  json.member("type", "error");
  json.member("code", code);
  json.member("content", content);
  json.member("severity", severity);
  json.end_object();
  json.end_array();
  json.end_object();
  return json.text();
}

}  // namespace

Posture posture_of(const ports::StoreSettings& settings) noexcept {
  Posture posture;
  posture.business_errors = settings.business_errors;
  posture.version_error_status = settings.version_error_status;
  return posture;
}

void add_failure_headers(const Error& error, http::Response& answer) {
  const bool later = answer.status == 503 || answer.status == 429 || error.code == Errc::kIdempotencyInFlight;
  if (later) answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  if (answer.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"kassa\"");
}

std::string transport_error(std::string_view code, std::string_view content, std::string_view path) {
  JsonWriter json;
  json.begin_object();
  json.member("code", code);
  json.member("content", content);
  json.member("detail", content);
  json.optional_member("path", path);
  json.end_object();
  return json.text();
}

http::Response render_error(const Error& error, const Posture& posture) {
  const UcpRow* const row = row_of(error.code);
  const std::string_view slug = row != nullptr && !row->slug.empty() ? row->slug : describe(error.code).slug;
  const std::string content = content_of(error, row);
  const bool in_band = posture.business_errors == ports::BusinessErrors::kInBand && row != nullptr && row->in_band;
  if (in_band || error.code == Errc::kCapabilitiesIncompatible) {
    return {200, error_response(slug, content, in_band ? row->severity : "unrecoverable")};
  }
  int status = row != nullptr ? row->status : describe(error.code).http_status;
  if (error.code == Errc::kVersionUnsupported) status = posture.version_error_status;
  http::Response answer(status, transport_error(slug, content, error.path));
  add_failure_headers(error, answer);
  return answer;
}

}  // namespace kassa::protocol
