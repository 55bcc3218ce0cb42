#pragma once
// The time limit of one call: when it passes, the connection it watches is closed, which ends whatever the
// call awaits. Lives in the call's coroutine; its timer ends with it. Used on one thread.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "services/platform/client/connection.hpp"

namespace kassa::platform {

class Deadline {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Deadline(const asio::any_io_executor& executor, std::chrono::milliseconds left);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// From now on `connection` is the one to close; at once if the time has passed.
  void watch(const std::shared_ptr<OutgoingConnection>& connection);
  [[nodiscard]] bool has_passed() const;
  [[nodiscard]] Time at() const { return at_; }

 private:
  struct State {
    explicit State(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    std::weak_ptr<OutgoingConnection> connection;
  };
  Time at_;
  std::shared_ptr<State> state_;
};

}  // namespace kassa::platform
