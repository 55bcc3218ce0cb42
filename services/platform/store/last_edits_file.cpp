#include "services/platform/store/last_edits_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace kassa::platform {
namespace {

constexpr std::size_t kSlots = std::size_t{1} << 20;
constexpr std::size_t kHeaderBytes = 4'096;
constexpr std::size_t kFileBytes = kHeaderBytes + kSlots * 16;
constexpr std::size_t kBootIdBytes = 36;

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// Folded 128-bit products, eight bytes at a time: ids are Kassa's own and random, so nobody chooses which of them
/// meet. Another function than an earlier process had makes its notes unreadable, which is answered like a lost one.
std::uint64_t hash_of(const CheckoutId& id) noexcept {
  constexpr std::uint64_t kFactor = 0xe703'7ed1'a0b4'28db;
  std::uint64_t hash = id.value.size();
  for (std::string_view rest = id.value; !rest.empty(); rest.remove_prefix(std::min(rest.size(), sizeof hash))) {
    std::uint64_t word = 0;
    std::memcpy(&word, rest.data(), std::min(rest.size(), sizeof word));
    const auto product = static_cast<unsigned __int128>(hash ^ word ^ kFactor) * kFactor;
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  return hash;
}

std::uint64_t pack(ports::SessionVersion version) noexcept {
  return (static_cast<std::uint64_t>(version.epoch) << 40) ^ static_cast<std::uint64_t>(version.n);
}

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t version) noexcept {
  return hash ^ ((version + 1) * 0x9E3779B97F4A7C15ULL);
}

}  // namespace

Result<std::unique_ptr<LastEditsFile>> LastEditsFile::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return Error{Errc::kStoreUnavailable, "cannot open " + file.string()};
  // Blocks, not a hole: a write through the mapping must never find the disk full.
  if (::ftruncate(descriptor, static_cast<off_t>(kFileBytes)) != 0 ||
      ::posix_fallocate(descriptor, 0, static_cast<off_t>(kFileBytes)) != 0) {
    ::close(descriptor);
    return Error{Errc::kStoreUnavailable, "cannot size " + file.string()};
  }
  void* mapping = ::mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (mapping == MAP_FAILED) return Error{Errc::kStoreUnavailable, "cannot map " + file.string()};
  auto table = std::unique_ptr<LastEditsFile>(new LastEditsFile(mapping));
  const std::string boot = boot_id();
  char* header = static_cast<char*>(mapping);
  const bool same_boot = boot.size() == kBootIdBytes && std::memcmp(header, boot.data(), kBootIdBytes) == 0;
  if (!same_boot) {
    std::memset(header + kHeaderBytes, 0, kFileBytes - kHeaderBytes);
    std::memcpy(header, boot.data(), std::min(boot.size(), kBootIdBytes));
  }
  return table;
}

LastEditsFile::~LastEditsFile() { ::munmap(mapping_, kFileBytes); }

LastEditsFile::Slot* LastEditsFile::slot_of(std::uint64_t hash) const noexcept {
  void* const slots = static_cast<char*>(mapping_) + kHeaderBytes;
  return static_cast<Slot*>(slots) + hash % kSlots;
}

void LastEditsFile::note(const CheckoutId& id, ports::SessionVersion version) noexcept {
  const std::uint64_t hash = hash_of(id);
  Slot* slot = slot_of(hash);
  slot->version.store(pack(version), std::memory_order_relaxed);
  slot->tag.store(mix(hash, pack(version)), std::memory_order_release);
}

bool LastEditsFile::is_last(const CheckoutId& id, ports::SessionVersion version) const noexcept {
  const std::uint64_t hash = hash_of(id);
  const Slot* slot = slot_of(hash);
  return slot->tag.load(std::memory_order_acquire) == mix(hash, pack(version)) &&
         slot->version.load(std::memory_order_relaxed) == pack(version);
}

}  // namespace kassa::platform
