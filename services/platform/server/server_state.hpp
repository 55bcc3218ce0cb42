#pragma once
// What all lanes of one Server share: its options, the world it talks to, the counts behind the caps, and the
// signal that the last connection has ended. Counters are atomic, the address table is locked; touched when
// connections come and go.

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "services/platform/server/connection.hpp"
#include "services/platform/server/server.hpp"
#include "services/platform/server/tls.hpp"

namespace kassa::platform {

class ServerState {
 public:
  ServerState(ListenerOptions options_, Dispatcher& dispatcher_, ports::Log& log_, ports::Metrics& metrics_,
              ServerLimits limits_)
      : options(std::move(options_)), dispatcher(dispatcher_), log(log_), metrics(metrics_), limits(limits_) {}

  /// Counts a connection in; false when its address has its share already. A listed proxy's share has no end.
  bool admit(const asio::ip::address& peer);
  void release(const asio::ip::address& peer);
  /// For the client behind a proxy: the share alone.
  bool count_in(const asio::ip::address& client);
  void count_out(const asio::ip::address& client);
  [[nodiscard]] bool over_capacity() const noexcept { return connections_ > limits.connections_max; }

  bool begin_handshake();
  void end_handshake() noexcept { --handshakes_; }

  void lane_opened() noexcept { ++accepting_; }
  void lane_closed();

  /// From here on `quiet_signal` (on `quiet_context`) is cancelled once no connection and no acceptor is
  /// left.
  void watch_quiet(asio::io_context& quiet_context, std::shared_ptr<Timer> quiet_signal);
  void forget_quiet() noexcept;
  [[nodiscard]] bool quiet() const noexcept { return connections_ == 0 && accepting_ == 0; }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

  const ListenerOptions options;
  Dispatcher& dispatcher;
  ports::Log& log;
  ports::Metrics& metrics;
  const ServerLimits limits;
  std::unique_ptr<TlsContext> tls;  ///< Set before the first lane starts.
  std::string label;                ///< Of the connections gauge: the bound port.
  /// False once the Server is gone: what is destroyed after it must not touch the world any more.
  std::atomic<bool> alive{true};

 private:
  void signal_if_quiet();

  std::atomic<std::size_t> connections_{};
  std::atomic<std::size_t> handshakes_{};
  std::atomic<std::size_t> accepting_{};
  std::mutex mutex_;
  std::map<asio::ip::address, std::size_t> by_address_;
  asio::io_context* quiet_context_{};
  std::shared_ptr<Timer> quiet_signal_;
};

}  // namespace kassa::platform
