#pragma once
// One keep-alive connection to a server on this machine: sends one request, collects its answer. Non-blocking
// sockets without a library in between, because the generator must cost less than what it measures.
// Single-threaded.

#include <cstdint>
#include <string>

#include "loadtest/generator/reply.hpp"

namespace kassa::load {

class Connection {
 public:
  enum class Progress : unsigned char { kWaiting, kAnswered, kLost };

  /// Connects to 127.0.0.1:port and registers with `epoll` under `token`. Throws std::system_error.
  Connection(int epoll, std::uint16_t port, std::uint64_t token);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// To be filled by the caller before send().
  [[nodiscard]] std::string& request() noexcept { return request_; }
  /// kLost when the peer is gone.
  Progress send();
  /// The socket has news.
  Progress receive();
  [[nodiscard]] const Reply& reply() const noexcept { return reader_.reply(); }

  /// After kLost: throws when the server cannot be reached any more.
  void reconnect();

 private:
  void open();
  void close() noexcept;
  void watch(std::uint32_t events, int how);
  Progress flush();

  int epoll_;
  std::uint16_t port_;
  std::uint64_t token_;
  int socket_{-1};
  bool watching_writes_{};
  std::string request_;
  std::size_t sent_{};
  ReplyReader reader_;
};

}  // namespace kassa::load
