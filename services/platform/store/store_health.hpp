#pragma once
// Whether the store may still answer, and whether there is room to write. Shared by the writer and the readers; any of
// their threads may fail it, once.

#include <atomic>
#include <functional>
#include <utility>

namespace kassa::platform {

class StoreHealth {
 public:
  explicit StoreHealth(std::function<void()> on_fatal) : on_fatal_(std::move(on_fatal)) {}

  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }

  /// False from a commit that failed for lack of space until one that wrote something.
  [[nodiscard]] bool has_space() const noexcept { return has_space_.load(std::memory_order_relaxed); }
  void note_space(bool enough) noexcept { has_space_.store(enough, std::memory_order_relaxed); }

  void fail() {
    if (!failed_.exchange(true, std::memory_order_acq_rel) && on_fatal_) on_fatal_();
  }

 private:
  std::atomic<bool> failed_{false};
  std::atomic<bool> has_space_{true};
  std::function<void()> on_fatal_;
};

}  // namespace kassa::platform
