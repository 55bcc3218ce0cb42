#pragma once
// Verifies signatures on what Kassa receives. Pure but for the signer, which never blocks: the caller fetches
// the sender's profile and hands over its keys.

#include <span>
#include <string>

#include "services/base/clock.hpp"
#include "services/base/json.hpp"
#include "services/http/message.hpp"
#include "services/ports/signing.hpp"
#include "services/protocol/ucp/signature_base.hpp"

namespace kassa::protocol {

enum class SignatureFault : unsigned char {
  kNone,
  kMissing,               ///< There is no signature.
  kInvalid,               ///< Unreadable, does not cover what it must, out of its time, or does not verify.
  kKeyNotFound,           ///< The profile has no key of that id.
  kDigestMismatch,        ///< The body is not the one that was signed.
  kAlgorithmUnsupported,  ///< A digest or key that is neither SHA-256 nor ES256.
};

struct SignatureFaultRow {
  SignatureFault fault;
  std::string_view slug;
  int status;
};
/// UCP's word and HTTP status for a fault.
[[nodiscard]] const SignatureFaultRow& describe(SignatureFault fault) noexcept;

/// P-256 keys of a profile's `signing_keys` and `keys`; others are skipped.
[[nodiscard]] std::vector<ports::PublicJwk> signing_keys_of(const json::object& profile);

/// Whether a profile names any key at all, also of a kind that cannot be verified here.
[[nodiscard]] bool publishes_keys(const json::object& profile) noexcept;

/// A request as the signer saw it. `authority`: of the Host header.
[[nodiscard]] SignedMessage signed_message_of(const http::Request& request);

/// Whether any signature of the message holds. Required coverage for a request: @method @authority @path,
/// @query when there is one, ucp-agent and idempotency-key when they are sent, digest and type of a body; for
/// a response: @status and the body's digest. `created` must lie within five minutes and `expires` ahead,
/// when they are given; replays are the affair of idempotency keys.
[[nodiscard]] SignatureFault verify_signature(const SignedMessage& message, std::string_view body,
                                              std::span<const ports::PublicJwk> keys, const ports::Signer& signer,
                                              Instant now);

}  // namespace kassa::protocol
