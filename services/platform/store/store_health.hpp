#pragma once
// Whether the store may still answer. Shared by the writer and the readers; any of their threads may fail it,
// once.

#include <atomic>
#include <functional>
#include <utility>

namespace kassa::platform {

class StoreHealth {
 public:
  explicit StoreHealth(std::function<void()> on_fatal) : on_fatal_(std::move(on_fatal)) {}

  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }

  void fail() {
    if (!failed_.exchange(true, std::memory_order_acq_rel) && on_fatal_) on_fatal_();
  }

 private:
  std::atomic<bool> failed_{false};
  std::function<void()> on_fatal_;
};

}  // namespace kassa::platform
