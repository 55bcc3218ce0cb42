#include "services/platform/client/wire.hpp"

#include <algorithm>
#include <array>

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

using ports::CallOutcome;

constexpr std::array<std::string_view, 10> kOwnHeaders{
    "connection",        "content-length", "expect",          "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",        "proxy-connection"};

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

bool is_own(std::string_view name) {
  return std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                     [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::optional<std::string> write_request(const ports::HttpRequest& request, const Url& url) {
  if (!is_token(request.method)) return std::nullopt;
  std::string out;
  out.reserve(512 + request.body.size());
  out.append(request.method).append(" ").append(url.target).append(" HTTP/1.1\r\n");
  append_header(out, "Host", host_header(url));
  bool has_agent = false;
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_value(value) || is_own(name)) return std::nullopt;
    has_agent = has_agent || equals_ignoring_case(name, "user-agent");
    append_header(out, name, value);
  }
  if (!has_agent) append_header(out, "User-Agent", "kassa");
  const bool expects_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (expects_body || !request.body.empty()) append_header(out, "Content-Length", std::to_string(request.body.size()));
  out.append("\r\n").append(request.body);
  return out;
}

CallOutcome outcome_of(int status) noexcept {
  if (status >= 200 && status < 300) return CallOutcome::kSucceeded;
  if (status >= 300 && status < 500) return CallOutcome::kRejected;
  return CallOutcome::kUnknown;
}

bool is_repeatable(const std::string& method) noexcept { return method == "GET" || method == "HEAD"; }

std::string_view word_of(CallOutcome outcome) noexcept {
  switch (outcome) {
    case CallOutcome::kNotSent: return "not_sent";
    case CallOutcome::kRejected: return "rejected";
    case CallOutcome::kSucceeded: return "succeeded";
    case CallOutcome::kUnknown: break;
  }
  return "unknown";
}

}  // namespace kassa::platform
