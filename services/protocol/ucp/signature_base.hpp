#pragma once
// HTTP message signatures (RFC 9421), the part without keys: which components a signature covers, and the
// text (signature base) that is signed. Pure; signer and verifier both build the base here, from the same
// description of a message.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/base/result.hpp"
#include "services/protocol/structured_fields.hpp"

namespace kassa::protocol {

/// A request or response as both sides see it.
struct SignedMessage {
  std::string method;                                        ///< Upper case; empty for a response.
  std::string scheme;                                        ///< "https"
  std::string authority;                                     ///< Lower case, without a default port.
  std::string path;                                          ///< Percent-encoding kept; "/" for an empty one.
  std::optional<std::string> query;                          ///< Without "?".
  int status{};                                              ///< Of a response.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Any case, in order; repeated ones are combined.

  [[nodiscard]] bool has(std::string_view name) const noexcept;
  /// Values of all headers of that name, trimmed and joined by ", ".
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// Fills scheme, authority, path and query from an absolute address; kInvalidRequest for anything else.
[[nodiscard]] Result<void> set_target(SignedMessage& message, std::string_view url);

/// The covered components of one signature and its parameters, as one inner list of Signature-Input.
using Coverage = FieldMember;

/// The text to sign. kInvalidRequest: a component that the message lacks, that is covered twice, or that is
/// not supported (header parameters such as "sf", "key", "bs", "req", "tr").
[[nodiscard]] Result<std::string> signature_base(const SignedMessage& message, const Coverage& coverage);

/// "sha-256=:...:" over the bytes of a body (RFC 9530).
[[nodiscard]] std::string content_digest(std::string_view body);

}  // namespace kassa::protocol
