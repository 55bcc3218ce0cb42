#pragma once
// The PROXY protocol, version 2, binary: what a proxy says about a connection before the connection's own first byte.
// Read exactly, so that TLS or HTTP begins where it ends. Connection's thread.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <span>

#include "services/platform/server/connection.hpp"

namespace kassa::platform {

inline constexpr std::size_t kProxyPrefixBytes = 16;
inline constexpr std::size_t kProxyRestBytesMax = 1'024;  ///< Addresses and what else the proxy wants to say.

/// How many bytes follow the first 16; nullopt: this is no such header, or one of unreasonable length.
[[nodiscard]] std::optional<std::size_t> proxy_rest_bytes(std::span<const unsigned char> prefix) noexcept;

/// The client that a whole header names; `peer` when the proxy speaks for itself, or when that is made up.
/// Nullopt: malformed, or not TCP.
[[nodiscard]] std::optional<asio::ip::address> proxied_client(std::span<const unsigned char> prefix,
                                                              std::span<const unsigned char> rest,
                                                              const asio::ip::address& peer);

/// Nullopt: the connection must not be answered.
asio::awaitable<std::optional<asio::ip::address>> read_proxy_header(Socket& socket, asio::ip::address peer);

}  // namespace kassa::platform
