#include "services/platform/server/streams.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>

namespace kassa::platform {
namespace {

constexpr std::size_t kRecordBytesMax = 16 * 1024;

}  // namespace

void Outgoing::advance(std::size_t sent) noexcept {
  const std::size_t of_head = std::min(sent, head.size() - head_sent);
  head_sent += of_head;
  body.remove_prefix(sent - of_head);
}

Written PlainStream::write_now(Outgoing& outgoing) {
  while (!outgoing.done()) {
    const std::string_view head = outgoing.head_left();
    const std::array<asio::const_buffer, 2> buffers{asio::const_buffer(head.data(), head.size()),
                                                    asio::const_buffer(outgoing.body.data(), outgoing.body.size())};
    boost::system::error_code error;
    const std::size_t sent = socket_.write_some(buffers, error);
    if (error == asio::error::would_block) return Written::kBlocked;
    if (error) return Written::kFailed;
    outgoing.advance(sent);
  }
  return Written::kAll;
}

TlsStream::TlsStream(Socket& socket, const TlsContext* context)
    : socket_(socket), ssl_(context->accept_on(socket.native_handle())) {}

asio::awaitable<bool> TlsStream::handshake() {
  while (ssl_) {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(ssl_.get());
    if (outcome == 1) co_return true;
    const int reason = SSL_get_error(ssl_.get(), outcome);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) break;
    const auto direction = reason == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
    const auto waited = co_await socket_.async_wait(direction, kAsTuple);
    if (std::get<0>(waited)) break;
  }
  ERR_clear_error();
  co_return false;
}

asio::awaitable<ReadResult> TlsStream::async_read(std::span<char> room) {
  // What the last record left inside OpenSSL comes first: the socket may have nothing more to say.
  bool ready = SSL_has_pending(ssl_.get()) == 1;
  for (;;) {
    if (!ready) {
      const auto waited = co_await socket_.async_wait(Socket::wait_read, kAsTuple);
      if (std::get<0>(waited)) co_return ReadResult{std::get<0>(waited), 0};
    }
    ERR_clear_error();
    std::size_t received = 0;
    const int outcome = SSL_read_ex(ssl_.get(), room.data(), room.size(), &received);
    if (outcome == 1) co_return ReadResult{boost::system::error_code{}, received};
    // Reading waits for writability only while answering a key update into a full socket: such a client may
    // go.
    if (SSL_get_error(ssl_.get(), outcome) != SSL_ERROR_WANT_READ) break;
    ready = false;
  }
  ERR_clear_error();
  co_return ReadResult{make_error_code(asio::error::misc_errors::eof), 0};
}

Written TlsStream::write_now(Outgoing& outgoing) {
  while (!outgoing.done()) {
    if (outgoing.head_sent == 0 && outgoing.head.size() < kRecordBytesMax) {
      const std::size_t fits = std::min(outgoing.body.size(), kRecordBytesMax - outgoing.head.size());
      outgoing.head.append(outgoing.body.substr(0, fits));
      outgoing.body.remove_prefix(fits);
    }
    const std::string_view head = outgoing.head_left();
    const std::string_view next = head.empty() ? outgoing.body : head;
    ERR_clear_error();
    std::size_t sent = 0;
    const int outcome = SSL_write_ex(ssl_.get(), next.data(), next.size(), &sent);
    if (outcome == 1) {
      outgoing.advance(sent);
      continue;
    }
    const int reason = SSL_get_error(ssl_.get(), outcome);
    if (reason == SSL_ERROR_WANT_WRITE) return Written::kBlocked;
    ERR_clear_error();
    return Written::kFailed;
  }
  return Written::kAll;
}

void TlsStream::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace kassa::platform
