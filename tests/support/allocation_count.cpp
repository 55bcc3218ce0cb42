#include "tests/support/allocation_count.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
// What everything in the program shares, because operator new does.
struct Counter {
  mutable std::atomic<std::size_t> value{0};
};
const Counter kAllocations;
}  // namespace

void* operator new(std::size_t size) {
  kAllocations.value.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

std::size_t kassa::allocation_count() noexcept { return kAllocations.value.load(std::memory_order_relaxed); }
