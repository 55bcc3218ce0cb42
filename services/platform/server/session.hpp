#pragma once
// The life of one connection, from the TLS handshake to the last byte: one coroutine on its lane's thread.

#include <memory>
#include <optional>
#include <utility>

#include "services/platform/server/connection.hpp"

namespace kassa::platform {

class Lane;
class ServerState;

/// A connection's place in the caps, given back when this goes.
class Admission {
 public:
  Admission(std::shared_ptr<ServerState> state, asio::ip::address peer)
      : state_(std::move(state)), peer_(std::move(peer)) {}
  Admission(Admission&& other) noexcept = default;
  Admission& operator=(Admission&&) = delete;
  ~Admission();

  bool begin_handshake();
  void end_handshake();
  /// The proxy has told who its client is; false when that one has its share already.
  bool turn_into(const asio::ip::address& client);
  [[nodiscard]] const asio::ip::address& peer() const noexcept { return peer_; }

 private:
  std::shared_ptr<ServerState> state_;
  asio::ip::address peer_;
  std::optional<asio::ip::address> client_;  ///< Counted beside the peer.
  bool in_handshake_{};
};

/// Runs the session on the lane's context until the connection ends.
void spawn_session(std::shared_ptr<Lane> lane, Socket socket, Admission admission);

}  // namespace kassa::platform
