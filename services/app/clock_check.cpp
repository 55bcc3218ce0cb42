#include "services/app/clock_check.hpp"

#include <cstdlib>

namespace kassa::app {

asio::awaitable<Result<void>> ClockCheck::look() {
  const Instant asked = d_.clock.now();
  const auto started = d_.clock.steady();
  KASSA_CO_TRY(const auto there, co_await d_.store.server_time());
  if (!there) co_return ok();
  // The server looked at its clock at some moment in between.
  const auto half = std::chrono::duration_cast<Millis>(d_.clock.steady() - started) / 2;
  const Millis ahead = asked + half - *there;
  const std::int64_t off = std::abs(ahead.count());
  d_.metrics.gauge("clock_ahead_milliseconds", "main", ahead.count());
  const bool right = off - half.count() <= kOffMax.count();
  const bool was_right = right_.exchange(right);
  if (right && !was_right) d_.log.info("clock.right", {{"ahead_ms", ahead.count()}});
  if (right) co_return ok();
  if (was_right) d_.log.error("clock.off", {{"ahead_ms", ahead.count()}});
  co_return Error{Errc::kGuardFailed, "this machine's clock is " + std::to_string(off) + " ms " +
                                          (ahead.count() > 0 ? "ahead of" : "behind") +
                                          " the database's; set them by one time service"};
}

}  // namespace kassa::app
