#pragma once
// What the kernel knows about this process, under the names that every Prometheus dashboard expects.

#include <prometheus/metric_family.h>

#include <vector>

namespace kassa::platform {

/// process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds.
[[nodiscard]] std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace kassa::platform
