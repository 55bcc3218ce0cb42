#include "services/platform/server/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>

#include "services/platform/server/proxies.hpp"

namespace kassa::platform {
namespace {

constexpr std::array<unsigned char, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                   0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr unsigned char kLocal = 0x20;
constexpr unsigned char kProxied = 0x21;
constexpr unsigned char kUnspecified = 0x00;
constexpr unsigned char kTcp4 = 0x11;
constexpr unsigned char kTcp6 = 0x21;
constexpr std::size_t kTcp4Bytes = 12;  // Two addresses and two ports.
constexpr std::size_t kTcp6Bytes = 36;

template <class Address>
asio::ip::address source_of(std::span<const unsigned char> rest) {
  typename Address::bytes_type bytes;
  std::copy_n(rest.begin(), bytes.size(), bytes.begin());
  return plain_address(Address(bytes));
}

asio::awaitable<bool> read_exactly(Socket& socket, std::span<unsigned char> room) {
  while (!room.empty()) {
    const auto read = co_await socket.async_read_some(asio::buffer(room.data(), room.size()), kAsTuple);
    if (std::get<0>(read)) co_return false;
    room = room.subspan(std::get<1>(read));
  }
  co_return true;
}

}  // namespace

std::optional<std::size_t> proxy_rest_bytes(std::span<const unsigned char> prefix) noexcept {
  if (prefix.size() != kProxyPrefixBytes || !std::equal(kSignature.begin(), kSignature.end(), prefix.begin())) {
    return std::nullopt;
  }
  const std::size_t size = static_cast<std::size_t>(prefix[14]) * 256 + prefix[15];
  return size <= kProxyRestBytesMax ? std::optional(size) : std::nullopt;
}

std::optional<asio::ip::address> proxied_client(std::span<const unsigned char> prefix,
                                                std::span<const unsigned char> rest, const asio::ip::address& peer) {
  const unsigned char command = prefix[12];
  const unsigned char family = prefix[13];
  if (command == kLocal) return peer;  // A probe of the proxy's own.
  if (command != kProxied) return std::nullopt;
  if (family == kUnspecified) return peer;
  std::optional<asio::ip::address> told;
  if (family == kTcp4 && rest.size() >= kTcp4Bytes) told = source_of<asio::ip::address_v4>(rest);
  if (family == kTcp6 && rest.size() >= kTcp6Bytes) told = source_of<asio::ip::address_v6>(rest);
  return told && is_made_up(*told, peer) ? peer : told;
}

asio::awaitable<std::optional<asio::ip::address>> read_proxy_header(Socket& socket, asio::ip::address peer) {
  std::array<unsigned char, kProxyPrefixBytes + kProxyRestBytesMax> bytes{};
  const std::span<unsigned char> prefix(bytes.data(), kProxyPrefixBytes);
  const bool begun = co_await read_exactly(socket, prefix);
  if (!begun) co_return std::nullopt;
  const auto size = proxy_rest_bytes(prefix);
  if (!size) co_return std::nullopt;
  const std::span<unsigned char> rest(bytes.data() + kProxyPrefixBytes, *size);
  const bool whole = co_await read_exactly(socket, rest);
  if (!whole) co_return std::nullopt;
  co_return proxied_client(prefix, rest, peer);
}

}  // namespace kassa::platform
