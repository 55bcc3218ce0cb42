#pragma once
// Turns a checked head into a Request: Beast's parser reads it, the views point into the connection's buffer.
// Its .cpp is the server's only file that includes Beast.

#include <string_view>

#include "services/http/message.hpp"
#include "services/platform/server/framing.hpp"

namespace kassa::platform {

/// Fills method, path, query and headers of `request` (reusing its memory). Null when it was understood.
[[nodiscard]] const Refusal* parse_head(std::string_view head, http::Request& request);

/// After the bytes `from` (possibly freed by now) moved to `to`: makes the request's views follow them.
void rebase(http::Request& request, std::string_view from, const char* to) noexcept;

}  // namespace kassa::platform
