#include "services/platform/obs/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <vector>

#include "services/platform/obs/metric_table.hpp"
#include "services/platform/obs/process_metrics.hpp"

namespace kassa::platform {
namespace {

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

std::string_view suffix_of(MetricKind kind) {
  if (kind == MetricKind::kCounter) return "_total";
  return kind == MetricKind::kDuration ? "_seconds" : "";
}

prometheus::MetricType type_of(MetricKind kind) {
  if (kind == MetricKind::kCounter) return prometheus::MetricType::Counter;
  return kind == MetricKind::kDuration ? prometheus::MetricType::Histogram : prometheus::MetricType::Gauge;
}

std::string exported_name(const MetricCell& cell) {
  std::string name = cell.name.starts_with("kassa_") ? "" : "kassa_";
  name += cell.name;
  if (!name.ends_with(suffix_of(cell.kind))) name += suffix_of(cell.kind);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_'; },
      '_');
  return name;
}

void read_duration(const MetricCell& cell, prometheus::ClientMetric::Histogram& out) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < cell.buckets.size(); ++i) {
    sum += cell.buckets[i].load(std::memory_order_relaxed);
    const bool last = i == kDurationBounds.size();
    out.bucket.push_back({sum, last ? std::numeric_limits<double>::infinity() : seconds(kDurationBounds[i])});
  }
  out.sample_count = sum;
  out.sample_sum = seconds(cell.value.load(std::memory_order_relaxed));
}

prometheus::ClientMetric read(const MetricCell& cell) {
  prometheus::ClientMetric metric;
  if (!cell.label.empty()) metric.label.push_back({"label", cell.label});
  const auto value = static_cast<double>(cell.value.load(std::memory_order_relaxed));
  switch (cell.kind) {
    case MetricKind::kCounter: metric.counter.value = value; break;
    case MetricKind::kGauge: metric.gauge.value = value; break;
    case MetricKind::kDuration: read_duration(cell, metric.histogram); break;
  }
  return metric;
}

}  // namespace

class PrometheusMetrics::Table final : public MetricTable, public prometheus::Collectable {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    std::map<std::string, prometheus::MetricFamily> families;
    each([&](const MetricCell& cell) {
      const auto name = exported_name(cell);
      auto& family = families[name];
      family.name = name;
      family.type = type_of(cell.kind);
      family.metric.push_back(read(cell));
    });
    std::vector<prometheus::MetricFamily> collected = process_metrics();
    for (auto& [name, family] : families) collected.push_back(std::move(family));
    return collected;
  }
};

PrometheusMetrics::PrometheusMetrics() : table_(std::make_unique<Table>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::count(std::string_view name, std::string_view label, std::int64_t by) {
  table_->cell(MetricKind::kCounter, name, label).value.fetch_add(by, std::memory_order_relaxed);
}

void PrometheusMetrics::observe(std::string_view name, std::string_view label, std::chrono::nanoseconds took) {
  auto& cell = table_->cell(MetricKind::kDuration, name, label);
  const auto bucket = static_cast<std::size_t>(
      std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), took.count()) - kDurationBounds.begin());
  cell.buckets[bucket].fetch_add(1, std::memory_order_relaxed);
  cell.value.fetch_add(took.count(), std::memory_order_relaxed);
}

void PrometheusMetrics::gauge(std::string_view name, std::string_view label, std::int64_t value) {
  table_->cell(MetricKind::kGauge, name, label).value.store(value, std::memory_order_relaxed);
}

std::string PrometheusMetrics::expose() const { return prometheus::TextSerializer{}.Serialize(table_->Collect()); }

}  // namespace kassa::platform
