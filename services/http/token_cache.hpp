#pragma once
// Tokens that were checked lately and what they stand for, so that a caller's next request costs two short hashes
// instead of a SHA-256 and a look-up. Keeps no token: one is known by 128 bits of two SipHashes under secrets of this
// process. What is kept belongs to one generation of its source and is worth nothing in the next. Fixed size; each
// thread has a lane of its own as long as there are no more threads than lanes.

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "services/http/siphash.hpp"

namespace kassa::http {

template <class Value>
class TokenCache {
 public:
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kSlots = 64;  ///< Per lane.
  static constexpr std::size_t kTokenBytesMax = 128;

  /// `secrets` are random.
  explicit TokenCache(std::array<SipKey, 2> secrets) : secrets_(secrets), lanes_(kLanes) {}

  /// nullopt: not checked in this generation, on this thread.
  [[nodiscard]] std::optional<Value> find(std::string_view token, std::uint64_t generation) {
    if (token.size() > kTokenBytesMax) return std::nullopt;
    const Name name = name_of(token);
    Lane& mine = lane();
    const std::scoped_lock lock(mine.mutex);
    const Slot& slot = mine.slots[name.low % kSlots];
    if (slot.generation != generation || slot.name != name) return std::nullopt;
    return slot.value;
  }

  /// `generation`: the one that `value` was looked up in; from 1.
  void keep(std::string_view token, std::uint64_t generation, const Value& value) {
    if (token.size() > kTokenBytesMax) return;
    const Name name = name_of(token);
    Lane& mine = lane();
    const std::scoped_lock lock(mine.mutex);
    Slot& slot = mine.slots[name.low % kSlots];
    slot.name = name;
    slot.generation = generation;
    slot.value = value;
  }

 private:
  struct Name {
    std::uint64_t low{};
    std::uint64_t high{};
    friend bool operator==(const Name&, const Name&) = default;
  };
  struct Slot {
    Name name;
    std::uint64_t generation{};
    Value value;
  };
  struct alignas(64) Lane {
    std::mutex mutex;
    std::array<Slot, kSlots> slots;
  };
  [[nodiscard]] Name name_of(std::string_view token) const noexcept {
    return {siphash(secrets_[0], token), siphash(secrets_[1], token)};
  }
  [[nodiscard]] Lane& lane() noexcept {
    return lanes_[std::hash<std::thread::id>{}(std::this_thread::get_id()) % kLanes];
  }

  const std::array<SipKey, 2> secrets_;
  std::vector<Lane> lanes_;
};

}  // namespace kassa::http
