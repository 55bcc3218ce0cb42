#include "services/platform/client/connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kReplyHeaderBytesMax = 16 * 1024;
constexpr int kInterimAnswersMax = 4;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::string_view word_of(const error_code& error) {
  if (error == http::error::body_limit || error == http::error::header_limit) return "too_large";
  if (error == http::error::partial_message || error == asio::ssl::error::stream_truncated) return "truncated";
  return error.category() == make_error_code(http::error::bad_value).category() ? "malformed" : "reset";
}

/// Beast 1.81 frames by Content-Length when the transfer coding is one it does not know, and takes both at
/// once.
bool is_framing_plain(const Parser& parser) {
  const auto& message = parser.get();
  const auto codings = message.count(http::field::transfer_encoding);
  if (codings == 0) return true;
  if (codings > 1 || message.version() < 11 || message.count(http::field::content_length) > 0) return false;
  return equals_ignoring_case(std::string_view{message[http::field::transfer_encoding]}, "chunked");
}

void copy_head(const Parser& parser, ReadResult& result) {
  result.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    result.headers.emplace_back(to_lower_ascii(field.name_string()), std::string(field.value()));
  }
}

bool is_interim(int status) { return status == 100 || status == 102 || status == 103; }

template <class Stream>
asio::awaitable<ReadResult> read_one(Stream& stream, boost::beast::flat_buffer& buffer, bool head,
                                     std::size_t body_bytes_max) {
  ReadResult result;
  Parser parser;
  parser.header_limit(kReplyHeaderBytesMax);
  parser.body_limit(body_bytes_max);
  parser.skip(head);
  // The head is kept before the body is read: trailers would be mixed into it afterwards.
  const auto at_head = co_await http::async_read_header(stream, buffer, parser, kTuple);
  error_code error = std::get<0>(at_head);
  result.any_byte = parser.got_some() || buffer.size() > 0;
  if (parser.is_header_done()) copy_head(parser, result);
  if (!error && !is_framing_plain(parser)) error = http::error::bad_transfer_encoding;
  if (!error && !parser.is_done()) {
    const auto at_body = co_await http::async_read(stream, buffer, parser, kTuple);
    error = std::get<0>(at_body);
  }
  if (error) {
    result.error = result.any_byte ? word_of(error) : "reset";
    co_return result;
  }
  result.reusable = parser.keep_alive() && !parser.need_eof() && buffer.size() == 0;
  result.body = std::move(parser.get().body());
  co_return result;
}

template <class Stream>
asio::awaitable<ReadResult> read_final(Stream& stream, bool head, std::size_t body_bytes_max) {
  boost::beast::flat_buffer buffer;
  ReadResult result;
  for (int i = 0; i <= kInterimAnswersMax; ++i) {
    result = co_await read_one(stream, buffer, head, body_bytes_max);
    if (!result.error.empty() || !is_interim(result.status)) co_return result;
    result.any_byte = true;
  }
  result.error = "malformed";
  co_return result;
}

}  // namespace

OutgoingConnection::OutgoingConnection(const asio::any_io_executor& executor, asio::ssl::context* tls)
    : socket_(executor) {
  if (tls != nullptr) tls_.emplace(socket_, *tls);
}

asio::awaitable<error_code> OutgoingConnection::connect(asio::ip::tcp::endpoint endpoint) {
  const auto done = co_await socket_.async_connect(endpoint, kTuple);
  const error_code error = std::get<0>(done);
  error_code ignored;
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return error;
}

asio::awaitable<error_code> OutgoingConnection::handshake(std::string host, bool is_address) {
  if (!tls_) co_return error_code{};
  error_code error;
  // RFC 6066 allows names only in SNI.
  if (!is_address) {
    SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  }
  tls_->set_verify_mode(asio::ssl::verify_peer, error);
  if (!error) tls_->set_verify_callback(asio::ssl::host_name_verification(host), error);
  if (error) co_return error;
  const auto done = co_await tls_->async_handshake(asio::ssl::stream_base::client, kTuple);
  co_return std::get<0>(done);
}

asio::awaitable<WriteResult> OutgoingConnection::write(const std::string& bytes) {
  const auto buffer = asio::buffer(bytes);
  WriteResult result;
  if (tls_) {
    const auto done = co_await asio::async_write(*tls_, buffer, kTuple);
    result.error = std::get<0>(done);
    result.bytes = std::get<1>(done);
  } else {
    const auto done = co_await asio::async_write(socket_, buffer, kTuple);
    result.error = std::get<0>(done);
    result.bytes = std::get<1>(done);
  }
  co_return result;
}

asio::awaitable<ReadResult> OutgoingConnection::read(bool head, std::size_t body_bytes_max) {
  ReadResult result;
  if (tls_) {
    result = co_await read_final(*tls_, head, body_bytes_max);
  } else {
    result = co_await read_final(socket_, head, body_bytes_max);
  }
  co_return result;
}

bool OutgoingConnection::is_quiet() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return false;
  if (!tls_) return true;
  // A close_notify may have come in the same segment as the last answer: then it is inside OpenSSL already.
  ERR_clear_error();
  const int peeked = SSL_peek(tls_->native_handle(), &byte, 1);
  return peeked <= 0 && SSL_get_error(tls_->native_handle(), peeked) == SSL_ERROR_WANT_READ;
}

void OutgoingConnection::close() noexcept {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace kassa::platform
