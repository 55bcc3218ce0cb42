#include "services/platform/store/memory_session_cache.hpp"

namespace kassa::platform {
namespace {

std::string key_of(const StoreId& store, const CheckoutId& id) { return store.value + "|" + id.value; }

constexpr std::size_t kPutsPerSweep = 1'024;

}  // namespace

MemorySessionCache::Stripe& MemorySessionCache::stripe_of(const std::string& key) {
  return stripes_[std::hash<std::string>{}(key) % stripes_.size()];
}

void MemorySessionCache::sweep(Stripe& stripe) {
  if (--stripe.puts_until_sweep > 0) return;
  stripe.puts_until_sweep = kPutsPerSweep;
  const Instant now = clock_.now();
  std::erase_if(stripe.entries, [now](const auto& slot) { return slot.second.expires_at <= now; });
}

ports::asio::awaitable<Result<std::optional<ports::SessionEntry>>> MemorySessionCache::get(const StoreId& store,
                                                                                           const CheckoutId& id) {
  const std::string key = key_of(store, id);
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = stripe.entries.find(key);
  if (found == stripe.entries.end()) co_return std::optional<ports::SessionEntry>{};
  co_return std::optional<ports::SessionEntry>{found->second};
}

ports::asio::awaitable<Result<bool>> MemorySessionCache::put(const StoreId& store, const CheckoutId& id,
                                                             std::optional<ports::SessionVersion> expected,
                                                             ports::SessionEntry entry) {
  const std::string key = key_of(store, id);
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock lock(stripe.mutex);
  sweep(stripe);
  const auto found = stripe.entries.find(key);
  if (found == stripe.entries.end()) {
    if (expected) co_return false;
    stripe.entries.emplace(key, std::move(entry));
    co_return true;
  }
  if (!expected || found->second.version != *expected) co_return false;
  found->second = std::move(entry);
  co_return true;
}

ports::asio::awaitable<Result<void>> MemorySessionCache::drop(const StoreId& store, const CheckoutId& id) {
  const std::string key = key_of(store, id);
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock lock(stripe.mutex);
  stripe.entries.erase(key);
  co_return ok();
}

std::size_t MemorySessionCache::size() const {
  std::size_t count = 0;
  for (const Stripe& stripe : stripes_) {
    const std::scoped_lock lock(stripe.mutex);
    count += stripe.entries.size();
  }
  return count;
}

}  // namespace kassa::platform
