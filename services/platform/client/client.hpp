#pragma once
// The outgoing HTTPS client: pooled keep-alive connections, one total deadline per call, byte limits, TLS
// verification (system roots, host name), and a guard against requests into the deployment's own network:
// every resolved address is checked and the connection goes to the checked address. One per I/O thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <memory>
#include <string>
#include <vector>

#include "services/ports/http_client.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

namespace asio = boost::asio;

struct ClientOptions {
  std::vector<std::uint16_t> ports_allowed{443};
  std::vector<std::string> extra_ca_files;  ///< For tests and private gateways.
};

class Client final : public ports::HttpClient {
 public:
  Client(asio::any_io_executor executor, ClientOptions options, ports::Log& log, ports::Metrics& metrics);
  ~Client() override;
  ports::asio::awaitable<ports::HttpReply> send(ports::HttpRequest request) override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// True for addresses that outgoing calls may reach: global unicast only. Loopback, private, link-local,
/// CGNAT, multicast, unspecified, documentation, v4-mapped, NAT64 and 6to4 of such addresses are not.
[[nodiscard]] bool is_public_address(const asio::ip::address& address);

}  // namespace kassa::platform
