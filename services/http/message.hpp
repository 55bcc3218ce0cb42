#pragma once
// Request and Response as handlers see them; the server behind them is platform/net's affair. A Request lives as long
// as its handler's coroutine; views in it point into the connection's buffer and stay valid for that time.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kassa::http {

class BodySource;
struct Route;

enum class Method : unsigned char { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

[[nodiscard]] std::string_view to_text(Method method) noexcept;

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method{Method::kGet};
  std::string_view path;   ///< Percent-encoding kept; no query.
  std::string_view query;  ///< Without "?".
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::string_view remote_address;
  std::string_view scheme;  ///< "https" or "http".
  std::string request_id;   ///< The caller's Request-Id if it is sane, else made here.
  std::string trace_id;     ///< Of the caller's traceparent if it is well-formed, else made here.
  bool traced{false};       ///< The caller records its trace.
  std::chrono::steady_clock::time_point deadline;
  /// Values of the {name} parts of the matched route, in order.
  std::vector<std::string_view> params;
  /// The matched row, kept by whoever matched before the body arrived; taken by the dispatcher.
  const Route* route{};

  /// First header of that name (given in lower case), empty when absent.
  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const noexcept;
  [[nodiscard]] bool has_header(std::string_view lower_case_name) const noexcept;
  [[nodiscard]] std::size_t count_headers(std::string_view lower_case_name) const noexcept;
  /// Value of a query parameter, percent-decoded; empty when absent.
  [[nodiscard]] std::string query_value(std::string_view name) const;
};

struct Response {
  int status{200};
  HeaderList headers;
  std::string body;
  /// Bytes shared with a cache, sent instead of `body` when set; saves a copy on hot reads.
  std::shared_ptr<const std::string> shared_body;
  std::string_view content_type{"application/json"};
  bool close{false};
  /// What the body comes from when it is not known yet: `body` is empty then, and the connection ends with it.
  std::shared_ptr<BodySource> source{};

  Response() = default;
  Response(int status_, std::string body_) : status(status_), body(std::move(body_)) {}
  [[nodiscard]] std::string_view payload() const noexcept { return shared_body ? *shared_body : body; }
};

[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// Percent-decodes one path segment or query value; `valid` turns false for a broken escape or a NUL.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space, bool& valid);

}  // namespace kassa::http
