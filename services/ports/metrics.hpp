#pragma once
// Counters and durations, exported as Prometheus text. `label` is the value of the metric's one label; keep it of low
// cardinality (a route, an outcome word), never an id.

#include <chrono>
#include <cstdint>
#include <string_view>

namespace kassa::ports {

class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void count(std::string_view name, std::string_view label, std::int64_t by = 1) = 0;
  virtual void observe(std::string_view name, std::string_view label, std::chrono::nanoseconds took) = 0;
  virtual void gauge(std::string_view name, std::string_view label, std::int64_t value) = 0;
};

}  // namespace kassa::ports
