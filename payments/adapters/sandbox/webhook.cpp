#include "payments/adapters/sandbox/webhook.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "services/base/hash.hpp"
#include "services/base/json.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::payments::sandbox {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kSignaturesMax = 4;

std::string_view as_text(const Digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

struct Signature {
  std::optional<std::int64_t> at;
  std::vector<std::string_view> values;
};

Signature parse_signature(std::string_view header) {
  Signature signature;
  while (!header.empty() && signature.values.size() < kSignaturesMax) {
    const auto comma = std::min(header.find(','), header.size());
    const std::string_view part = trim(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    if (part.starts_with("v1=")) signature.values.push_back(part.substr(3));
    if (!part.starts_with("t=")) continue;
    std::int64_t at = 0;
    const char* const end = part.data() + part.size();
    const auto read = std::from_chars(part.data() + 2, end, at);
    if (read.ec == std::errc{} && read.ptr == end) signature.at = at;
  }
  return signature;
}

std::string signed_text(std::int64_t at, std::string_view body) { return std::to_string(at).append(".").append(body); }

bool is_recent(std::int64_t at, Instant now) noexcept {
  constexpr std::int64_t kTolerance = std::chrono::seconds(kSignatureTolerance).count();
  const std::int64_t seconds = to_millis(now) / 1'000;
  return at >= seconds - kTolerance && at <= seconds + kTolerance;
}

Error unsigned_message(const char* why) { return Error{Errc::kUnauthorized, why}; }

Result<void> verify(std::string_view secret, std::string_view header, std::string_view body, Instant now) {
  if (secret.empty()) return unsigned_message("the gateway has no secret to verify with");
  const Signature signature = parse_signature(header);
  if (!signature.at || signature.values.empty()) return unsigned_message("the signature is missing or malformed");
  if (!is_recent(*signature.at, now)) return unsigned_message("the signature is too old, or of the future");
  const std::string expected = hmac_sha256_hex(secret, signed_text(*signature.at, body));
  bool matches = false;
  for (const std::string_view value : signature.values) matches = equal_secrets(expected, value) || matches;
  if (!matches) return unsigned_message("the signature does not match");
  return ok();
}

}  // namespace

std::string hmac_sha256_hex(std::string_view secret, std::string_view message) {
  std::string key(secret);
  if (key.size() > kBlockBytes) key = as_text(sha256(key));
  key.resize(kBlockBytes, '\0');
  std::string inner = key;
  std::string outer = key;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  inner.append(message);
  outer.append(as_text(sha256(inner)));
  return sha256_hex(outer);
}

std::string sign_webhook(std::string_view secret, Instant at, std::string_view body) {
  const std::int64_t seconds = to_millis(at) / 1'000;
  return "t=" + std::to_string(seconds) + ",v1=" + hmac_sha256_hex(secret, signed_text(seconds, body));
}

Result<Notice> read_webhook(const GatewayConfig& gateway, std::string_view signature, std::string_view body,
                            Instant now) {
  KASSA_TRY(verify(gateway.credentials, signature, body, now));
  KASSA_TRY(const json::value document, parse_json(body));
  if (!document.is_object()) return Error{Errc::kInvalidRequest, "an event is an object"};
  std::vector<Problem> problems;
  ObjectReader event(document.get_object(), "", problems);
  event.require("id");
  event.require("charge");
  Notice notice;
  notice.event_id = event.text("id", limits::kIdBytesMax).value_or("");
  if (const json::object* const told = event.object("charge")) {
    ObjectReader charge(*told, "/charge", problems);
    charge.require("reference");
    notice.reference = charge.text("reference", limits::kIdBytesMax).value_or("");
  }
  if (!problems.empty()) return Error{Errc::kInvalidRequest, problems.front().message, problems.front().path};
  if (notice.event_id.empty()) return Error{Errc::kInvalidRequest, "an event has an id", "/id"};
  return notice;
}

}  // namespace kassa::payments::sandbox
