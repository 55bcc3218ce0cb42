#pragma once
// Outgoing HTTPS calls. The answer says what is known about the effect, because money depends on it: a timeout after
// bytes were sent is `kUnknown`, never "failed".

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/base/limits.hpp"
#include "services/base/trace.hpp"

namespace kassa::ports {

namespace asio = boost::asio;

struct HttpRequest {
  std::string method{"GET"};
  std::string url;  ///< https://host[:port]/path?query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds total_time{8'000};  ///< Name resolution to last byte.
  std::size_t reply_bytes_max{limits::kOutgoingReplyBytesMax};
  /// Plain http and loopback addresses are refused unless the deployment allows them for this purpose (sandbox, tests).
  bool allow_loopback{false};
  /// Somebody outside chose the address (a platform's profile, a receiver of webhooks): its name is looked up apart
  /// from those that the store configured, so that slow names of strangers hold up nobody else.
  bool strange{false};
  /// On whose behalf; without an id the call begins a trace of its own. Every try is told as another span.
  Trace trace;

  HttpRequest() = default;
  HttpRequest(std::string method_, std::string url_) : method(std::move(method_)), url(std::move(url_)) {}
};

enum class CallOutcome : unsigned char {
  kNotSent,    ///< Surely no effect: refused by the guard, not resolved, not connected, TLS failed before the request.
  kRejected,   ///< An answer with status 3xx or 4xx.
  kSucceeded,  ///< An answer with status 2xx, complete.
  kUnknown,    ///< The request may have arrived: timeout, reset, truncated or oversize answer, status 1xx or 5xx.
};

struct HttpReply {
  CallOutcome outcome{CallOutcome::kNotSent};
  int status{};
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;
  std::string error;  ///< A word for the log ("guard", "resolve", "connect", "tls", "timeout", "reset", "too_large").

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const noexcept;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual asio::awaitable<HttpReply> send(HttpRequest request) = 0;
};

}  // namespace kassa::ports
