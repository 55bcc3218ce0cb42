#pragma once
// What the client keeps per destination (scheme, host, port, loopback allowed or not): idle connections, and
// a bound on calls in flight with a first-come queue behind it. Used on one thread.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/platform/client/connection.hpp"
#include "services/platform/client/deadline.hpp"

namespace kassa::platform {

inline constexpr std::size_t kIdlePerHostMax = 8;
inline constexpr std::size_t kWaitingPerHostMax = 1'024;
inline constexpr std::chrono::seconds kIdleConnectionTime{20};

class Slot;

struct Destination {
  struct Idle {
    std::shared_ptr<OutgoingConnection> connection;
    Deadline::Time since;
  };
  std::vector<Idle> idle;
  std::size_t in_flight{};
  std::list<Slot*> waiting;
};

/// The right to have one call in flight; given back, to the first in the queue, on destruction.
class Slot {
 public:
  Slot(const asio::any_io_executor& executor, std::shared_ptr<Destination> destination);
  ~Slot();
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  /// False: the time passed in the queue, or the queue is full.
  asio::awaitable<bool> acquire(Deadline::Time until);

 private:
  std::shared_ptr<Destination> destination_;
  asio::steady_timer turn_;
  bool held_{};
};

class Pool {
 public:
  /// Also forgets what has been idle for too long, everywhere.
  std::shared_ptr<Destination> destination(const std::string& key);

  /// The most recently used idle connection that is still good; null if there is none.
  static std::shared_ptr<OutgoingConnection> take(Destination& destination);
  static void give_back(Destination& destination, std::shared_ptr<OutgoingConnection> connection);

 private:
  void sweep(Deadline::Time now);

  std::map<std::string, std::shared_ptr<Destination>, std::less<>> destinations_;
  Deadline::Time swept_{};
};

}  // namespace kassa::platform
