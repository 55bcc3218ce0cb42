#pragma once
// HTTP/1.1 over TLS 1.3 (or plain, on loopback), one io_context and one SO_REUSEPORT acceptor per thread.
// Does framing, limits, deadlines, pipelining, keep-alive and draining; everything else is the Dispatcher's.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "services/base/limits.hpp"
#include "services/base/result.hpp"
#include "services/http/message.hpp"
#include "services/platform/server/proxies.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

namespace asio = boost::asio;

/// What answers requests. Called on the connection's thread; must not throw for expected failures (a throw
/// becomes 500).
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  virtual asio::awaitable<http::Response> dispatch(http::Request& request) = 0;
  /// The body limit for this request, known after its headers; 0 refuses a body. Keep no views of the
  /// request: its bytes may move while the body arrives (the request's own members, params included, move
  /// along).
  virtual std::size_t body_bytes_max(http::Request& request) = 0;
  /// The body of an answer that the server itself gives (400, 408, 413, 431, 500, 503).
  virtual http::Response failure(int status, std::string_view code, std::string_view content) = 0;
};

struct ListenerOptions {
  std::string address{"127.0.0.1"};
  std::uint16_t port{};  ///< 0 picks a free one.
  bool tls{true};
  std::string certificate_file;  ///< PEM, chain included.
  std::string key_file;
  /// Who may speak for others; a client of a listed proxy is who the proxy says. No one else's word counts.
  Networks proxies;
  ProxyHeader proxy_header{ProxyHeader::kXForwardedFor};
};

/// Deadlines and caps; the defaults are those of limits.hpp, tests shorten them.
struct ServerLimits {
  std::chrono::milliseconds handshake_time{limits::kHandshakeTime};
  std::chrono::milliseconds header_time{limits::kHeaderTime};
  std::chrono::milliseconds body_time{limits::kBodyTime};
  std::chrono::milliseconds write_time{limits::kWriteTime};
  std::chrono::milliseconds idle_time{limits::kIdleTime};
  std::chrono::milliseconds drain_time{limits::kDrainTime};
  std::chrono::milliseconds request_time{limits::kRequestTime};
  std::size_t connections_max{limits::kConnectionsMax};
  std::size_t connections_per_address_max{limits::kConnectionsPerAddressMax};
  std::size_t handshakes_max{limits::kHandshakesMax};
};

class Server {
 public:
  /// `contexts`: one per I/O thread; the server opens one acceptor on each. The caller runs them, and stops
  /// them before this object goes.
  Server(std::vector<asio::io_context*> contexts, ListenerOptions options, Dispatcher& dispatcher, ports::Log& log,
         ports::Metrics& metrics, ServerLimits limits = {});
  ~Server();

  /// Binds and starts to accept; returns the bound port.
  Result<std::uint16_t> start();

  /// Stops accepting, lets requests in flight finish (at most limits::kDrainTime), closes idle connections.
  /// Completes when every connection has ended; a handler that outlives even that by a second is left behind
  /// and logged. Safe to call from any thread once, while the contexts run.
  asio::awaitable<void> drain();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// Writes a self-signed ECDSA P-256 certificate for localhost and its key (0600) unless both files exist.
Result<void> ensure_development_certificate(const std::string& certificate_file, const std::string& key_file);

}  // namespace kassa::platform
