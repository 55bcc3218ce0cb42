#include "services/platform/postgres/postgres_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

#include "services/base/limits.hpp"
#include "services/platform/postgres/backoff.hpp"

namespace kassa::platform {
namespace {

// Cost is counted in statements: a store may run this many before the next store's turn.
constexpr std::size_t kTurnSteps = 16;
constexpr std::chrono::milliseconds kReconnectBase{25};
constexpr std::chrono::milliseconds kReconnectCap{1'000};
constexpr int kCarriedFailuresMax = 3;
constexpr std::chrono::milliseconds kOutagePatience{2'000};

using boost::system::error_code;

Error unreachable() { return {Errc::kStoreUnavailable, "store: no server can be reached"}; }

/// An exception is a bug, or no memory: whoever waits would wait for ever, so it goes on through the thread.
void end_of_thread(const std::exception_ptr& failed) {
  if (failed) std::rethrow_exception(failed);
}

asio::awaitable<void> wait_on(asio::steady_timer& timer) {
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

PostgresPool::PostgresPool(PostgresSession session, std::size_t connections, PostgresTools tools)
    : session_(std::move(session)), tools_(std::move(tools)), outage_(io_), queue_(limits::kStoreQueueMax, kTurnSteps) {
  for (std::size_t i = 0; i < std::max<std::size_t>(connections, 1); ++i) {
    Seat& seat = seats_.emplace_back(io_, session_);
    ++serving_;
    asio::co_spawn(io_, serve(seat), &end_of_thread);
  }
  await_outage();
  thread_ = std::thread([this] { io_.run(); });
}

PostgresPool::~PostgresPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  asio::post(io_, [this] { wake_all(); });
  thread_.join();
}

void PostgresPool::submit(const StoreId& store, std::size_t cost, PostgresJobPtr job) {
  std::optional<PostgresJobPtr> refused;
  std::size_t depth = 0;
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    if (refusing_) {
      lock.unlock();
      return job->refuse(unreachable());
    }
    refused = queue_.push(store, std::max<std::size_t>(cost, 1), std::move(job));
    wake = resters_ > 0;
    if (wake) --resters_;
    depth = queue_.size();
  }
  if (wake) asio::post(io_, [this] { wake_one(); });
  if (refused) (*refused)->refuse(Error{Errc::kOverloaded, "store: queue is full"});
  tools_.metrics.gauge("store_queue_depth", tools_.database, static_cast<std::int64_t>(depth));
}

asio::awaitable<void> PostgresPool::serve(Seat& seat) {
  PostgresJobPtr job;
  for (bool open = true; open;) {
    if (seat.db.connected() && seat.db.worn_out()) seat.db.drop();
    if (!seat.db.connected()) {
      note_down(seat);
      open = co_await reach(seat, job);
      continue;
    }
    if (!job) job = co_await next(seat);
    if (job) {
      const bool settled = co_await job->run(seat.db);
      if (settled) job.reset();
    } else {
      open = !closing() || !seat.db.connected();
    }
  }
  seat.db.drop();
  if (--serving_ == 0) outage_.cancel();
}

asio::awaitable<bool> PostgresPool::reach(Seat& seat, PostgresJobPtr& carried) {
  const auto made = co_await seat.db.connect();
  if (made) {
    seat.failures = 0;
    note_up(seat);
    co_return true;
  }
  if (seat.failures == 0) tools_.log.warn("store.unreachable", {{"message", made.error().message}});
  ++seat.failures;
  const bool others_work = up_ > 0 && seat.failures >= kCarriedFailuresMax;
  if (carried && (refusing() || closing() || others_work)) std::exchange(carried, nullptr)->refuse(unreachable());
  if (closing()) {
    if (up_ == 0) refuse_all();
    co_return false;
  }
  seat.wake.expires_after(backoff(kReconnectBase, kReconnectCap, seat.failures));
  co_await wait_on(seat.wake);
  co_return true;
}

void PostgresPool::note_up(Seat& seat) {
  seat.up = true;
  if (++up_ > 1) return;
  outage_.cancel();
  const std::lock_guard lock(mutex_);
  refusing_ = false;
}

void PostgresPool::note_down(Seat& seat) {
  if (!seat.up) return;
  seat.up = false;
  if (--up_ == 0) await_outage();
}

void PostgresPool::await_outage() {
  outage_.expires_after(kOutagePatience);
  auto over = [this](const error_code& cancelled) {
    if (!cancelled && up_ == 0) refuse_all();
  };
  outage_.async_wait(std::move(over));
}

void PostgresPool::refuse_all() {
  {
    const std::lock_guard lock(mutex_);
    refusing_ = true;
  }
  tools_.log.error("store.outage", {{"database", tools_.database}});
  for (PostgresJobPtr job = pop(); job; job = pop()) job->refuse(unreachable());
}

PostgresJobPtr PostgresPool::pop() {
  const std::lock_guard lock(mutex_);
  return queue_.empty() ? nullptr : queue_.pop();
}

asio::awaitable<PostgresJobPtr> PostgresPool::next(Seat& seat) {
  PostgresJobPtr job;
  {
    const std::lock_guard lock(mutex_);
    if (!queue_.empty()) {
      job = queue_.pop();
    } else if (closing_) {
      co_return job;
    } else {
      ++resters_;
    }
  }
  if (!job) co_await rest(seat);
  co_return job;
}

asio::awaitable<void> PostgresPool::rest(Seat& seat) {
  resting_.push_back(&seat);
  seat.wake.expires_at(asio::steady_timer::time_point::max());
  seat.db.watch(seat.wake);
  co_await wait_on(seat.wake);
  seat.db.unwatch();
  // Woken by its connection, not by work: the place among those resting was not taken yet.
  if (std::erase(resting_, &seat) == 0) co_return;
  const std::lock_guard lock(mutex_);
  if (resters_ > 0) --resters_;
}

void PostgresPool::wake_one() {
  if (resting_.empty()) return;
  Seat* const seat = resting_.back();
  resting_.pop_back();
  seat->wake.cancel();
}

void PostgresPool::wake_all() {
  for (Seat& seat : seats_) seat.wake.cancel();
}

bool PostgresPool::closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

bool PostgresPool::refusing() const {
  const std::lock_guard lock(mutex_);
  return refusing_;
}

}  // namespace kassa::platform
