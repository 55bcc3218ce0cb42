#include "services/platform/obs/metric_table.hpp"

#include <functional>
#include <memory>

namespace kassa::platform {
namespace {

bool same(const MetricCell& cell, MetricKind kind, std::string_view name, std::string_view label) {
  return cell.kind == kind && cell.name == name && cell.label == label;
}

}  // namespace

MetricTable::MetricTable()
    : overflow_{MetricCell{MetricKind::kCounter, "metrics_overflow", ""},
                MetricCell{MetricKind::kDuration, "metrics_overflow", ""},
                MetricCell{MetricKind::kGauge, "metrics_overflow", ""}} {}

MetricTable::~MetricTable() {
  for (auto& slot : slots_) delete slot.load(std::memory_order_relaxed);
}

MetricCell& MetricTable::cell(MetricKind kind, std::string_view name, std::string_view label) {
  const std::hash<std::string_view> hash;
  std::size_t at = (hash(name) * 31 + hash(label)) * 3 + static_cast<std::size_t>(kind);
  std::unique_ptr<MetricCell> made;
  for (std::size_t probes = 0; probes < kSlots; ++probes, ++at) {
    auto& slot = slots_[at % kSlots];
    MetricCell* found = slot.load(std::memory_order_acquire);
    if (found == nullptr) {
      if (cells_.load(std::memory_order_relaxed) >= kCellsMax) break;
      if (!made) made = std::make_unique<MetricCell>(kind, name, label);
      if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) {
        cells_.fetch_add(1, std::memory_order_relaxed);
        return *made.release();
      }
    }
    if (same(*found, kind, name, label)) return *found;
  }
  return overflow_[static_cast<std::size_t>(kind)];
}

}  // namespace kassa::platform
