#pragma once
// The one writing thread. It takes whatever transactions queued up during the previous commit, runs each in its own
// savepoint, makes all of them durable with one COMMIT, and only then answers. After a group of more than one it waits
// for about as long as a commit takes, because more are on their way (docs/decisions: commit groups); a lone writer
// never waits. One member's refusal or mistake leaves its neighbours alone; an error of the disk fails the whole group.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/platform/store/fair_queue.hpp"
#include "services/platform/store/sqlite_connection.hpp"
#include "services/platform/store/store_health.hpp"
#include "services/platform/store/waiter.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

class GroupWriter {
 public:
  struct Tools {
    ports::Failpoints& failpoints;
    ports::Log& log;
    ports::Metrics& metrics;
    StoreHealth& health;
    std::string database;  ///< Label of the metrics.
  };

  GroupWriter(SqliteConnection db, std::size_t group_max, Tools tools);
  ~GroupWriter();  ///< Carries out what is queued, then stops the thread and closes the connection.
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  /// From any thread. Answers kOverloaded at once when the queue is full.
  void submit(ports::Transaction transaction, WaiterPtr<ports::Committed> waiter);

 private:
  using Answer = Result<ports::Committed>;
  struct Job {
    ports::Transaction transaction;
    WaiterPtr<ports::Committed> waiter;
  };

  void run();
  std::vector<Job> take_group();
  void await_work(std::unique_lock<std::mutex>& lock);
  void work_off(std::vector<Job> group);
  /// Empty when the group must not be committed because of `fault`.
  std::vector<Answer> run_members(const std::vector<Job>& group, SqliteFault& fault);
  SqliteResult<Answer> run_member(const ports::Transaction& transaction);
  SqliteResult<ports::Committed> run_steps(const ports::Transaction& transaction);
  SqliteResult<void> commit(const std::vector<Job>& group, const std::vector<Answer>& answers);
  void reject(std::vector<Job>& group, const SqliteFault& fault);
  void fail_stop(std::vector<Job>& group, const SqliteFault& fault);
  void tidy_log();

  SqliteConnection db_;
  const std::size_t group_max_;
  Tools tools_;
  std::size_t last_group_{};                  // Members of the previous group.
  std::chrono::nanoseconds usual_commit_{0};  // What a COMMIT takes, smoothed.

  std::mutex mutex_;  // Guards the three below.
  std::condition_variable wake_;
  FairQueue<Job> queue_;
  bool closing_{};

  std::thread thread_;  // Last: runs only while everything above is alive.
};

}  // namespace kassa::platform
