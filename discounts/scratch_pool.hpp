#pragma once
// Working memory of evaluations, kept with the rule set it is sized for, so that an evaluation allocates little. A
// thread borrows one and gives it back; what finds no free place is freed. Lock-free, safe from any thread. Private to
// discounts/.

#include <array>
#include <atomic>
#include <memory>

namespace kassa::discounts {

struct Scratch;

class ScratchPool {
 public:
  ScratchPool() = default;
  ScratchPool(const ScratchPool&) = delete;
  ScratchPool& operator=(const ScratchPool&) = delete;
  ~ScratchPool();

  /// Null when there is none.
  [[nodiscard]] std::unique_ptr<Scratch> borrow() noexcept;
  void give_back(std::unique_ptr<Scratch> scratch) noexcept;

 private:
  static constexpr std::size_t kSlots = 8;
  /// Each on its own cache line: neighbours belong to other threads.
  struct alignas(64) Slot {
    std::atomic<Scratch*> scratch{nullptr};
  };
  std::array<Slot, kSlots> slots_;
};

}  // namespace kassa::discounts
