#include "services/platform/config/values.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

namespace ip = boost::asio::ip;

struct HostPort {
  std::string_view host;
  std::string_view port;
};

/// Splits "host:port" and "[v6]:port"; the port may be missing when `port_required` is false.
std::optional<HostPort> split(std::string_view text, bool port_required) {
  HostPort found;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    found.host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    if (found.host.find(':') == std::string_view::npos) return std::nullopt;
  } else {
    found.host = text.substr(0, text.find(':'));
    text.remove_prefix(found.host.size());
  }
  if (found.host.empty()) return std::nullopt;
  if (text.empty() && !port_required) return found;
  if (!text.starts_with(':') || text.size() == 1) return std::nullopt;
  found.port = text.substr(1);
  return found;
}

bool is_host_name(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

std::optional<ip::address> read_address(std::string_view host) {
  if (equals_ignoring_case(host, "localhost")) return ip::address_v4::loopback();
  boost::system::error_code error;
  auto address = ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return address;
}

}  // namespace

std::optional<std::int64_t> read_whole(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<bool> read_switch(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

std::optional<Endpoint> read_endpoint(std::string_view text, bool tls) {
  const auto parts = split(text, true);
  if (!parts) return std::nullopt;
  const auto address = read_address(parts->host);
  const auto port = read_whole(parts->port, 0, 65'535);
  if (!address || !port) return std::nullopt;
  return Endpoint{address->to_string(), static_cast<std::uint16_t>(*port), tls};
}

std::optional<Rate> read_rate(std::string_view text) {
  constexpr std::int64_t kMost = 1'000'000;
  const auto slash = text.find('/');
  const auto per_second = read_whole(text.substr(0, slash), 0, kMost);
  if (!per_second) return std::nullopt;
  if (slash == std::string_view::npos) return Rate{*per_second, std::clamp<std::int64_t>(*per_second * 2, 1, kMost)};
  const auto burst = read_whole(text.substr(slash + 1), 1, kMost);
  if (!burst) return std::nullopt;
  return Rate{*per_second, *burst};
}

bool is_loopback(const Endpoint& endpoint) {
  const auto address = read_address(endpoint.address);
  return address && address->is_loopback();
}

bool is_public_url(std::string_view text) {
  const bool tls = text.starts_with("https://");
  if (!tls && !text.starts_with("http://")) return false;
  const auto parts = split(text.substr(tls ? 8 : 7), false);
  if (!parts || (!parts->port.empty() && !read_whole(parts->port, 1, 65'535))) return false;
  const auto address = read_address(parts->host);
  if (!address && !is_host_name(parts->host)) return false;
  return tls || (address && address->is_loopback());
}

std::optional<std::vector<std::uint16_t>> read_ports(std::string_view text) {
  std::vector<std::uint16_t> ports;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    const auto port = read_whole(trim(text.substr(0, comma)), 1, 65'535);
    if (!port) return std::nullopt;
    ports.push_back(static_cast<std::uint16_t>(*port));
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return ports;
}

bool is_plain_text(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && is_utf8(text) &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace kassa::platform
