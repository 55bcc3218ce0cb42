#pragma once
// Times and how they are told.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kassa::discounts::bench {

using Steady = std::chrono::steady_clock;

struct Times {
  std::vector<std::int64_t> nanos;

  [[nodiscard]] std::int64_t at(std::size_t per_mille) {
    std::ranges::sort(nanos);
    return nanos[std::min(nanos.size() - 1, nanos.size() * per_mille / 1000)];
  }
};

[[nodiscard]] inline std::string micros(std::int64_t nanos) {
  return std::to_string(nanos / 1000) + "." + std::to_string(nanos / 100 % 10);
}
[[nodiscard]] inline std::int64_t nanos_since(Steady::time_point begin) { return (Steady::now() - begin).count(); }
[[nodiscard]] inline const char* verdict(bool met) noexcept { return met ? "met" : "SHORT"; }

}  // namespace kassa::discounts::bench
