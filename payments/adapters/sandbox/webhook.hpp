#pragma once
// What the sandbox gateway tells on its own, as a signed message. Header
// `Sandbox-Signature: t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256 of "<t>.<body>" under the gateway's
// credentials; several v1 may stand there while a secret is being replaced. Body: {"id": event id, "type": ...,
// "charge": {"id": ..., "reference": our attempt}}. Pure.

#include <chrono>
#include <string>
#include <string_view>

#include "payments/core/gateways.hpp"
#include "services/base/clock.hpp"

namespace kassa::payments::sandbox {

inline constexpr std::string_view kSignatureHeader = "sandbox-signature";
inline constexpr std::chrono::minutes kSignatureTolerance{5};

struct Notice {
  std::string event_id;
  std::string reference;  ///< The attempt that it is about; also its idempotency key at the gateway.
};

/// kUnauthorized: not signed with this gateway's secret, or too long ago. kInvalidRequest: signed, but not an event.
[[nodiscard]] Result<Notice> read_webhook(const GatewayConfig& gateway, std::string_view signature,
                                          std::string_view body, Instant now);

/// The header's value for a message of ours; for tests and demos.
[[nodiscard]] std::string sign_webhook(std::string_view secret, Instant at, std::string_view body);

/// RFC 2104, lower-case hex.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view secret, std::string_view message);

}  // namespace kassa::payments::sandbox
