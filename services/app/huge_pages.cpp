#include "services/app/huge_pages.hpp"

#include <gperftools/malloc_extension.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

namespace kassa::app {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
constexpr std::size_t kStretchBytes = std::size_t{64} << 20;  // Of addresses; memory is what is touched of them.

constexpr std::uintptr_t rounded_up(std::uintptr_t value, std::size_t unit) noexcept {
  return (value + unit - 1) / unit * unit;
}

/// The allocator asks for memory with its own lock held.
class HugePages final : public SysAllocator {
 public:
  explicit HugePages(SysAllocator& otherwise) : otherwise_(otherwise) {}

  void* Alloc(std::size_t size, std::size_t* actual_size, std::size_t alignment) override {
    const std::size_t unit = std::max(alignment, kHugePageBytes);
    const std::size_t wanted = rounded_up(size, kHugePageBytes);
    if (rounded_up(next_, unit) + wanted > end_ && !stretch(wanted + unit)) {
      return otherwise_.Alloc(size, actual_size, alignment);
    }
    next_ = rounded_up(next_, unit);
    void* const memory = reinterpret_cast<void*>(next_);
    next_ += wanted;
    if (actual_size != nullptr) *actual_size = wanted;
    return memory;
  }

 private:
  bool stretch(std::size_t least) noexcept {
    const std::size_t bytes = std::max(kStretchBytes, least);
    void* const begin =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) return false;
    ::madvise(begin, bytes, MADV_HUGEPAGE);
    next_ = reinterpret_cast<std::uintptr_t>(begin);
    end_ = next_ + bytes;
    return true;
  }

  SysAllocator& otherwise_;
  std::uintptr_t next_{};
  std::uintptr_t end_{};
};

}  // namespace

void take_memory_in_huge_pages() {
  MallocExtension& allocator = *MallocExtension::instance();
  SysAllocator* const usual = allocator.GetSystemAllocator();
  if (usual == nullptr) return;
  // Never deleted: memory is asked for until the process is gone.
  allocator.SetSystemAllocator(new HugePages(*usual));
}

}  // namespace kassa::app
