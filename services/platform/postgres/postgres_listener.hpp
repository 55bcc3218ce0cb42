#pragma once
// Hears within moments that another process changed a store (see kTellStoreChanges), on a connection and a thread of
// its own. A hint and no more: what is said while the connection is away is never heard, so the owner goes on polling.
// After each new connection it says that anything may have changed.

#include <functional>
#include <thread>

#include "services/platform/postgres/postgres_connection.hpp"
#include "services/ports/log.hpp"

namespace kassa::platform {

class PostgresListener {
 public:
  /// Called on the listener's thread with the id of a store; empty: with any.
  using OnChange = std::function<void(const std::string& store)>;

  PostgresListener(std::string conninfo, std::string schema, OnChange on_change, ports::Log& log);
  ~PostgresListener();  ///< Afterwards nothing is called any more.
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

 private:
  asio::awaitable<void> listen();
  asio::awaitable<PostgresResult<void>> subscribe();
  asio::awaitable<void> pass_on();
  asio::awaitable<void> rest();

  const PostgresSession session_;
  const std::string sql_;
  const OnChange on_change_;
  ports::Log& log_;
  asio::io_context io_{1};
  PostgresConnection db_;
  asio::steady_timer wake_;
  bool closing_{};  // Of the listener's thread only.
  std::thread thread_;
};

}  // namespace kassa::platform
