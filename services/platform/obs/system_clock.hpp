#pragma once
// The production clock, and the only file that may ask the system for the time. Stateless, safe on every
// thread.

#include <chrono>

#include "services/base/clock.hpp"

namespace kassa::platform {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] std::chrono::nanoseconds steady() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

}  // namespace kassa::platform
