#include "services/http/key_cache.hpp"

#include <functional>
#include <span>
#include <thread>

namespace kassa::http {

KeyCache::KeyCache(Random& random) : lanes_(kLanes) { random.fill(std::as_writable_bytes(std::span(secrets_))); }

std::optional<ports::KnownKey> KeyCache::find(std::string_view token, std::uint64_t generation) {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const Name name = name_of(token);
  Lane& mine = lane();
  const std::scoped_lock lock(mine.mutex);
  const Slot& slot = mine.slots[name.low % kSlots];
  if (slot.generation != generation || slot.name != name) return std::nullopt;
  return slot.key;
}

void KeyCache::keep(std::string_view token, std::uint64_t generation, const ports::KnownKey& key) {
  if (token.size() > kTokenBytesMax) return;
  const Name name = name_of(token);
  Lane& mine = lane();
  const std::scoped_lock lock(mine.mutex);
  Slot& slot = mine.slots[name.low % kSlots];
  slot.name = name;
  slot.generation = generation;
  slot.key = key;
}

KeyCache::Name KeyCache::name_of(std::string_view token) const noexcept {
  return {siphash(secrets_[0], token), siphash(secrets_[1], token)};
}

KeyCache::Lane& KeyCache::lane() noexcept {
  return lanes_[std::hash<std::thread::id>{}(std::this_thread::get_id()) % kLanes];
}

}  // namespace kassa::http
