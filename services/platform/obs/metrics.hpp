#pragma once
// Counters, gauges and duration histograms, exported as Prometheus text. A recording is one lock-free look-up
// and a relaxed atomic addition; cells are made on first use in a table of fixed size, so a label with too
// many values ends in one overflow counter instead of eating memory. Export (on the admin listener) goes
// through prometheus-cpp. Owned by wiring, safe on every thread.
//
// Exported names: "kassa_" + name + "_total" (count), + "_seconds" (observe), nothing more (gauge);
// characters that Prometheus does not know become '_'. The one label is called "label"; an empty label is
// left out.

#include <memory>
#include <string>

#include "services/ports/metrics.hpp"

namespace kassa::platform {

class PrometheusMetrics final : public ports::Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;

  void count(std::string_view name, std::string_view label, std::int64_t by) override;
  void observe(std::string_view name, std::string_view label, std::chrono::nanoseconds took) override;
  void gauge(std::string_view name, std::string_view label, std::int64_t value) override;

  /// Text exposition format 0.0.4, with the process's own memory, CPU time and descriptors.
  [[nodiscard]] std::string expose() const;

 private:
  class Table;
  std::unique_ptr<Table> table_;
};

}  // namespace kassa::platform
