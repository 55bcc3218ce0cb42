#pragma once
// The port to time. Every decision takes its `now` from here (or as an argument), so that tests and
// simulations own time.

#include <chrono>
#include <cstdint>

namespace kassa {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time, for records and expiry.
  [[nodiscard]] virtual Instant now() const = 0;
  /// Monotonic time since an arbitrary start, for measuring durations.
  [[nodiscard]] virtual std::chrono::nanoseconds steady() const = 0;
};

[[nodiscard]] constexpr std::int64_t to_millis(Instant t) noexcept { return t.time_since_epoch().count(); }
[[nodiscard]] constexpr Instant from_millis(std::int64_t ms) noexcept { return Instant{Millis{ms}}; }

}  // namespace kassa
