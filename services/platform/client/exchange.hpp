#pragma once
// The heart of the client: one request on one connection, and what that proved about its effect. Used on one
// thread.

#include <string>

#include "services/platform/client/connection.hpp"
#include "services/ports/http_client.hpp"

namespace kassa::platform {

struct Exchange {
  ports::HttpReply reply;
  bool reusable{};    ///< The connection may carry another request.
  bool repeatable{};  ///< It failed, and nothing can have been processed or processing twice does no harm.
};

/// From how far the exchange came to what may be said: kNotSent only if not one byte of the request went out,
/// kUnknown for everything that broke after that. The arguments outlive the call.
[[nodiscard]] asio::awaitable<Exchange> exchange(OutgoingConnection& connection, const ports::HttpRequest& request,
                                                 const std::string& bytes);

}  // namespace kassa::platform
