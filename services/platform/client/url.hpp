#pragma once
// Reads the URLs of outgoing calls. Deliberately narrow: what browsers forgive (user names, backslashes,
// decimal or hexadecimal IP addresses, missing slashes) is refused, because each of those forms has been used
// to get past a guard. Pure functions.

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kassa::platform {

struct Url {
  bool tls{};
  std::string host;  ///< Lower case; an IPv6 address stands without brackets.
  std::uint16_t port{};
  std::string target;                               ///< Path and query, starts with '/'.
  std::optional<boost::asio::ip::address> literal;  ///< Set when the host is an IP address.
};

/// nullopt unless `text` is http(s)://host[:port][/path][?query] in plain ASCII.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

/// The value of the Host header: brackets for IPv6, the port unless it is the scheme's own.
[[nodiscard]] std::string host_header(const Url& url);

}  // namespace kassa::platform
