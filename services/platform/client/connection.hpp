#pragma once
// One TCP connection, plain or TLS, to one checked address: connects, writes whole requests, reads one answer
// at a time. Knows nothing of deadlines; close() makes every pending operation end with an error. Used on one
// thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <optional>
#include <string>

#include "services/ports/http_client.hpp"

namespace kassa::platform {

namespace asio = boost::asio;

struct WriteResult {
  boost::system::error_code error;
  std::size_t bytes{};  ///< Of the request, as far as the kernel (or a complete TLS record) took them.
};

struct ReadResult {
  std::string_view error;  ///< Empty: a complete answer. Else "reset", "truncated", "too_large" or "malformed".
  bool any_byte{};         ///< Something of an answer arrived.
  bool reusable{};         ///< The connection may carry another request.
  int status{};
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class OutgoingConnection {
 public:
  /// `tls` null: plain. The context outlives the connection.
  OutgoingConnection(const asio::any_io_executor& executor, asio::ssl::context* tls);

  asio::awaitable<boost::system::error_code> connect(asio::ip::tcp::endpoint endpoint);
  /// Nothing to do for a plain connection. Verifies the chain and that the certificate is for `host`.
  asio::awaitable<boost::system::error_code> handshake(std::string host, bool is_address);
  /// `bytes` stays alive until the write has ended.
  asio::awaitable<WriteResult> write(const std::string& bytes);
  /// `head`: the answer to a HEAD request, which has no body.
  asio::awaitable<ReadResult> read(bool head, std::size_t body_bytes_max);

  /// Open, and the peer has neither closed nor said anything: fit to be used again.
  [[nodiscard]] bool is_quiet();
  void close() noexcept;

 private:
  asio::ip::tcp::socket socket_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
};

}  // namespace kassa::platform
