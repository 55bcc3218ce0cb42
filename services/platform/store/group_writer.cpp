#include "services/platform/store/group_writer.hpp"

#include <sqlite3.h>

#include "services/base/limits.hpp"
#include "services/platform/store/guards.hpp"

namespace kassa::platform {
namespace {

// Cost is counted in statements: a store may run this many before the next store's turn.
constexpr std::size_t kTurnSteps = 16;
// 4 KiB pages. Copying back 4 MiB takes a few milliseconds and happens after the group has been answered.
constexpr int kCheckpointFrames = 1'000;
// Readers may keep a passive checkpoint from finishing; past this size the writer waits for them.
constexpr int kCheckpointWaitFrames = 16'000;

// A disk that stalls must not teach the writer to wait for long.
constexpr std::chrono::milliseconds kLingerMax{2};

using Kind = SqliteFault::Kind;

bool applied(const Result<ports::Committed>& answer) noexcept { return answer && answer.value().applied; }

}  // namespace

GroupWriter::GroupWriter(SqliteConnection db, std::size_t group_max, Tools tools)
    : db_(std::move(db)),
      group_max_(std::max<std::size_t>(group_max, 1)),
      tools_(std::move(tools)),
      queue_(limits::kStoreQueueMax, kTurnSteps),
      thread_([this] { run(); }) {}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  thread_.join();
  // After a failed commit nothing may touch the log: the next process finds out from it what became durable.
  if (tools_.health.failed()) db_.keep_wal_on_close();
}

void GroupWriter::submit(ports::Transaction transaction, WaiterPtr<ports::Committed> waiter) {
  std::optional<Job> refused;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const StoreId store = transaction.store;
    const std::size_t cost = std::max<std::size_t>(transaction.steps.size(), 1);
    refused = queue_.push(store, cost, Job{std::move(transaction), std::move(waiter)});
    // In between the writer is at work or lingers: it looks at the queue by itself.
    wake = queue_.size() == 1 || queue_.size() >= group_max_;
  }
  if (wake) wake_.notify_one();
  if (refused) refused->waiter->answer(Error{Errc::kOverloaded, "store: queue is full"});
}

void GroupWriter::run() {
  for (auto group = take_group(); !group.empty(); group = take_group()) {
    if (tools_.health.failed()) {
      reject(group, SqliteFault{Kind::kUnavailable, SQLITE_IOERR, "the store has failed"});
      continue;
    }
    work_off(std::move(group));
  }
}

std::vector<GroupWriter::Job> GroupWriter::take_group() {
  std::vector<Job> group;
  std::unique_lock lock(mutex_);
  await_work(lock);
  while (!queue_.empty() && group.size() < group_max_) group.push_back(queue_.pop());
  const std::size_t depth = queue_.size();
  lock.unlock();
  tools_.metrics.gauge("store_queue_depth", tools_.database, static_cast<std::int64_t>(depth));
  last_group_ = group.size();
  return group;
}

void GroupWriter::await_work(std::unique_lock<std::mutex>& lock) {
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  if (last_group_ < 2 || queue_.size() >= group_max_) return;
  const auto linger = std::min<std::chrono::nanoseconds>(usual_commit_, kLingerMax);
  wake_.wait_for(lock, linger, [this] { return closing_ || queue_.size() >= group_max_; });
}

void GroupWriter::work_off(std::vector<Job> group) {
  SqliteFault fault;
  auto answers = run_members(group, fault);
  if (answers.empty()) return reject(group, fault);
  const bool wrote = std::any_of(answers.begin(), answers.end(), [](const Answer& answer) { return applied(answer); });
  if (!wrote) {
    static_cast<void>(db_.run("ROLLBACK"));
  } else if (auto committed = commit(group, answers); !committed) {
    // SQLite reports a full disk before it has written the commit record, and has rolled back. Every other
    // error may come after that record reached the disk.
    const bool definite = committed.error().kind == Kind::kFull && !db_.in_transaction();
    return definite ? reject(group, committed.error()) : fail_stop(group, committed.error());
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i].waiter->answer(std::move(answers[i]));
  if (wrote) tidy_log();
}

std::vector<GroupWriter::Answer> GroupWriter::run_members(const std::vector<Job>& group, SqliteFault& fault) {
  std::vector<Answer> answers;
  if (auto begun = db_.run("BEGIN IMMEDIATE"); !begun) {
    fault = begun.error();
    return answers;
  }
  answers.reserve(group.size());
  for (const Job& job : group) {
    auto answer = run_member(job.transaction);
    if (!answer) {
      fault = answer.error();
      answers.clear();
      if (db_.in_transaction()) static_cast<void>(db_.run("ROLLBACK"));
      return answers;
    }
    answers.push_back(std::move(answer.value()));
  }
  return answers;
}

