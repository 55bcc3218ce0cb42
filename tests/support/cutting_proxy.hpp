#pragma once
// Stands between a client and a server on loopback and cuts the line after so many bytes in one direction: for tests
// of what a client believes when its connection ends at any point. A thread for each connection; both ends are closed
// at the cut. What comes after a cut passes freely.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>

#include "services/base/ensure.hpp"

namespace kassa {

class CuttingProxy {
 public:
  enum class Direction : unsigned char { kToServer, kToClient };

  explicit CuttingProxy(std::uint16_t server_port) : server_port_(server_port), listener_(loopback_socket()) {
    sockaddr_in address = loopback(0);
    ensure(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
    ensure(::listen(listener_, 64) == 0, "listen");
    socklen_t size = sizeof address;
    ensure(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  ~CuttingProxy() {
    closing_ = true;
    acceptor_.join();
    const std::lock_guard lock(mutex_);
    for (std::thread& line : lines_) line.join();
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// The line over which the byte after the next `bytes` in this direction would go is cut instead, once.
  void cut_after(Direction direction, std::int64_t bytes) {
    direction_ = direction;
    budget_ = bytes;
    armed_ = true;
  }
  /// False when nothing was cut since; no cut happens any more.
  bool disarm() { return !armed_.exchange(false); }

 private:
  static int loopback_socket() {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ensure(made >= 0, "socket");
    return made;
  }
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static bool readable(int socket) {
    pollfd wanted{socket, POLLIN, 0};
    return ::poll(&wanted, 1, kTickMs) > 0;
  }

  void accept_all() {
    while (!closing_) {
      if (!readable(listener_)) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const int server = loopback_socket();
      const sockaddr_in address = loopback(server_port_);
      // A server that is away looks to the client like one that closes at once.
      static_cast<void>(::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address));
      const std::lock_guard lock(mutex_);
      lines_.emplace_back([this, client, server] { carry(client, server); });
    }
  }

  void carry(int client, int server) {
    bool open = true;
    while (open && !closing_) {
      pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (::poll(ends, 2, kTickMs) <= 0) continue;
      if (ends[0].revents != 0) open = pass(client, server, Direction::kToServer);
      if (open && ends[1].revents != 0) open = pass(server, client, Direction::kToClient);
    }
    ::close(client);
    ::close(server);
  }

  /// False when the line is at its end.
  bool pass(int from, int to, Direction direction) {
    char bytes[16 * 1024];
    const ssize_t size = ::recv(from, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    std::int64_t allowed = size;
    if (armed_ && direction == direction_) {
      allowed = std::min<std::int64_t>(size, budget_);
      budget_ -= allowed;
    }
    for (std::int64_t sent = 0; sent < allowed;) {
      const ssize_t more = ::send(to, bytes + sent, static_cast<std::size_t>(allowed - sent), MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += more;
    }
    if (allowed == size) return true;
    armed_ = false;
    return false;
  }

  static constexpr int kTickMs = 20;
  std::uint16_t server_port_;
  int listener_;
  std::uint16_t port_{};
  std::atomic<bool> closing_{false};
  std::atomic<bool> armed_{false};
  std::atomic<Direction> direction_{Direction::kToServer};
  std::atomic<std::int64_t> budget_{0};
  std::mutex mutex_;  // Guards lines_.
  std::list<std::thread> lines_;
  std::thread acceptor_;
};

}  // namespace kassa
