#pragma once
// What a store under test talks to: failpoints that can hold the writer at a named point, metrics that add
// up, a log that remembers event names. All may be used from any thread.

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "services/ports/failpoints.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa {

class GateFailpoints final : public ports::Failpoints {
 public:
  void hit(std::string_view point) noexcept override {
    std::unique_lock lock(mutex_);
    hits_.emplace_back(point);
    if (point != gate_) return;
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return gate_.empty(); });
  }
  void hit(std::string_view head, std::string_view tail) noexcept override {
    hit(std::string(head) + "." + std::string(tail));
  }

  /// The next thread that hits `point` stays there until open().
  void close(std::string point) {
    const std::lock_guard lock(mutex_);
    gate_ = std::move(point);
    reached_ = false;
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    gate_.clear();
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> hits() const {
    const std::lock_guard lock(mutex_);
    return hits_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string gate_;
  bool reached_{};
  std::vector<std::string> hits_;
};

class SummingMetrics final : public ports::Metrics {
 public:
  void count(std::string_view name, std::string_view label, std::int64_t by) override { add(name, label, by); }
  void observe(std::string_view name, std::string_view label, std::chrono::nanoseconds) override {
    add(name, label, 1);
  }
  void gauge(std::string_view, std::string_view, std::int64_t) override {}

  [[nodiscard]] std::int64_t total(std::string_view name, std::string_view label = "") const {
    const std::lock_guard lock(mutex_);
    const auto found = totals_.find(std::string(name) + "|" + std::string(label));
    return found == totals_.end() ? 0 : found->second;
  }

 private:
  void add(std::string_view name, std::string_view label, std::int64_t by) {
    const std::lock_guard lock(mutex_);
    totals_[std::string(name) + "|" + std::string(label)] += by;
  }
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> totals_;
};

class EventLog final : public ports::Log {
 public:
  void write(Level, std::string_view event, std::initializer_list<ports::LogField>) override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event);
  }
  [[nodiscard]] bool saw(std::string_view event) const {
    const std::lock_guard lock(mutex_);
    return std::find(events_.begin(), events_.end(), event) != events_.end();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

}  // namespace kassa
