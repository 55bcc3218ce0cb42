#include "services/app/worker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kassa::app {

void Worker::repeat(std::string name, std::chrono::milliseconds pause, Duty duty) {
  auto loop = std::make_shared<Loop>(std::move(name), std::move(duty), context_);
  loops_.push_back(loop);
  asio::co_spawn(context_, run(std::move(loop), pause), asio::detached);
}

void Worker::wake(std::string_view name) {
  for (const auto& loop : loops_) {
    if (loop->name == name) asio::post(context_, [loop] { loop->timer.cancel(); });
  }
}

void Worker::stop() {
  stopping_ = true;
  for (const auto& loop : loops_) loop->timer.cancel();
}

asio::awaitable<void> Worker::run(std::shared_ptr<Loop> loop, std::chrono::milliseconds pause) {
  while (!stopping_) {
    try {
      co_await loop->duty();
    } catch (const std::exception& failure) {
      // A duty that fails once is asked again: its work is in the store.
      log_.error("worker.failed", {{"duty", loop->name}, {"why", failure.what()}});
    }
    if (stopping_) co_return;
    loop->timer.expires_after(pause);
    co_await loop->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace kassa::app
