#pragma once
// The life of one connection, from the TLS handshake to the last byte: one coroutine on its lane's thread.

#include <memory>
#include <utility>

#include "services/platform/server/connection.hpp"

namespace kassa::platform {

class Lane;
class ServerState;

/// A connection's place in the caps, given back when this goes.
class Admission {
 public:
  Admission(std::shared_ptr<ServerState> state, asio::ip::address address)
      : state_(std::move(state)), address_(std::move(address)) {}
  Admission(Admission&& other) noexcept = default;
  Admission& operator=(Admission&&) = delete;
  ~Admission();

  bool begin_handshake();
  void end_handshake();
  [[nodiscard]] const asio::ip::address& address() const noexcept { return address_; }

 private:
  std::shared_ptr<ServerState> state_;
  asio::ip::address address_;
  bool in_handshake_{};
};

/// Runs the session on the lane's context until the connection ends.
void spawn_session(std::shared_ptr<Lane> lane, Socket socket, Admission admission);

}  // namespace kassa::platform
