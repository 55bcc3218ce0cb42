#pragma once
// A circuit breaker: after some failures in a row nobody waits for the other side any more, until a single probe is
// let through and comes back well. A pure state machine, told the time; used on one thread.

#include <chrono>

namespace kassa::platform {

class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr int kFailuresToOpen = 3;
  static constexpr int kSuccessesToClose = 2;
  static constexpr std::chrono::milliseconds kOpenTime{1'000};

  /// Whether a call may be made now. While open, one call in each kOpenTime is let through as the probe; once a probe
  /// came back, the next one need not wait.
  [[nodiscard]] bool allows(Time now) {
    if (!open_) return true;
    if (now < probe_at_) return false;
    probe_at_ = now + kOpenTime;
    return true;
  }
  /// True when this closed it.
  bool succeeded(Time now) {
    failures_ = 0;
    if (!open_) return false;
    probe_at_ = now;
    if (++successes_ < kSuccessesToClose) return false;
    open_ = false;
    return true;
  }
  /// True when this opened it.
  bool failed(Time now) {
    successes_ = 0;
    if (open_) {
      probe_at_ = now + kOpenTime;
      return false;
    }
    if (++failures_ < kFailuresToOpen) return false;
    open_ = true;
    probe_at_ = now + kOpenTime;
    return true;
  }
  [[nodiscard]] bool is_open() const noexcept { return open_; }

 private:
  bool open_{false};
  int failures_{};
  int successes_{};
  Time probe_at_{};
};

}  // namespace kassa::platform
