#pragma once
// LastEdits in a memory-mapped file: a fixed table of (hash of id, version) slots. A killed process leaves its writes
// in the page cache, so the next one finds them; a reboot is noticed by the kernel's boot id and empties the table. Two
// ids that share a slot overwrite each other, which only makes the answer "not known".

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "services/base/result.hpp"
#include "services/ports/last_edits.hpp"

namespace kassa::platform {

class LastEditsFile final : public ports::LastEdits {
 public:
  /// Creates or reopens the table (16 MiB, whatever is noted).
  static Result<std::unique_ptr<LastEditsFile>> open(const std::filesystem::path& file);
  ~LastEditsFile() override;
  LastEditsFile(const LastEditsFile&) = delete;
  LastEditsFile& operator=(const LastEditsFile&) = delete;

  void note(const CheckoutId& id, ports::SessionVersion version) noexcept override;
  [[nodiscard]] bool is_last(const CheckoutId& id, ports::SessionVersion version) const noexcept override;

 private:
  /// Two words that fit together: a torn pair never matches, because the tag mixes in the version.
  struct Slot {
    std::atomic<std::uint64_t> version;
    std::atomic<std::uint64_t> tag;
  };
  explicit LastEditsFile(void* mapping) : mapping_(mapping) {}
  [[nodiscard]] Slot* slot_of(std::uint64_t hash) const noexcept;

  void* mapping_;
};

}  // namespace kassa::platform
