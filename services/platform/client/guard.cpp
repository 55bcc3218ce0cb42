#include "services/platform/client/guard.hpp"

#include <algorithm>
#include <array>

namespace kassa::platform {
namespace {

namespace ip = asio::ip;

struct Block4 {
  std::uint32_t first;
  unsigned bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// IANA IPv4 special-purpose address registry: everything that is not globally reachable, and 192.88.99.0/24.
constexpr std::array kNotPublic4{
    Block4{v4(0, 0, 0, 0), 8},        // this network
    Block4{v4(10, 0, 0, 0), 8},       // private
    Block4{v4(100, 64, 0, 0), 10},    // carrier-grade NAT
    Block4{v4(127, 0, 0, 0), 8},      // loopback
    Block4{v4(169, 254, 0, 0), 16},   // link-local, cloud metadata
    Block4{v4(172, 16, 0, 0), 12},    // private
    Block4{v4(192, 0, 0, 0), 24},     // protocol assignments
    Block4{v4(192, 0, 2, 0), 24},     // documentation
    Block4{v4(192, 88, 99, 0), 24},   // 6to4 relays, deprecated
    Block4{v4(192, 168, 0, 0), 16},   // private
    Block4{v4(198, 18, 0, 0), 15},    // benchmarking
    Block4{v4(198, 51, 100, 0), 24},  // documentation
    Block4{v4(203, 0, 113, 0), 24},   // documentation
    Block4{v4(224, 0, 0, 0), 4},      // multicast
    Block4{v4(240, 0, 0, 0), 4},      // reserved, broadcast
};

bool is_public_v4(std::uint32_t address) {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(), [&](const Block4& block) {
    return (address >> (32U - block.bits)) == (block.first >> (32U - block.bits));
  });
}

using Bytes16 = ip::address_v6::bytes_type;

bool starts_with(const Bytes16& address, std::initializer_list<unsigned> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin(), [](unsigned a, unsigned char b) { return a == b; });
}

std::uint32_t embedded_v4(const Bytes16& address, std::size_t at) {
  return v4(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

bool is_public_v6(const Bytes16& a) {
  if (starts_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return is_public_v4(embedded_v4(a, 12));  // v4-mapped
  if (starts_with(a, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public_v4(embedded_v4(a, 12));  // NAT64
  if (starts_with(a, {0x20, 0x02})) return is_public_v4(embedded_v4(a, 2));                                    // 6to4
  if ((a[0] & 0xe0U) != 0x20U) return false;  // Global unicast is 2000::/3; loopback, fc00::, fe80::, ff00:: are not.
  if (starts_with(a, {0x20, 0x01}) && (a[2] & 0xfeU) == 0) return false;  // 2001::/23: Teredo, ORCHID, benchmarking
  if (starts_with(a, {0x20, 0x01, 0x0d, 0xb8})) return false;             // documentation
  return !(a[0] == 0x3f && a[1] == 0xff && (a[2] & 0xf0U) == 0);          // 3fff::/20: documentation
}

bool is_port_allowed(std::uint16_t port, const ClientOptions& options) {
  const auto& allowed = options.ports_allowed;
  return std::find(allowed.begin(), allowed.end(), port) != allowed.end();
}

}  // namespace

bool is_public_address(const ip::address& address) {
  if (address.is_v4()) return is_public_v4(address.to_v4().to_uint());
  return is_public_v6(address.to_v6().to_bytes());
}

bool may_call(const Url& url, const ClientOptions& options, bool allow_loopback) {
  return allow_loopback || (url.tls && is_port_allowed(url.port, options));
}

bool may_connect(const ip::address& address, const Url& url, const ClientOptions& options, bool allow_loopback) {
  if (address.is_loopback()) return allow_loopback;
  return is_public_address(address) && url.tls && is_port_allowed(url.port, options);
}

}  // namespace kassa::platform
