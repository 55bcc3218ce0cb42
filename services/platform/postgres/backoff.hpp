#pragma once
// How long to wait before the next try: full jitter, rand(0, min(cap, base * 2^n)), so that those who failed together
// do not come back together. The low digits of the monotonic clock are random enough for that. Pure but for the clock.

#include <algorithm>
#include <chrono>

namespace kassa::platform {

[[nodiscard]] inline std::chrono::nanoseconds backoff(std::chrono::milliseconds base, std::chrono::milliseconds cap,
                                                      int tries) {
  constexpr int kDoublingsMax = 16;
  const std::chrono::nanoseconds most = std::min(cap, base * (1 << std::clamp(tries, 0, kDoublingsMax)));
  return std::chrono::steady_clock::now().time_since_epoch() % most;
}

}  // namespace kassa::platform
