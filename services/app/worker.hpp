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
  Worker(asio::io_context& context, ports::Log& log) : context_(context), log_(log) {}

  using Duty = std::function<asio::awaitable<void>()>;
  /// Runs `duty` again and again, `pause` after it ended.
  void repeat(std::string name, std::chrono::milliseconds pause, Duty duty);

  /// Lets the duty of that name begin its next round now, or `within` that time. From any thread.
  void wake(std::string_view name, std::chrono::milliseconds within = {});

  /// No further rounds; running ones end by themselves. On the context's thread.
  void stop();

 private:
  struct Loop {
    Loop(std::string name_, Duty duty_, asio::io_context& context)
        : name(std::move(name_)), duty(std::move(duty_)), timer(context) {}
    std::string name;
    Duty duty;
    asio::steady_timer timer;
    std::chrono::steady_clock::time_point due;  ///< Of the next round.
  };
  asio::awaitable<void> run(std::shared_ptr<Loop> loop, std::chrono::milliseconds pause);

  asio::io_context& context_;
  ports::Log& log_;
  std::vector<std::shared_ptr<Loop>> loops_;
  bool stopping_{false};
};

}  // namespace kassa::app