SqliteResult<GroupWriter::Answer> GroupWriter::run_member(const ports::Transaction& transaction) {
  BOOST_OUTCOME_TRY(db_.run("SAVEPOINT member"));
  auto ran = run_steps(transaction);
  if (!ran && ran.error().kind != Kind::kBug) return ran.error();
  if (!db_.in_transaction()) {
    return SqliteFault{Kind::kUnavailable, SQLITE_ABORT, "a member ended the group's transaction"};
  }
  if (!ran || !ran.value().applied) {
    BOOST_OUTCOME_TRY(db_.run("ROLLBACK TO member"));
  }
  BOOST_OUTCOME_TRY(db_.run("RELEASE member"));
  if (ran) return Answer{std::move(ran.value())};
  tools_.log.error("store.bug", {{"transaction", transaction.name}, {"message", ran.error().message}});
  return Answer{to_error(ran.error())};
}

SqliteResult<ports::Committed> GroupWriter::run_steps(const ports::Transaction& transaction) {
  ports::Committed result;
  result.steps.reserve(transaction.steps.size());
  for (std::size_t i = 0; i < transaction.steps.size(); ++i) {
    const ports::Step& step = transaction.steps[i];
    auto ran = db_.run(step.sql, step.params);
    if (!ran && ran.error().kind == Kind::kConstraint) {
      refuse(result, i, constraint_label(step.guard));
      return result;
    }
    if (!ran) return ran.error();
    result.steps.push_back(std::move(ran.value()));
    if (!guard_holds(step.guard, result.steps.back().rows)) {
      refuse(result, i, step.guard.label);
      return result;
    }
  }
  if (db_.owes_foreign_keys()) refuse(result, transaction.steps.size() - 1, "constraint");
  return result;
}

SqliteResult<void> GroupWriter::commit(const std::vector<Job>& group, const std::vector<Answer>& answers) {
  for (const Job& job : group) tools_.failpoints.hit(job.transaction.name, "before");
  tools_.failpoints.hit("group.before");
  const auto begun = std::chrono::steady_clock::now();
  const int frames = db_.wal_frames();
  BOOST_OUTCOME_TRY(db_.run("COMMIT"));
  // A commit of nothing succeeds on a full disk, too.
  if (!tools_.health.has_space() && db_.wal_frames() != frames) tools_.health.note_space(true);
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begun;
  usual_commit_ = (usual_commit_ * 7 + took) / 8;
  tools_.metrics.observe("store_commit_seconds", tools_.database, took);
  tools_.failpoints.hit("group.after");
  for (const Job& job : group) tools_.failpoints.hit(job.transaction.name, "after");
  tools_.metrics.count("store_commits_total", tools_.database);
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (applied(answers[i])) tools_.metrics.count("store_transactions_total", group[i].transaction.name);
  }
  return outcome::success();
}

void GroupWriter::reject(std::vector<Job>& group, const SqliteFault& fault) {
  if (!tools_.health.failed()) {
    tools_.log.error("store.group_rejected", {{"code", fault.code}, {"message", fault.message}});
  }
  if (fault.kind == Kind::kCorrupt) tools_.health.fail();
  if (fault.kind == Kind::kFull) tools_.health.note_space(false);
  const Error error{Errc::kStoreUnavailable, to_error(fault).detail};
  for (Job& job : group) job.waiter->answer(error);
}

void GroupWriter::fail_stop(std::vector<Job>& group, const SqliteFault& fault) {
  tools_.log.error("store.commit_unknown", {{"code", fault.code}, {"message", fault.message}});
  // First the alarm, then the answers: if the alarm ends the process, nobody is told anything about these.
  tools_.health.fail();
  const Error error{Errc::kStoreCommitUnknown, "store: the commit may or may not be durable"};
  for (Job& job : group) job.waiter->answer(error);
}

void GroupWriter::tidy_log() {
  if (db_.wal_frames() < kCheckpointFrames) return;
  const bool wait = db_.wal_frames() >= kCheckpointWaitFrames;
  const auto mode = wait ? SqliteConnection::Checkpoint::kRestart : SqliteConnection::Checkpoint::kPassive;
  const auto done = db_.checkpoint(mode);
  if (done) return;
  tools_.log.error("store.checkpoint_failed", {{"code", done.error().code}, {"message", done.error().message}});
  // Out of space is retried after the next commit. Anything else means that the disk lost a write.
  if (done.error().kind != Kind::kFull) tools_.health.fail();
}

}  // namespace kassa::platform
