#pragma once
// The background work of a process: journal flushes, snapshot refreshes, lapsed completions, stale reservations. One
// loop per duty, all on one io_context; each duty finishes its round before it is asked to stop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/ports/log.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class Worker {
 public:
  Worker(asio::io_context& context, ports::Log& log) : context_(context), log_(log), ended_(context) {}

  using Duty = std::function<asio::awaitable<void>()>;
  /// Runs `duty` again and again, `pause` after it began; half of that after it ended, if it takes long.
  void repeat(std::string name, std::chrono::milliseconds pause, Duty duty);

  /// Lets the duty of that name begin its next round now, or `within` that time. From any thread.
  void wake(std::string_view name, std::chrono::milliseconds within = {});

  /// Runs `task`, which ends by itself soon after it is told to (see finish()).
  void run(asio::awaitable<void> task);

  /// No further rounds; returns when the running ones and all tasks have ended, or after `within`. On the context's
  /// thread.
  asio::awaitable<void> finish(std::chrono::milliseconds within);

 private:
  struct Loop {
    Loop(std::string name_, Duty duty_, asio::io_context& context)
        : name(std::move(name_)), duty(std::move(duty_)), timer(context) {}
    std::string name;
    Duty duty;
    asio::steady_timer timer;
    std::chrono::steady_clock::time_point due;  ///< Of the next round.
  };
  asio::awaitable<void> repeated(std::shared_ptr<Loop> loop, std::chrono::milliseconds pause);

  asio::io_context& context_;
  ports::Log& log_;
  std::vector<std::shared_ptr<Loop>> loops_;
  asio::steady_timer ended_;  ///< Cancelled whenever a loop or a task ends.
  std::size_t running_{};
  bool stopping_{false};
};

}  // namespace kassa::app
