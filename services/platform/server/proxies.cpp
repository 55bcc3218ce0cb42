#include "services/platform/server/proxies.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kAddressBytesMax = 45;  // Of an IPv6 address in full.

using Bytes16 = ip::address_v6::bytes_type;

Bytes16 wide(const ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

/// Of the 128 bits of both, an IPv4 network's prefix counted from where IPv4 begins.
bool same_up_to(const ip::address& a, const ip::address& b, unsigned prefix) noexcept {
  const Bytes16 left = wide(a);
  const Bytes16 right = wide(b);
  const unsigned bits = prefix + (a.is_v4() ? 96U : 0U);
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(left.begin(), left.begin() + whole, right.begin())) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  return ((left[at] ^ right[at]) >> (8U - rest)) == 0;
}

std::optional<ip::address> address_in(std::string_view text) {
  // No zone: it means something on one machine only.
  if (text.empty() || text.size() > kAddressBytesMax || text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code failed;
  const auto address = ip::make_address(std::string(text), failed);
  if (failed) return std::nullopt;
  return plain_address(address);
}

bool has_bits_behind(const ip::address& network, unsigned prefix) {
  Bytes16 bytes = wide(network);
  for (unsigned bit = prefix + (network.is_v4() ? 96U : 0U); bit < 128; ++bit) {
    if (((bytes[bit / 8] >> (7U - bit % 8)) & 1U) != 0) return true;
  }
  return false;
}

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<ip::address> hop_in(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    return close == std::string_view::npos ? std::nullopt : address_in(text.substr(1, close - 1));
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && colon == text.rfind(':')) text = text.substr(0, colon);
  return address_in(text);
}

/// The value of `for` in one element of Forwarded; empty without one.
std::string_view for_in(std::string_view element) {
  while (!element.empty()) {
    const auto end = std::min(element.find(';'), element.size());
    const std::string_view pair = trim(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    if (pair.size() < 4 || !equals_ignoring_case(pair.substr(0, 4), "for=")) continue;
    std::string_view value = pair.substr(4);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value.remove_prefix(1);
      value.remove_suffix(1);
    }
    return value;
  }
  return {};
}

}  // namespace

std::optional<Networks> Networks::parse(std::string_view list) {
  Networks networks;
  for (bool more = true; more;) {
    const auto comma = list.find(',');
    const std::string_view text = trim(list.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) list.remove_prefix(comma + 1);
    const auto slash = text.find('/');
    const auto network = address_in(text.substr(0, slash));
    if (!network) return std::nullopt;
    const unsigned longest = network->is_v4() ? 32 : 128;
    unsigned prefix = longest;
    if (slash != std::string_view::npos) {
      const std::string_view digits = text.substr(slash + 1);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
      if (error != std::errc{} || end != digits.data() + digits.size() || prefix > longest) return std::nullopt;
    }
    if (has_bits_behind(*network, prefix)) return std::nullopt;
    networks.rows_.push_back({*network, prefix});
  }
  return networks;
}

bool Networks::contain(const ip::address& address) const noexcept {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.network.is_v4() == address.is_v4() && same_up_to(row.network, address, row.prefix);
  });
}

ip::address plain_address(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

bool is_made_up(const ip::address& told, const ip::address& peer) {
  return (told.is_loopback() || told.is_unspecified()) && !peer.is_loopback();
}

ip::address client_behind(const ip::address& peer, const http::Request& request, ProxyHeader header,
                          const Networks& listed) {
  const bool forwarded = header == ProxyHeader::kForwarded;
  const std::string_view name = forwarded ? "forwarded" : "x-forwarded-for";
  ip::address client = peer;
  // Several fields of one name are one list. The last hop is the one that our peer saw.
  for (auto field = request.headers.rbegin(); field != request.headers.rend(); ++field) {
    if (!equals_ignoring_case(field->first, name)) continue;
    std::string_view list = field->second;
    for (bool more = true; more;) {
      const auto comma = list.rfind(',');
      more = comma != std::string_view::npos;
      const std::string_view element = trim(more ? list.substr(comma + 1) : list);
      if (more) list = list.substr(0, comma);
      const auto hop = hop_in(forwarded ? for_in(element) : element);
      if (!hop || is_made_up(*hop, peer)) return client;
      client = *hop;
      if (!listed.contain(client)) return client;
    }
  }
  return client;
}

}  // namespace kassa::platform
