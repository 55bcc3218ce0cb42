#include "services/platform/server/server_state.hpp"

#include <boost/asio/post.hpp>

namespace kassa::platform {
namespace {

// One IPv6 customer owns a /64, so that is what counts as one address.
asio::ip::address counted_as(const asio::ip::address& address) {
  if (address.is_v4()) return address;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes);
}

}  // namespace

bool ServerState::admit(const asio::ip::address& peer) {
  if (!options.proxies.contain(peer) && !count_in(peer)) return false;
  ++connections_;
  metrics.gauge("http_connections", label, static_cast<std::int64_t>(connections_));
  return true;
}

void ServerState::release(const asio::ip::address& peer) {
  if (!options.proxies.contain(peer)) count_out(peer);
  --connections_;
  if (!alive) return;
  metrics.gauge("http_connections", label, static_cast<std::int64_t>(connections_));
  signal_if_quiet();
}

bool ServerState::count_in(const asio::ip::address& client) {
  const std::lock_guard lock(mutex_);
  std::size_t& count = by_address_[counted_as(client)];
  if (count >= limits.connections_per_address_max) return false;
  ++count;
  return true;
}

void ServerState::count_out(const asio::ip::address& client) {
  const std::lock_guard lock(mutex_);
  const auto row = by_address_.find(counted_as(client));
  if (row != by_address_.end() && --row->second == 0) by_address_.erase(row);
}

bool ServerState::begin_handshake() {
  if (++handshakes_ <= limits.handshakes_max) return true;
  --handshakes_;
  return false;
}

void ServerState::lane_closed() {
  --accepting_;
  if (alive) signal_if_quiet();
}

void ServerState::watch_quiet(asio::io_context& quiet_context, std::shared_ptr<Timer> quiet_signal) {
  const std::lock_guard lock(mutex_);
  quiet_context_ = &quiet_context;
  quiet_signal_ = std::move(quiet_signal);
}

void ServerState::forget_quiet() noexcept {
  const std::lock_guard lock(mutex_);
  quiet_context_ = nullptr;
  quiet_signal_.reset();
}

void ServerState::signal_if_quiet() {
  if (!quiet()) return;
  const std::lock_guard lock(mutex_);
  if (quiet_context_ == nullptr) return;
  asio::post(*quiet_context_, [signal = quiet_signal_] { signal->cancel(); });
}

}  // namespace kassa::platform
