#include "services/protocol/ucp/profile_shelf.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "services/base/limits.hpp"

namespace kassa::protocol {
namespace {

constexpr Millis kFailureLife{5'000};
constexpr Millis kStaleLife{3'600'000};
constexpr std::size_t kShardBytesMax = 4 * 1024 * 1024;  // As served; parsed they take a few times more.

}  // namespace

bool ProfileFlight::board(Timer timer) {
  const std::scoped_lock lock(mutex_);
  if (!landed_) sleepers_.push_back(std::move(timer));
  return !landed_;
}

void ProfileFlight::leave(const Timer& timer) {
  const std::scoped_lock lock(mutex_);
  std::erase(sleepers_, timer);
}

void ProfileFlight::land() {
  const std::scoped_lock lock(mutex_);
  landed_ = true;
  for (const Timer& timer : sleepers_) {
    boost::asio::post(timer->get_executor(),
                      [timer] { timer->expires_at(boost::asio::steady_timer::time_point::min()); });
  }
  sleepers_.clear();
}

ProfileShelf::Shard& ProfileShelf::shard_of(const std::string& key) {
  return shards_[std::hash<std::string>{}(key) % kShards];
}

std::size_t ProfileShelf::size() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    sum += shard.entries.size();
  }
  return sum;
}

ProfileShelf::Entry& ProfileShelf::touch(Shard& shard, const std::string& key) {
  const auto known = shard.by_key.find(key);
  if (known != shard.by_key.end()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, known->second);
    return shard.entries.front();
  }
  shard.entries.emplace_front().key = key;
  shard.by_key.emplace(key, shard.entries.begin());
  evict(shard);
  return shard.entries.front();
}

/// The least recently used go first; those being fetched stay, and so does the newest.
void ProfileShelf::evict(Shard& shard) {
  constexpr std::size_t kEntriesMax = limits::kProfilesCachedMax / kShards;
  for (auto last = std::prev(shard.entries.end()); last != shard.entries.begin();) {
    if (shard.entries.size() <= kEntriesMax && shard.bytes <= kShardBytesMax) return;
    const auto candidate = last--;
    if (candidate->flight) continue;
    shard.bytes -= candidate->bytes;
    shard.by_key.erase(candidate->key);
    shard.entries.erase(candidate);
  }
}

ProfileShelf::Look ProfileShelf::look(const std::string& key, bool settle) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  Entry& entry = touch(shard, key);
  Look out;
  out.fresh = settle || entry.fresh_until > clock_.now();
  out.profile = entry.profile;
  out.failure = entry.failure;
  if (out.fresh) return out;
  out.lead = entry.flight == nullptr;
  if (out.lead) entry.flight = std::make_shared<ProfileFlight>();
  out.flight = entry.flight;
  return out;
}

void ProfileShelf::put(const std::string& key, FetchedProfile fetched) {
  Shard& shard = shard_of(key);
  std::shared_ptr<ProfileFlight> flight;
  {
    const std::scoped_lock lock(shard.mutex);
    Entry& entry = touch(shard, key);
    const Instant now = clock_.now();
    flight.swap(entry.flight);
    entry.failure = fetched.failure;
    // A platform that serves something else has changed its mind; one that is merely away keeps what it had.
    const bool away = fetched.failure == Errc::kProfileUnreachable || fetched.failure == Errc::kOverloaded;
    if (!away || entry.kept_until <= now) {
      shard.bytes = shard.bytes - entry.bytes + fetched.bytes;
      entry.bytes = fetched.bytes;
      entry.profile = std::move(fetched.profile);
    }
    const bool fetched_well = fetched.failure == Errc::kOk;
    entry.fresh_until = now + (fetched_well ? fetched.life : kFailureLife);
    if (fetched_well) entry.kept_until = entry.fresh_until + kStaleLife;
    evict(shard);
  }
  if (flight) flight->land();
}

}  // namespace kassa::protocol
