#include "discounts/scratch_pool.hpp"

#include <functional>
#include <thread>

#include "discounts/scratch.hpp"

namespace kassa::discounts {
namespace {

/// Threads start at places of their own, so that they rarely meet.
std::size_t own_place() noexcept { return std::hash<std::thread::id>{}(std::this_thread::get_id()); }

}  // namespace

ScratchPool::~ScratchPool() {
  for (Slot& slot : slots_) const std::unique_ptr<Scratch> last(slot.scratch.load(std::memory_order_acquire));
}

std::unique_ptr<Scratch> ScratchPool::borrow() noexcept {
  const std::size_t place = own_place();
  for (std::size_t i = 0; i < kSlots; ++i) {
    std::atomic<Scratch*>& slot = slots_[(place + i) % kSlots].scratch;
    if (slot.load(std::memory_order_relaxed) == nullptr) continue;
    if (Scratch* const taken = slot.exchange(nullptr, std::memory_order_acquire))
      return std::unique_ptr<Scratch>(taken);
  }
  return nullptr;
}

void ScratchPool::give_back(std::unique_ptr<Scratch> scratch) noexcept {
  const std::size_t place = own_place();
  for (std::size_t i = 0; i < kSlots; ++i) {
    std::atomic<Scratch*>& slot = slots_[(place + i) % kSlots].scratch;
    Scratch* expected = nullptr;
    if (!slot.compare_exchange_strong(expected, scratch.get(), std::memory_order_release, std::memory_order_relaxed))
      continue;
    [[maybe_unused]] const Scratch* const kept = scratch.release();
    return;
  }
}

}  // namespace kassa::discounts
