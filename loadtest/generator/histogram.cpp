#include "loadtest/generator/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kassa::load {
namespace {

constexpr unsigned kStepBits = 7;
constexpr std::uint64_t kSteps = 1U << kStepBits;
constexpr std::uint64_t kNanosecondsMax = (std::uint64_t{1} << 40U) - 1;  // 18 minutes
constexpr std::size_t kCells = (40 - kStepBits + 1) * kSteps;

std::size_t cell_of(std::uint64_t value) noexcept {
  if (value < kSteps) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - (kStepBits + 1);
  return (shift + 1) * kSteps + ((value >> shift) - kSteps);
}

std::uint64_t upper_bound_of(std::size_t cell) noexcept {
  if (cell < kSteps) return cell;
  const std::size_t shift = cell / kSteps - 1;
  return ((cell % kSteps + kSteps + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : cells_(kCells) {}

void Histogram::add(std::chrono::nanoseconds value) noexcept {
  const auto wanted = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
  ++cells_[cell_of(std::min(wanted, kNanosecondsMax))];
  ++count_;
  max_ = std::max(max_, value);
}

std::chrono::nanoseconds Histogram::at(double share) const noexcept {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t cell = 0; cell < cells_.size() && count_ > 0; ++cell) {
    seen += cells_[cell];
    if (seen >= rank && seen > 0) {
      return std::min(max_, std::chrono::nanoseconds{static_cast<std::int64_t>(upper_bound_of(cell))});
    }
  }
  return std::chrono::nanoseconds{0};
}

}  // namespace kassa::load
