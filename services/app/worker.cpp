#include "services/app/worker.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kassa::app {

using Steady = std::chrono::steady_clock;

void Worker::repeat(std::string name, std::chrono::milliseconds pause, Duty duty) {
  auto loop = std::make_shared<Loop>(std::move(name), std::move(duty), context_);
  loops_.push_back(loop);
  run(repeated(std::move(loop), pause));
}

void Worker::run(asio::awaitable<void> task) {
  ++running_;
  asio::co_spawn(context_, std::move(task), [this](const std::exception_ptr& failure) {
    --running_;
    ended_.cancel();
    if (failure) std::rethrow_exception(failure);
  });
}

void Worker::wake(std::string_view name, std::chrono::milliseconds within) {
  for (const auto& loop : loops_) {
    if (loop->name != name) continue;
    asio::post(context_, [loop, latest = Steady::now() + within] {
      loop->due = std::min(loop->due, latest);
      loop->timer.cancel();
    });
  }
}

asio::awaitable<void> Worker::finish(std::chrono::milliseconds within) {
  stopping_ = true;
  for (const auto& loop : loops_) loop->timer.cancel();
  const auto latest = Steady::now() + within;
  while (running_ > 0 && Steady::now() < latest) {
    ended_.expires_at(latest);
    co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (running_ > 0) log_.warn("worker.unfinished", {{"count", static_cast<std::int64_t>(running_)}});
}

asio::awaitable<void> Worker::repeated(std::shared_ptr<Loop> loop, std::chrono::milliseconds pause) {
  while (!stopping_) {
    loop->due = Steady::time_point::max();  // Who wakes the duty while it runs wants another round.
    const auto begun = Steady::now();
    try {
      co_await loop->duty();
    } catch (const std::exception& failure) {
      // A duty that fails once is asked again: its work is in the store.
      log_.error("worker.failed", {{"duty", loop->name}, {"why", failure.what()}});
    }
    // Counted from the beginning, for as long as that leaves time for others.
    loop->due = std::min(loop->due, std::max(begun + pause, Steady::now() + pause / 2));
    while (!stopping_ && Steady::now() < loop->due) {
      loop->timer.expires_at(loop->due);
      co_await loop->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

}  // namespace kassa::app
