#pragma once
// Plain and TLS byte streams over one non-blocking socket, with the same five operations, so that the session
// is one template. Writing is tried at once, without a suspension; only a full socket makes it wait.
// Connection's thread.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "services/platform/server/connection.hpp"
#include "services/platform/server/tls.hpp"

namespace kassa::platform {

/// An answer on its way: the head (owned; TLS may append the start of the body to fill its record) and the
/// body behind it.
struct Outgoing {
  std::string head;
  std::size_t head_sent{};
  std::string_view body;

  [[nodiscard]] std::string_view head_left() const noexcept { return std::string_view{head}.substr(head_sent); }
  /// Starts an answer in memory that is lent to it.
  void begin(std::string scratch) noexcept {
    head = std::move(scratch);
    head_sent = 0;
    body = {};
  }
  [[nodiscard]] bool done() const noexcept { return head_sent == head.size() && body.empty(); }
  void advance(std::size_t sent) noexcept;
};

enum class Written : unsigned char { kAll, kBlocked, kFailed };

using ReadResult = std::tuple<boost::system::error_code, std::size_t>;

class PlainStream {
 public:
  static constexpr bool kSecure = false;

  PlainStream(Socket& socket, const TlsContext*) : socket_(socket) {}
  asio::awaitable<bool> handshake() { co_return true; }
  auto async_read(std::span<char> room) {
    return socket_.async_read_some(asio::buffer(room.data(), room.size()), kAsTuple);
  }
  Written write_now(Outgoing& outgoing);
  auto async_writable() { return socket_.async_wait(Socket::wait_write, kAsTuple); }
  void say_goodbye() {}

 private:
  Socket& socket_;
};

class TlsStream {
 public:
  static constexpr bool kSecure = true;

  TlsStream(Socket& socket, const TlsContext* context);
  asio::awaitable<bool> handshake();
  asio::awaitable<ReadResult> async_read(std::span<char> room);
  Written write_now(Outgoing& outgoing);
  auto async_writable() { return socket_.async_wait(Socket::wait_write, kAsTuple); }
  void say_goodbye();

 private:
  Socket& socket_;
  std::unique_ptr<SSL, SslDelete> ssl_;
};

}  // namespace kassa::platform
