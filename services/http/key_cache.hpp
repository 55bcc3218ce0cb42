#pragma once
// Keys that were checked lately, so that a caller's next request costs two short hashes instead of a SHA-256 and a
// look-up. Keeps no key: a token is known by 128 bits of two SipHashes under secrets of this process. What is kept
// belongs to one generation of the directory and is worth nothing in the next. Fixed size; each thread has a lane of its
// own as long as there are no more threads than lanes.

#include <array>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "services/base/random.hpp"
#include "services/http/siphash.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::http {

class KeyCache {
 public:
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kSlots = 64;  ///< Per lane.
  static constexpr std::size_t kTokenBytesMax = 128;

  explicit KeyCache(Random& random);

  /// nullopt: not checked in this generation, on this thread.
  [[nodiscard]] std::optional<ports::KnownKey> find(std::string_view token, std::uint64_t generation);
  /// `generation`: the one that `key` was looked up in; from 1.
  void keep(std::string_view token, std::uint64_t generation, const ports::KnownKey& key);

 private:
  struct Name {
    std::uint64_t low{};
    std::uint64_t high{};
    friend bool operator==(const Name&, const Name&) = default;
  };
  struct Slot {
    Name name;
    std::uint64_t generation{};
    ports::KnownKey key;
  };
  struct alignas(64) Lane {
    std::mutex mutex;
    std::array<Slot, kSlots> slots;
  };
  [[nodiscard]] Name name_of(std::string_view token) const noexcept;
  [[nodiscard]] Lane& lane() noexcept;

  std::array<SipKey, 2> secrets_;
  std::vector<Lane> lanes_;
};

}  // namespace kassa::http
