#pragma once
// A piece of work for a connection of a pool: a transaction or a query, with whoever waits for its answer. Made on any
// thread, run on the pool's. A waiter is answered exactly once.

#include <string>

#include "services/platform/postgres/postgres_connection.hpp"
#include "services/platform/store/waiter.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

struct PostgresTools {
  ports::Failpoints& failpoints;
  ports::Log& log;
  ports::Metrics& metrics;
  std::string database;  ///< Label of the metrics.
};

class PostgresJob {
 public:
  virtual ~PostgresJob() = default;
  /// True when the waiter has been answered. False: nothing took effect and the connection is gone; to be run again on
  /// another one, or refused.
  virtual asio::awaitable<bool> run(PostgresConnection& db) = 0;
  virtual void refuse(Error error) = 0;
};
using PostgresJobPtr = std::unique_ptr<PostgresJob>;

/// BEGIN and the statements in one round trip, then, with the guards read, COMMIT or ROLLBACK in another. Without any
/// guard COMMIT goes with the statements: the server skips it after a failure. What lost a race is run again from the
/// start, a few times: a deadlock, and also a unique key, because the row in the way may be another transaction's of
/// the same moment, which a statement that computes a key from what it reads (the next number) would now see.
class CommitJob final : public PostgresJob {
 public:
  CommitJob(ports::Transaction transaction, WaiterPtr<ports::Committed> waiter, const PostgresTools& tools);
  asio::awaitable<bool> run(PostgresConnection& db) override;
  void refuse(Error error) override { waiter_->answer(std::move(error)); }

 private:
  using Answer = Result<ports::Committed>;
  enum class Next : unsigned char { kSettled, kAgain, kReconnect };

  asio::awaitable<Next> attempt(PostgresConnection& db);
  asio::awaitable<Next> commit(PostgresConnection& db, ports::Committed result);
  asio::awaitable<Next> roll_back(PostgresConnection& db, Next next, std::optional<Answer> answer);
  asio::awaitable<void> pause() const;
  /// The guards' verdict on the statements that were answered, in order.
  [[nodiscard]] ports::Committed judge(PostgresBatch& batch) const;
  [[nodiscard]] Next judge_fault(const PostgresFault& fault, ports::Committed& result, std::optional<Answer>& answer);
  /// COMMIT, sent along with the statements, may have been carried out.
  [[nodiscard]] bool reached_commit(const PostgresBatch& batch) const noexcept;
  Next settle_commit(const PostgresBatch& batch, ports::Committed result);
  void hit_before();
  Next applied(ports::Committed result);
  Next unknown(std::string_view why);

  ports::Transaction transaction_;
  WaiterPtr<ports::Committed> waiter_;
  const PostgresTools& tools_;
  const bool guarded_;
  int tries_{};
  std::chrono::steady_clock::time_point commit_sent_;
};

class QueryJob final : public PostgresJob {
 public:
  using Rows = std::vector<ports::Row>;
  QueryJob(ports::Step step, WaiterPtr<Rows> waiter, const PostgresTools& tools);
  asio::awaitable<bool> run(PostgresConnection& db) override;
  void refuse(Error error) override { waiter_->answer(std::move(error)); }

 private:
  ports::Step step_;
  WaiterPtr<Rows> waiter_;
  const PostgresTools& tools_;
  int tries_{};
};

}  // namespace kassa::platform
