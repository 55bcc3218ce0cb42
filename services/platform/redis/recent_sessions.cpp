#include "services/platform/redis/recent_sessions.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kCostOfCopy = 256;  ///< Key, list and index.

}  // namespace

RecentSessions::Stripe& RecentSessions::stripe_of(std::string_view key) {
  return stripes_[std::hash<std::string_view>{}(key) % stripes_.size()];
}

void RecentSessions::drop(Stripe& stripe, Copies::iterator copy) {
  stripe.cost -= copy->cost;
  stripe.by_key.erase(copy->key);
  stripe.copies.erase(copy);
}

std::optional<ports::SessionEntry> RecentSessions::find(std::string_view key) {
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = stripe.by_key.find(key);
  if (found == stripe.by_key.end()) return std::nullopt;
  stripe.copies.splice(stripe.copies.begin(), stripe.copies, found->second);
  return found->second->entry;
}

void RecentSessions::keep(std::string_view key, ports::SessionEntry entry) {
  const std::size_t cost = entry.value->bytes() + kCostOfCopy;
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock lock(stripe.mutex);
  if (const auto found = stripe.by_key.find(key); found != stripe.by_key.end()) drop(stripe, found->second);
  stripe.copies.push_front(Copy{std::string(key), std::move(entry), cost});
  stripe.by_key.emplace(stripe.copies.front().key, stripe.copies.begin());
  stripe.cost += cost;
  while (stripe.cost > stripe_bytes_max_) drop(stripe, std::prev(stripe.copies.end()));
}

void RecentSessions::forget(std::string_view key) {
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock lock(stripe.mutex);
  if (const auto found = stripe.by_key.find(key); found != stripe.by_key.end()) drop(stripe, found->second);
}

}  // namespace kassa::platform
