#include "services/platform/store/memory_session_cache.hpp"

namespace kassa::platform {
namespace {

constexpr std::chrono::seconds kSweepEvery{30};

}  // namespace

MemorySessionCache::Stripe& MemorySessionCache::stripe_of(const CheckoutId& id) {
  return stripes_[std::hash<std::string>{}(id.value) % stripes_.size()];
}

MemorySessionCache::Slots::iterator MemorySessionCache::find(Stripe& stripe, const StoreId& store,
                                                             const CheckoutId& id) const {
  const auto [first, last] = stripe.slots.equal_range(id.value);
  const auto found = std::find_if(first, last, [&](const auto& slot) { return slot.second.store == store; });
  return found == last ? stripe.slots.end() : found;
}

bool MemorySessionCache::lives(const Slot& slot) const { return slot.entry.expires_at > clock_.now(); }

void MemorySessionCache::make_room(Stripe& stripe) {
  const Instant now = clock_.now();
  if (now < stripe.sweep_at && stripe.slots.size() < stripe_max_) return;
  stripe.sweep_at = now + kSweepEvery;
  std::erase_if(stripe.slots, [now](const auto& slot) { return slot.second.entry.expires_at <= now; });
  // Still full: whoever is dropped is read back from the journal when somebody asks again.
  while (stripe.slots.size() >= stripe_max_) stripe.slots.erase(stripe.slots.begin());
}

ports::asio::awaitable<Result<std::optional<ports::SessionEntry>>> MemorySessionCache::get(const StoreId& store,
                                                                                           const CheckoutId& id) {
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found == stripe.slots.end() || !lives(found->second)) co_return std::optional<ports::SessionEntry>{};
  co_return std::optional<ports::SessionEntry>{found->second.entry};
}

ports::asio::awaitable<Result<bool>> MemorySessionCache::put(const StoreId& store, const CheckoutId& id,
                                                             std::optional<ports::SessionVersion> expected,
                                                             ports::SessionEntry entry) {
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found == stripe.slots.end() || !lives(found->second)) {
    if (expected) co_return false;
    if (found != stripe.slots.end()) stripe.slots.erase(found);
    make_room(stripe);
    Slot slot{store, std::move(entry)};
    stripe.slots.emplace(id.value, std::move(slot));
    co_return true;
  }
  if (!expected || found->second.entry.version != *expected) co_return false;
  found->second.entry = std::move(entry);
  co_return true;
}

ports::asio::awaitable<Result<void>> MemorySessionCache::drop(const StoreId& store, const CheckoutId& id) {
  Stripe& stripe = stripe_of(id);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = find(stripe, store, id);
  if (found != stripe.slots.end()) stripe.slots.erase(found);
  co_return ok();
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
