#pragma once
// The SSRF guard: which URLs may be called and which addresses a call may connect to. is_public_address()
// itself is declared in client.hpp. Pure functions.

#include <boost/asio/ip/address.hpp>

#include "services/platform/client/client.hpp"
#include "services/platform/client/url.hpp"

namespace kassa::platform {

/// Before resolution: scheme and port.
[[nodiscard]] bool may_call(const Url& url, const ClientOptions& options, bool allow_loopback);

/// After resolution: loopback only if allowed; anything else must be public, over TLS and on an allowed port.
/// So a deployment that allows loopback for its tests still sends no plain HTTP into the world.
[[nodiscard]] bool may_connect(const boost::asio::ip::address& address, const Url& url, const ClientOptions& options,
                               bool allow_loopback);

}  // namespace kassa::platform
