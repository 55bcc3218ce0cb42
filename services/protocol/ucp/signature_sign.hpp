#pragma once
// Signs what Kassa sends, as UCP asks: ES256, raw r||s, label sig1. Pure but for the signer, which never
// blocks.

#include "services/base/clock.hpp"
#include "services/ports/http_client.hpp"
#include "services/ports/signing.hpp"

namespace kassa::protocol {

/// Adds Content-Digest, Signature-Input and Signature to a request that is otherwise complete. Covered:
/// method, authority, path, query when there is one, digest and type of the body, and whichever of UCP-Agent,
/// Idempotency-Key, Webhook-Id and Webhook-Timestamp it carries.
[[nodiscard]] Result<void> sign_request(ports::HttpRequest& request, const ports::SigningKey& key,
                                        const ports::Signer& signer, Instant now);

}  // namespace kassa::protocol
