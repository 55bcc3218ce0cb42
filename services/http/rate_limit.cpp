#include "services/http/rate_limit.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace kassa::http {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t kPrincipalBytesMax = 256;
// A forgotten bucket must be full, or forgetting would refill it; the oldest ones are the likely ones.
constexpr int kLookBackMax = 8;

RateLimits sane(RateLimits limits) {
  limits.per_second = std::clamp<std::int64_t>(limits.per_second, 0, kRateMax);
  limits.burst = std::clamp<std::int64_t>(limits.burst, 1, kRateMax);
  limits.inflight_max = std::max<std::int64_t>(limits.inflight_max, 0);
  return limits;
}

}  // namespace

nanoseconds TokenBucket::take(nanoseconds now, const RateLimits& limits) noexcept {
  if (limits.per_second == 0) return nanoseconds{0};
  const nanoseconds one = nanoseconds{seconds{1}} / limits.per_second;
  const nanoseconds full_at = std::max(full_at_, now) + one;
  const nanoseconds wait = full_at - now - one * limits.burst;
  if (wait > nanoseconds{0}) return wait;
  full_at_ = full_at;
  return nanoseconds{0};
}

RateLimiter::RateLimiter(RateLimits limits) : limits_(sane(limits)) {}

RateLimiter::Permit::Permit(Permit&& other) noexcept
    : shard_(std::exchange(other.shard_, nullptr)), entry_(std::exchange(other.entry_, nullptr)) {}

RateLimiter::Permit& RateLimiter::Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  shard_ = std::exchange(other.shard_, nullptr);
  entry_ = std::exchange(other.entry_, nullptr);
  return *this;
}

void RateLimiter::Permit::give_back() noexcept {
  if (entry_ == nullptr) return;
  const std::scoped_lock lock(shard_->mutex);
  --entry_->inflight;
  entry_ = nullptr;
}

RateLimiter::Admission RateLimiter::admit(std::string_view principal, nanoseconds now) {
  Admission admission;
  if (limits_.per_second == 0 && limits_.inflight_max == 0) return admission;
  principal = principal.substr(0, kPrincipalBytesMax);
  Shard& shard = shards_[std::hash<std::string_view>{}(principal) % kShards];
  const std::scoped_lock lock(shard.mutex);
  Entry* const entry = find_or_make(shard, principal, now);
  const bool too_many = entry != nullptr && limits_.inflight_max > 0 && entry->inflight >= limits_.inflight_max;
  if (entry == nullptr || too_many) {
    admission.retry_after = seconds{1};
    return admission;
  }
  const nanoseconds wait = entry->bucket.take(now, limits_);
  admission.retry_after = std::chrono::ceil<seconds>(wait);
  if (!admission.admitted()) return admission;
  ++entry->inflight;
  admission.permit.shard_ = &shard;
  admission.permit.entry_ = entry;
  return admission;
}

RateLimiter::Entry* RateLimiter::find_or_make(Shard& shard, std::string_view principal, nanoseconds now) {
  if (const auto found = shard.by_principal.find(principal); found != shard.by_principal.end()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
    return &shard.entries.front();
  }
  if (shard.entries.size() >= std::max<std::size_t>(limits_.principals_max / kShards, 1)) {
    auto oldest = std::prev(shard.entries.end());
    const auto may_go = [now](const Entry& entry) { return entry.inflight == 0 && entry.bucket.is_full(now); };
    for (int n = 1; n < kLookBackMax && !may_go(*oldest) && oldest != shard.entries.begin(); ++n) --oldest;
    if (!may_go(*oldest)) return nullptr;
    shard.by_principal.erase(oldest->principal);
    shard.entries.erase(oldest);
  }
  Entry& entry = shard.entries.emplace_front();
  entry.principal = principal;
  shard.by_principal.emplace(entry.principal, shard.entries.begin());
  return &entry;
}

std::size_t RateLimiter::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    size += shard.entries.size();
  }
  return size;
}

}  // namespace kassa::http
