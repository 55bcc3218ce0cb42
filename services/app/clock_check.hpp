#pragma once
// Whether this machine's clock agrees with the database's. Leases, reservations and checkouts end by the clock of
// whoever looks, so processes on one database must mean the same time. Asked at the start, which is refused, and by a
// duty of the worker; /readyz reads the answer from any thread. An embedded store has this machine's clock.

#include <atomic>

#include "services/base/clock.hpp"
#include "services/ports/durable_store.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class ClockCheck {
 public:
  /// Farther apart is not right.
  static constexpr Millis kOffMax{5'000};

  struct Dependencies {
    ports::DurableStore& store;
    const Clock& clock;
    ports::Log& log;
    ports::Metrics& metrics;
  };
  explicit ClockCheck(Dependencies dependencies) : d_(dependencies) {}

  /// Asks the database. kGuardFailed: the clocks differ by more than kOffMax, however long the answer was on its way.
  asio::awaitable<Result<void>> look();

  /// As of the last look that was answered.
  [[nodiscard]] bool is_right() const noexcept { return right_.load(std::memory_order_relaxed); }

 private:
  Dependencies d_;
  std::atomic<bool> right_{true};
};

}  // namespace kassa::app
