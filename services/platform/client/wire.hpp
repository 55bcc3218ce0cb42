#pragma once
// The bytes of an outgoing request, and the judgement on an answer's status. Pure functions.

#include <optional>
#include <string>

#include "services/platform/client/url.hpp"
#include "services/ports/http_client.hpp"

namespace kassa::platform {

/// nullopt when the request cannot be written safely: a method or header name that is no token, a value with
/// a control character, or a header that belongs to the client (Host, Content-Length, Transfer-Encoding,
/// OutgoingConnection ...).
[[nodiscard]] std::optional<std::string> write_request(const ports::HttpRequest& request, const Url& url);

/// What a complete answer with this status says about the effect.
[[nodiscard]] ports::CallOutcome outcome_of(int status) noexcept;

/// Methods that a server may see twice without harm.
[[nodiscard]] bool is_repeatable(const std::string& method) noexcept;

[[nodiscard]] std::string_view word_of(ports::CallOutcome outcome) noexcept;

}  // namespace kassa::platform
