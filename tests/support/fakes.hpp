#pragma once
// Fakes for the ports of services/base: time that moves only when a test says so, and randomness that
// repeats. Both may be shared by threads.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "services/base/clock.hpp"
#include "services/base/ensure.hpp"
#include "services/base/random.hpp"

namespace kassa {

class ManualClock final : public Clock {
 public:
  static constexpr Instant kStart{Millis{1'775'649'600'000}};  // 2026-04-08T12:00:00Z.

  explicit ManualClock(Instant start = kStart) : now_ms_(to_millis(start)) {}

  [[nodiscard]] Instant now() const override { return from_millis(now_ms_.load()); }
  [[nodiscard]] std::chrono::nanoseconds steady() const override { return std::chrono::nanoseconds{steady_ns_.load()}; }

  /// Moves both clocks; what is finer than a millisecond moves the steady one only.
  void advance(std::chrono::nanoseconds by) {
    ensure(by.count() >= 0, "time does not run backwards; use set_now for a stepped wall clock");
    steady_ns_ += by.count();
    now_ms_ += std::chrono::floor<Millis>(by).count();
  }

  /// Steps the wall clock, as an operator or NTP would; the steady clock does not notice.
  void set_now(Instant t) { now_ms_ = to_millis(t); }

 private:
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> steady_ns_{0};
};

/// SplitMix64: equal seeds give equal bytes, on every platform.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}

  void fill(std::span<std::byte> out) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i, word >>= 8) {
      if (i % sizeof word == 0) word = next();
      out[i] = static_cast<std::byte>(word & 0xff);
    }
  }

  std::uint64_t next() {
    static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_.fetch_add(kStep) + kStep;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// A number from 0 to `bound` - 1. Slightly uneven for huge bounds, which tests do not mind.
  std::uint64_t below(std::uint64_t bound) {
    ensure(bound > 0, "a bound above zero");
    return next() % bound;
  }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace kassa
