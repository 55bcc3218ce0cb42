#pragma once
// Durations counted in log-linear cells: 128 steps for each power of two, so that a quantile is at most 0.8 %
// too high. Fixed memory, no allocation after construction, one thread.

#include <chrono>
#include <cstdint>
#include <vector>

namespace kassa::load {

class Histogram {
 public:
  Histogram();

  void add(std::chrono::nanoseconds value) noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::chrono::nanoseconds max() const noexcept { return max_; }

  /// The upper bound of the cell that holds the value `share` (0..1) of the way up; zero when nothing was
  /// added.
  [[nodiscard]] std::chrono::nanoseconds at(double share) const noexcept;

 private:
  std::vector<std::uint64_t> cells_;
  std::uint64_t count_{};
  std::chrono::nanoseconds max_{};
};

}  // namespace kassa::load
