#pragma once
// A process's standing at a database that others may use, too, on a connection and a thread of its own: it hears within
// moments what they changed (see kTellStoreChanges) and tells them what it changed, and it holds the process's place. A
// hint and no more: what is said while the connection is away is never heard, so after each new connection it says that
// anything may have changed. The place is a lock of the connection: it is free as soon as the process is dead.

#include <functional>
#include <future>
#include <set>
#include <thread>

#include "services/platform/postgres/postgres_connection.hpp"
#include "services/ports/log.hpp"

namespace kassa::platform {

/// Who else may serve the database meanwhile.
enum class PostgresPlace : unsigned char { kAnybody, kOthersWhoShare, kNobody };

class PostgresListener {
 public:
  struct Options {
    std::string conninfo;
    std::string schema;
    PostgresPlace beside{PostgresPlace::kAnybody};
    /// Called on the listener's thread with what was told: the id of a store, or another one's tell(); empty: anything.
    std::function<void(const std::string& message)> on_change;
    /// Called there once, when the place was lost with its connection and others have taken it.
    std::function<void()> on_displaced{[] {}};
    /// A process that died may be known to the server for another moment.
    std::chrono::milliseconds patience{3'000};
  };

  PostgresListener(Options options, ports::Log& log);
  ~PostgresListener();  ///< Afterwards nothing is called any more.
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

  /// Blocks until the place is held, once. kGuardFailed: it is taken.
  Result<void> wait_for_place();

  /// Tells all listeners, this one included, sooner or later; at most 7,999 bytes. From any thread.
  void tell(std::string message);

 private:
  enum class Standing : unsigned char { kHeld, kTaken };

  asio::awaitable<void> listen();
  asio::awaitable<PostgresResult<Standing>> subscribe();
  asio::awaitable<void> pass_on();
  asio::awaitable<void> send_told();
  asio::awaitable<void> rest();
  void settle(Result<void> place);
  void note_taken();

  const Options options_;
  const PostgresSession session_;
  const std::vector<ports::SqlValue> channel_;
  const std::string sql_;
  ports::Log& log_;
  asio::io_context io_{1};
  PostgresConnection db_;
  asio::steady_timer wake_;
  // Of the listener's thread only.
  bool closing_{};
  bool settled_{};
  bool held_{};  ///< At some time.
  bool displaced_{};
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::set<std::string> to_tell_;
  std::promise<Result<void>> place_;
  std::thread thread_;
};

}  // namespace kassa::platform
