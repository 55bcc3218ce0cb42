#pragma once
// Who is the client when proxies stand in between: what the nearest listed proxy says, and of what others said before
// it only as far as each of them is listed, too. Pure.

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "services/http/message.hpp"

namespace kassa::platform {

namespace ip = boost::asio::ip;

/// Addresses and networks.
class Networks {
 public:
  /// "10.0.0.0/8, 192.0.2.7, 2001:db8::/32"; a network's bits behind its prefix must be 0.
  [[nodiscard]] static std::optional<Networks> parse(std::string_view list);

  [[nodiscard]] bool contain(const ip::address& address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

 private:
  struct Row {
    ip::address network;
    unsigned prefix;
  };
  std::vector<Row> rows_;
};

/// What the proxies use. One of them, because a proxy that writes one passes on what a client put into the other.
enum class ProxyHeader : unsigned char {
  kXForwardedFor,
  kForwarded,
  kProxyV2,  ///< Before the first byte of a connection; not in requests.
};

/// An IPv4 address inside an IPv6 one is the IPv4 address.
[[nodiscard]] ip::address plain_address(const ip::address& address);

/// Nobody is on a loopback address for another machine, and local callers have privileges.
[[nodiscard]] bool is_made_up(const ip::address& told, const ip::address& peer);

/// The nearest hop before `peer` (a listed one) that is not listed. Where a hop did not say, or said nonsense, the hop
/// itself. What is made up is nonsense, too.
[[nodiscard]] ip::address client_behind(const ip::address& peer, const http::Request& request, ProxyHeader header,
                                        const Networks& listed);

}  // namespace kassa::platform
