#include "services/platform/client/url.hpp"

#include <algorithm>
#include <charconv>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kHostBytesMax = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_char(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.'; }

/// Printable ASCII that RFC 3986 lets stand in a path or query.
bool is_target(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view{"\"<>\\^`{|}#"}.find(c) == std::string_view::npos;
  });
}

bool is_name(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  if (!std::all_of(host.begin(), host.end(), is_name_char)) return false;
  return host.front() != '.' && host.back() != '.' && host.find("..") == std::string_view::npos;
}

/// The rule that tells addresses from names in the URL standard: "2130706433", "127.1" and "0x7f.1" end in a
/// number, so resolvers may take them for addresses. Only the plain dotted form is accepted as one.
bool ends_in_number(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return std::all_of(last.begin(), last.end(), is_digit) || last.starts_with("0x");
}

bool read_host(std::string_view text, Url& url) {
  boost::system::error_code error;
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return false;
    url.host = text.substr(1, text.size() - 2);
    if (url.host.find('%') != std::string::npos) return false;  // A zone names one of our own interfaces.
    url.literal = ip::make_address_v6(url.host, error);
    return !error;
  }
  url.host = to_lower_ascii(text);
  if (!is_name(url.host)) return false;
  if (!ends_in_number(url.host)) return true;
  url.literal = ip::make_address_v4(url.host, error);
  return !error;
}

bool read_port(std::string_view text, Url& url) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
  return error == std::errc{} && end == text.data() + text.size() && url.port != 0;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  if (text.size() > limits::kTargetBytesMax) return std::nullopt;
  Url url;
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const auto scheme = to_lower_ascii(text.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  url.tls = scheme == "https";
  url.port = url.tls ? 443 : 80;
  text.remove_prefix(scheme_end + 3);

  auto authority = text.substr(0, text.find_first_of("/?"));
  const auto target = text.substr(authority.size());
  if (!is_target(target)) return std::nullopt;
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);

  const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  if (colon != std::string_view::npos) {
    if (!read_port(authority.substr(colon + 1), url)) return std::nullopt;
    authority = authority.substr(0, colon);
  }
  if (!read_host(authority, url)) return std::nullopt;
  return url;
}

std::string host_header(const Url& url) {
  const bool v6 = url.literal && url.literal->is_v6();
  std::string text = v6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.tls ? 443 : 80)) text += ":" + std::to_string(url.port);
  return text;
}

}  // namespace kassa::platform
