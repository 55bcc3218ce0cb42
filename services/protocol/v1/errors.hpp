#pragma once
// Failures as the first-party API tells them: an HTTP status and one shape of body,
// {"error":{"code","message","path","details"}}. Pure.

#include <string>
#include <string_view>

#include "services/base/error.hpp"
#include "services/http/message.hpp"
#include "services/protocol/ucp/errors.hpp"

namespace kassa::protocol {

/// The status is the error table's but for keys: 428 when one is missing, 422 when it was used with other content.
[[nodiscard]] http::Response render_v1_error(const Error& error, const Posture& posture);

/// `details`: a JSON object as text; empty: {}.
[[nodiscard]] std::string v1_error(std::string_view code, std::string_view message, std::string_view path,
                                   std::string_view details = {});

}  // namespace kassa::protocol
