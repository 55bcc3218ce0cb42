#include "services/platform/server/response_head.hpp"

#include <array>
#include <charconv>
#include <ctime>

#include "services/base/ensure.hpp"
#include "services/platform/server/framing.hpp"

namespace kassa::platform {
namespace {

constexpr std::string_view kAlways =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view kHsts = "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n";

// Framing and these three are the server's; a handler that copies an upstream's headers must not change them.
constexpr std::array<std::string_view, 7> kServersOwn{
    "content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "date", "request-id"};

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool is_servers_own(std::string_view name) noexcept {
  for (const std::string_view own : kServersOwn) {
    if (name.size() == own.size() && equals_ignoring_case(name, own)) return true;
  }
  return false;
}

bool is_clean(std::string_view text) noexcept {
  bool clean = true;
  for (const char c : text) clean &= (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
  return clean;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  ensure(!name.empty() && is_clean(name) && name.find(':') == std::string_view::npos, "a header name is printable");
  ensure(is_clean(value), "a header value has no control bytes");
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  ensure(status >= 200 && status <= 599, "a handler gives a final status");
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status));
  out += ' ';
  out += http::reason_phrase(status);
  out += "\r\n";
}

}  // namespace

std::string_view DateLine::at(std::chrono::steady_clock::time_point now) {
  if (now < valid_until_) return line_;
  std::timespec wall{};
  std::timespec_get(&wall, TIME_UTC);
  std::tm utc{};
  gmtime_r(&wall.tv_sec, &utc);
  std::array<char, 64> text{};
  // No locale is ever set in this process, so the names are the English ones that HTTP wants.
  const auto size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
  line_.assign(text.data(), size);
  valid_until_ = now + std::chrono::nanoseconds{1'000'000'000 - wall.tv_nsec};
  return line_;
}

void write_head(std::string& out, const http::Response& response, const HeadFacts& facts) {
  const std::size_t body_size = response.payload().size();
  out.clear();
  append_status_line(out, response.status);
  out += facts.date_line;
  if (response.source) {
    if (facts.chunked) out += "Transfer-Encoding: chunked\r\n";
    append_field(out, "Content-Type", response.content_type);
  } else if (!has_no_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, body_size);
    out += "\r\n";
    if (body_size > 0) append_field(out, "Content-Type", response.content_type);
  }
  append_field(out, "Request-Id", facts.request_id);
  out += kAlways;
  if (facts.https) out += kHsts;
  bool cache_told = false;
  for (const auto& [name, value] : response.headers) {
    if (is_servers_own(name)) continue;
    cache_told |= equals_ignoring_case(name, "cache-control");
    append_field(out, name, value);
  }
  if (!cache_told) out += "Cache-Control: no-store\r\n";
  if (facts.close) {
    out += "Connection: close\r\n";
  } else if (facts.tell_keep_alive) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void write_piece(std::string& out, std::string_view piece, bool chunked) {
  out.clear();
  if (chunked) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    out.append(digits.data(), end).append("\r\n");
  }
  out += piece;
  if (chunked) out += "\r\n";
}

}  // namespace kassa::platform
