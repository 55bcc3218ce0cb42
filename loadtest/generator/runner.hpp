#pragma once
// Drives flows over connections, one thread, one epoll. Closed loop: each connection starts its next unit
// when the last one ended (saturation). Open loop: units start at a constant rate whatever the server does,
// and their time counts from the intended start, so that a server which stalls cannot hide the requests that
// it kept from being sent.

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loadtest/generator/connection.hpp"
#include "loadtest/generator/flow.hpp"
#include "loadtest/generator/histogram.hpp"

namespace kassa::load {

struct RunOptions {
  std::chrono::nanoseconds time{};   ///< No unit starts after it.
  std::uint64_t units_max{};         ///< 0: bounded by time only.
  std::uint64_t units_per_second{};  ///< 0: closed loop.
  /// Never sleeps. A server pays for waking its client, and a fast server does so less often than a slow one: where two
  /// of them are compared, neither should.
  bool awake{};
};

struct RunResult {
  std::uint64_t begun{};
  std::uint64_t ended{};
  std::uint64_t requests{};
  std::uint64_t errors{};
  std::uint64_t unfinished{};  ///< Given up some seconds after the end; counted among the errors.
  std::chrono::nanoseconds elapsed{};
  std::chrono::nanoseconds idle{};  ///< Awake, and nothing to do.
  Histogram units;
  std::array<Histogram, kStepNames.size()> steps;
  std::map<std::string, std::uint64_t> reasons;
};

class Runner {
 public:
  /// One connection for each flow. Throws std::system_error when the server cannot be reached.
  Runner(std::uint16_t port, std::vector<std::unique_ptr<Flow>> flows);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  RunResult run(const RunOptions& options);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Lane {
    std::unique_ptr<Flow> flow;
    std::unique_ptr<Connection> connection;
    bool busy{};
    Time begun;  ///< Of the unit; in open loop the intended time.
    Time sent;
    Step step{};
  };

  void arrive(Time now);
  void begin(std::size_t lane, Time intended);
  void send(std::size_t lane);
  void answered(std::size_t lane);
  void finish(std::size_t lane, Time now);
  void lost(std::size_t lane);
  void poll(Time until);
  [[nodiscard]] int wait(std::span<epoll_event> events, Time until);
  void start_idle();
  void give_up();
  [[nodiscard]] bool may_begin(Time now) const;

  int epoll_{-1};
  std::vector<Lane> lanes_;
  std::vector<std::size_t> idle_;
  // Of the run that is going on.
  RunOptions options_;
  RunResult result_;
  Time end_;
  Time next_arrival_;
  std::deque<Time> waiting_;  ///< Arrivals that found no idle connection.
};

}  // namespace kassa::load
