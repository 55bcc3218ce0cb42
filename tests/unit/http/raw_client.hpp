#pragma once
// A blocking client that sends exactly the bytes it is given, plain or over TLS, and gives up after ten
// seconds of silence, so that a broken server fails a test instead of hanging it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include "services/base/ensure.hpp"

namespace kassa::platform {

struct Answer {
  int status{};
  std::string head;
  std::string body;

  [[nodiscard]] bool has(std::string_view line) const {
    return head.find("\r\n" + std::string{line} + "\r\n") != std::string::npos;
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ensure(descriptor_ >= 0, "socket");
    // OpenSSL writes without MSG_NOSIGNAL here. This thread only: a server that raises SIGPIPE shall fail its
    // test.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ensure(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(descriptor_);
  }

  /// Handshakes with the given protocol version; false when the server refuses.
  bool start_tls(int version, const std::string& trusted_file, std::string_view protocols = {}) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    SSL_CTX_load_verify_locations(context_, trusted_file.c_str(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    ssl_ = SSL_new(context_);
    SSL_set1_host(ssl_, "localhost");
    if (!protocols.empty()) {
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    }
    SSL_set_fd(ssl_, descriptor_);
    return SSL_connect(ssl_) == 1;
  }
  [[nodiscard]] SSL* ssl() const noexcept { return ssl_; }

  /// False when the server has closed meanwhile.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                        : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

  /// One answer; `status` 0 when the connection ended first. `to_head`: the body is not expected.
  Answer receive(bool to_head = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return answer;
    }
    answer.head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto length_at = answer.head.find("\r\nContent-Length: ");
    const std::size_t length =
        length_at == std::string::npos || to_head ? 0 : std::stoul(answer.head.substr(length_at + 18));
    while (buffer_.size() < length) {
      if (!fill()) return Answer{};
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
  }

  Answer exchange(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  /// Bytes, or the end, are there to be received within that time.
  [[nodiscard]] bool readable_within(std::chrono::milliseconds time) const {
    pollfd wanted{descriptor_, POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(time.count())) == 1;
  }

  /// What comes until the server closes; fails the caller's expectation with a marker after ten silent
  /// seconds.
  std::string rest() {
    while (fill()) {
    }
    std::string all = std::move(buffer_);
    buffer_.clear();
    return timed_out_ ? all + "<still open>" : all;
  }
  [[nodiscard]] bool is_closed() { return rest().empty(); }
  /// The connection ended by a reset, so that an answer may have been lost.
  [[nodiscard]] bool was_reset() const noexcept { return reset_; }

 private:
  bool fill() {
    std::array<char, 65536> bytes{};
    errno = 0;
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                     : ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    timed_out_ = got < 0 && errno == EAGAIN;
    reset_ = got < 0 && errno == ECONNRESET;
    if (got <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  int descriptor_;
  SSL_CTX* context_{};
  SSL* ssl_{};
  std::string buffer_;
  bool timed_out_{};
  bool reset_{};
};

}  // namespace kassa::platform
