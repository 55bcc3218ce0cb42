#include "services/platform/store/reader_pool.hpp"

#include "services/base/limits.hpp"

namespace kassa::platform {

ReaderPool::ReaderPool(std::vector<SqliteConnection> connections, ports::Log& log, StoreHealth& health)
    : connections_(std::move(connections)), log_(log), health_(health) {
  threads_.reserve(connections_.size());
  for (SqliteConnection& db : connections_) threads_.emplace_back([this, &db] { run(db); });
}

ReaderPool::~ReaderPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ReaderPool::submit(ports::Step step, WaiterPtr<Rows> waiter) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < limits::kStoreQueueMax) {
      queue_.push_back(Job{std::move(step), std::move(waiter)});
      wake_.notify_one();
      return;
    }
  }
  waiter->answer(Error{Errc::kOverloaded, "store: queue is full"});
}

void ReaderPool::run(SqliteConnection& db) {
  for (auto job = take(); job; job = take()) job->waiter->answer(read(db, job->step));
}

std::optional<ReaderPool::Job> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  if (queue_.empty()) return std::nullopt;
  std::optional<Job> job{std::move(queue_.front())};
  queue_.pop_front();
  return job;
}

Result<ReaderPool::Rows> ReaderPool::read(SqliteConnection& db, const ports::Step& step) {
  if (health_.failed()) return Error{Errc::kStoreUnavailable, "store: the store has failed"};
  auto ran = db.run(step.sql, step.params);
  if (ran) return std::move(ran.value().returned);
  log_.error("store.query_failed", {{"code", ran.error().code}, {"message", ran.error().message}});
  if (ran.error().kind == SqliteFault::Kind::kCorrupt) health_.fail();
  return to_error(ran.error());
}

}  // namespace kassa::platform
