#pragma once
// What the programs of this folder have in common: their main(), whose failures end with 1 and one line, and the median
// that they print.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <vector>

namespace kassa::load {

inline int main_of(const char* name, void (*run)(int, char**), int argc, char** argv) {
  try {
    run(argc, argv);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", name, failure.what());
    return 1;
  }
}

/// Of at least one time.
inline double median_us(std::vector<std::chrono::steady_clock::duration> times) {
  std::ranges::sort(times);
  return static_cast<double>(std::chrono::nanoseconds(times[times.size() / 2]).count()) / 1e3;
}

}  // namespace kassa::load
