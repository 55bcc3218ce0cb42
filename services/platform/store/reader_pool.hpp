#pragma once
// Reading threads, each with its own read-only connection. A query sees what was committed when it started;
// it never waits for the writer.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "services/platform/store/sqlite_connection.hpp"
#include "services/platform/store/store_health.hpp"
#include "services/platform/store/waiter.hpp"
#include "services/ports/log.hpp"

namespace kassa::platform {

class ReaderPool {
 public:
  using Rows = std::vector<ports::Row>;

  /// One thread for each connection.
  ReaderPool(std::vector<SqliteConnection> connections, ports::Log& log, StoreHealth& health);
  ~ReaderPool();  ///< Carries out what is queued, then stops the threads and closes the connections.
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// From any thread. Answers kOverloaded at once when the queue is full.
  void submit(ports::Step step, WaiterPtr<Rows> waiter);

 private:
  struct Job {
    ports::Step step;
    WaiterPtr<Rows> waiter;
  };

  void run(SqliteConnection& db);
  std::optional<Job> take();
  Result<Rows> read(SqliteConnection& db, const ports::Step& step);

  std::vector<SqliteConnection> connections_;
  ports::Log& log_;
  StoreHealth& health_;

  std::mutex mutex_;  // Guards the three below.
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool closing_{};

  std::vector<std::thread> threads_;
};

}  // namespace kassa::platform
