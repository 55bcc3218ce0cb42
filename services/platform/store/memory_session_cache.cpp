#include "services/platform/store/memory_session_cache.hpp"

namespace kassa::platform {
namespace {

constexpr std::chrono::seconds kSweepEvery{30};
constexpr std::size_t kSample = 8;

}  // namespace

MemorySessionCache::Stripe& MemorySessionCache::stripe_of(const CheckoutId& id) {
  return stripes_[std::hash<std::string>{}(id.value) % stripes_.size()];
}

MemorySessionCache::Slots::iterator MemorySessionCache::find(Stripe& stripe, const StoreId& store,
                                                             const CheckoutId& id) const {
  if (id.value.size() > Name::kBytesMax) return stripe.slots.end();  // Somebody's invention.
  const Name name(id);
  // Not equal_range(): it would fetch the neighbour as well.
  auto slot = stripe.slots.find(name);
  while (slot != stripe.slots.end() && slot->second.store != store) {
    ++slot;
    if (slot != stripe.slots.end() && slot->first != name) return stripe.slots.end();
  }
  return slot;
}

bool MemorySessionCache::lives(const Slot& slot) const { return slot.entry.expires_at > clock_.now(); }

void MemorySessionCache::remove(Stripe& stripe, Slots::iterator slot) {
  stripe.bytes -= slot->second.bytes;
  stripe.slots.erase(slot);
}

void MemorySessionCache::sweep(Stripe& stripe) const {
  const Instant now = clock_.now();
  if (now < stripe.sweep_at) return;
  stripe.sweep_at = now + kSweepEvery;
  for (auto slot = stripe.slots.begin(); slot != stripe.slots.end();) {
    const auto next = std::next(slot);
    if (slot->second.entry.expires_at <= now) remove(stripe, slot);
    slot = next;
  }
}

/// Whoever is dropped is read back from the journal when somebody asks again. The last one stays, however large.
void MemorySessionCache::make_room(Stripe& stripe, std::size_t slots, std::size_t bytes) const {
  const auto full = [&] {
    return stripe.slots.size() + slots > stripe_max_ || stripe.bytes + bytes > stripe_bytes_max_;
  };
  while (full() && stripe.slots.size() + slots > 1) evict_one(stripe);
}

/// An exact order of use would cost every reader; of a few neighbours the least recently used is nearly as good.
void MemorySessionCache::evict_one(Stripe& stripe) const {
  const std::size_t buckets = stripe.slots.bucket_count();
  const std::pair<const Name, Slot>* oldest = nullptr;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < buckets && seen < kSample; ++i) {
    stripe.hand = (stripe.hand + 1) % buckets;
    for (auto slot = stripe.slots.begin(stripe.hand); slot != stripe.slots.end(stripe.hand); ++slot) {
      ++seen;
      if (oldest == nullptr || slot->second.used < oldest->second.used) oldest = &*slot;
    }
  }
  const auto [first, last] = stripe.slots.equal_range(oldest->first);
  remove(stripe, std::find_if(first, last, [oldest](const auto& slot) { return &slot == oldest; }));
}

ports::asio::awaitable<Result<std::optional<ports::SessionEntry>>> MemorySessionCache::get(const StoreId& store,
                                                                                           const CheckoutId& id) {
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found == stripe.slots.end() || !lives(found->second)) co_return std::optional<ports::SessionEntry>{};
  found->second.used = ++stripe.uses;
  co_return std::optional<ports::SessionEntry>{found->second.entry};
}

ports::asio::awaitable<Result<bool>> MemorySessionCache::put(const StoreId& store, const CheckoutId& id,
                                                             std::optional<ports::SessionVersion> expected,
                                                             ports::SessionEntry entry) {
  const std::size_t bytes = entry.value->bytes();
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found == stripe.slots.end() || !lives(found->second)) {
    if (expected) co_return false;
    if (found != stripe.slots.end()) remove(stripe, found);
    sweep(stripe);
    make_room(stripe, 1, bytes);
    stripe.bytes += bytes;
    Slot slot{store, std::move(entry), bytes, ++stripe.uses};
    stripe.slots.emplace(Name(id), std::move(slot));
    co_return true;
  }
  if (!expected || found->second.entry.version != *expected) co_return false;
  stripe.bytes += bytes - found->second.bytes;
  found->second = Slot{store, std::move(entry), bytes, ++stripe.uses};
  make_room(stripe, 0, 0);
  co_return true;
}

ports::asio::awaitable<Result<void>> MemorySessionCache::drop(const StoreId& store, const CheckoutId& id) {
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found != stripe.slots.end()) remove(stripe, found);
  co_return ok();
}

ports::asio::awaitable<Result<bool>> MemorySessionCache::drop_seen(const StoreId& store, const CheckoutId& id,
                                                                   ports::SessionEntry seen) {
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found == stripe.slots.end()) co_return true;
  const ports::SessionEntry& held = found->second.entry;
  if (lives(found->second) && (held.version != seen.version || held.value != seen.value)) co_return false;
  remove(stripe, found);
  co_return true;
}

std::size_t MemorySessionCache::bytes() const {
  std::size_t sum = 0;
  for (const Stripe& stripe : stripes_) {
    const std::scoped_lock lock(stripe.mutex);
    sum += stripe.bytes;
  }
  return sum;
}

std::size_t MemorySessionCache::size() const {
  std::size_t count = 0;
  for (const Stripe& stripe : stripes_) {
    const std::scoped_lock lock(stripe.mutex);
    count += stripe.slots.size();
  }
  return count;
}

}  // namespace kassa::platform
