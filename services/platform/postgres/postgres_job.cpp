#include "services/platform/postgres/postgres_job.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include "services/platform/postgres/backoff.hpp"
#include "services/platform/store/guards.hpp"

namespace kassa::platform {
namespace {

using Kind = PostgresFault::Kind;

constexpr int kTriesMax = 4;
constexpr std::chrono::milliseconds kRaceBase{4};
constexpr std::chrono::milliseconds kRaceCap{100};
constexpr int kUniqueRetries = 2;
constexpr std::string_view kUniqueViolation = "23505";

bool has_guards(const ports::Transaction& transaction) {
  return std::any_of(transaction.steps.begin(), transaction.steps.end(),
                     [](const ports::Step& step) { return step.guard.kind != ports::Guard::Kind::kAny; });
}

std::vector<PostgresCall> calls_of(const ports::Transaction& transaction, bool commits) {
  std::vector<PostgresCall> calls;
  calls.reserve(transaction.steps.size() + 2);
  calls.emplace_back("BEGIN");
  for (const ports::Step& step : transaction.steps) calls.emplace_back(step.sql, step.params);
  if (commits) calls.emplace_back("COMMIT");
  return calls;
}

/// The server said so itself: it has rolled back. (40003 says that it does not know.)
bool surely_rolled_back(const PostgresFault& fault) noexcept {
  return fault.kind == Kind::kConstraint || fault.kind == Kind::kRace;
}

}  // namespace

CommitJob::CommitJob(ports::Transaction transaction, WaiterPtr<ports::Committed> waiter, const PostgresTools& tools)
    : transaction_(std::move(transaction)),
      waiter_(std::move(waiter)),
      tools_(tools),
      guarded_(has_guards(transaction_)) {}

asio::awaitable<bool> CommitJob::run(PostgresConnection& db) {
  if (transaction_.steps.empty()) {
    hit_before();
    co_return applied(ports::Committed()) == Next::kSettled;
  }
  for (;;) {
    ++tries_;
    const Next next = co_await attempt(db);
    if (next == Next::kSettled) co_return true;
    tools_.metrics.count("store_retries_total", tools_.database);
    if (tries_ >= kTriesMax) {
      waiter_->answer(Error{Errc::kStoreUnavailable, "store: lost too many races or connections"});
      co_return true;
    }
    if (next == Next::kReconnect) co_return false;
    co_await pause();
  }
}

asio::awaitable<void> CommitJob::pause() const {
  asio::steady_timer timer(co_await asio::this_coro::executor, backoff(kRaceBase, kRaceCap, tries_));
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<CommitJob::Next> CommitJob::attempt(PostgresConnection& db) {
  if (!guarded_) {
    hit_before();
    // A session that is known to have ended must not turn COMMIT, which goes along, into a riddle.
    if (!db.still_there()) co_return Next::kReconnect;
  }
  commit_sent_ = std::chrono::steady_clock::now();
  auto calls = calls_of(transaction_, !guarded_);
  auto batch = co_await db.run(std::move(calls));
  ports::Committed result = judge(batch);
  std::optional<Answer> answer;
  if (!result.applied) {
    answer.emplace(std::move(result));
    co_return co_await roll_back(db, Next::kSettled, std::move(answer));
  }
  if (!batch.fault && guarded_) co_return co_await commit(db, std::move(result));
  if (!guarded_ && reached_commit(batch)) co_return settle_commit(batch, std::move(result));
  const Next next = judge_fault(*batch.fault, result, answer);
  co_return co_await roll_back(db, next, std::move(answer));
}

bool CommitJob::reached_commit(const PostgresBatch& batch) const noexcept {
  if (!batch.fault || batch.done.size() > transaction_.steps.size()) return true;
  if (batch.fault->kind == Kind::kLost) return true;
  // The server was content; it is we who cannot read an answer of it.
  return batch.fault->state.empty() && !batch.done.empty();
}

ports::Committed CommitJob::judge(PostgresBatch& batch) const {
  ports::Committed result;
  const std::size_t steps = transaction_.steps.size();
  result.steps.reserve(steps);
  for (std::size_t i = 0; i < steps && i + 1 < batch.done.size(); ++i) {
    result.steps.push_back(std::move(batch.done[i + 1]));
    const ports::Guard& guard = transaction_.steps[i].guard;
    if (guard_holds(guard, result.steps.back().rows)) continue;
    platform::refuse(result, i, guard.label);
    break;
  }
  return result;
}

CommitJob::Next CommitJob::judge_fault(const PostgresFault& fault, ports::Committed& result,
                                       std::optional<Answer>& answer) {
  switch (fault.kind) {
    case Kind::kRace: return Next::kAgain;
    case Kind::kLost:
    case Kind::kReadOnly: return Next::kReconnect;
    case Kind::kConstraint: {
      if (fault.state == kUniqueViolation && tries_ <= kUniqueRetries) return Next::kAgain;
      const std::size_t step = result.steps.size();
      platform::refuse(result, step, constraint_label(transaction_.steps[step].guard));
      answer.emplace(std::move(result));
      return Next::kSettled;
    }
    case Kind::kUnavailable:
    case Kind::kBug: break;
  }
  const std::string_view event = fault.kind == Kind::kBug ? "store.bug" : "store.transaction_failed";
  tools_.log.error(event, {{"transaction", transaction_.name}, {"message", fault.message}});
  answer.emplace(to_error(fault));
  return Next::kSettled;
}

asio::awaitable<CommitJob::Next> CommitJob::roll_back(PostgresConnection& db, Next next, std::optional<Answer> answer) {
  if (next == Next::kReconnect) db.drop();
  if (db.connected()) {
    std::vector<PostgresCall> calls;
    calls.emplace_back("ROLLBACK");
    const auto batch = co_await db.run(std::move(calls));
    // A session in a state that nobody knows is of no use; its end rolls back as well.
    if (batch.fault) db.drop();
  }
  if (answer) waiter_->answer(std::move(*answer));
  co_return next;
}

asio::awaitable<CommitJob::Next> CommitJob::commit(PostgresConnection& db, ports::Committed result) {
  hit_before();
  // A session that has ended before COMMIT is sent has surely rolled back.
  if (!db.still_there()) co_return Next::kReconnect;
  commit_sent_ = std::chrono::steady_clock::now();
  std::vector<PostgresCall> calls;
  calls.emplace_back("COMMIT");
  const auto batch = co_await db.run(std::move(calls));
  co_return settle_commit(batch, std::move(result));
}

CommitJob::Next CommitJob::settle_commit(const PostgresBatch& batch, ports::Committed result) {
  if (!batch.fault) {
    if (batch.last_tag == "COMMIT") return applied(std::move(result));
    return unknown(batch.last_tag);
  }
  if (!surely_rolled_back(*batch.fault)) return unknown(batch.fault->message);
  if (batch.fault->kind == Kind::kRace) return Next::kAgain;
  // A deferred constraint spoke.
  platform::refuse(result, transaction_.steps.size() - 1, "constraint");
  waiter_->answer(std::move(result));
  return Next::kSettled;
}

void CommitJob::hit_before() {
  tools_.failpoints.hit(transaction_.name, "before");
  tools_.failpoints.hit("group.before");
}

CommitJob::Next CommitJob::applied(ports::Committed result) {
  tools_.metrics.observe("store_commit_seconds", tools_.database, std::chrono::steady_clock::now() - commit_sent_);
  tools_.failpoints.hit("group.after");
  tools_.failpoints.hit(transaction_.name, "after");
  tools_.metrics.count("store_commits_total", tools_.database);
  tools_.metrics.count("store_transactions_total", transaction_.name);
  waiter_->answer(std::move(result));
  return Next::kSettled;
}

CommitJob::Next CommitJob::unknown(std::string_view why) {
  tools_.log.error("store.commit_unknown", {{"transaction", transaction_.name}, {"message", why}});
  waiter_->answer(Error{Errc::kStoreCommitUnknown, "store: the commit may or may not be durable"});
  return Next::kSettled;
}

QueryJob::QueryJob(ports::Step step, WaiterPtr<Rows> waiter, const PostgresTools& tools)
    : step_(std::move(step)), waiter_(std::move(waiter)), tools_(tools) {}

asio::awaitable<bool> QueryJob::run(PostgresConnection& db) {
  ++tries_;
  std::vector<PostgresCall> calls;
  calls.emplace_back(step_.sql, step_.params);
  auto batch = co_await db.run(std::move(calls));
  if (!batch.fault) {
    waiter_->answer(std::move(batch.done.front().returned));
    co_return true;
  }
  if (batch.fault->kind == Kind::kLost && tries_ < kTriesMax) co_return false;
  tools_.log.error("store.query_failed", {{"message", batch.fault->message}});
  waiter_->answer(to_error(*batch.fault));
  co_return true;
}

}  // namespace kassa::platform
