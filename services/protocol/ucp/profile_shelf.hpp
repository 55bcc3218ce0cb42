#pragma once
// What the profile cache keeps, without any fetching: entries by address, the least recently used go first.
// Striped mutexes, so that I/O threads rarely meet; nothing here waits.

#include <array>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/error.hpp"
#include "services/ports/platform_profiles.hpp"

namespace kassa::protocol {

using ProfilePtr = std::shared_ptr<const ports::PlatformProfile>;

/// Requests that wait for a fetch of somebody else. Each sleeps on a timer of its own thread, which is set to
/// "now" over there.
class ProfileFlight {
 public:
  using Timer = std::shared_ptr<boost::asio::steady_timer>;

  /// False: it has landed already, there is nothing to wait for.
  bool board(Timer timer);
  void leave(const Timer& timer);
  void land();

 private:
  std::mutex mutex_;
  bool landed_{false};
  std::vector<Timer> sleepers_;
};

/// How a fetch ended.
struct FetchedProfile {
  ProfilePtr profile;  ///< Null unless it succeeded.
  Errc failure{Errc::kProfileUnreachable};
  Millis life{};
  std::size_t bytes{};
};

class ProfileShelf {
 public:
  explicit ProfileShelf(const Clock& clock) : clock_(clock) {}

  /// What is known about an address. Fresh: use it. Otherwise wait for `flight`, or fetch when `lead`.
  struct Look {
    bool fresh{false};
    bool lead{false};
    ProfilePtr profile;
    Errc failure{Errc::kOk};
    std::shared_ptr<ProfileFlight> flight;
  };
  /// `settle`: whatever is there counts as fresh, because a fetch has just ended.
  [[nodiscard]] Look look(const std::string& key, bool settle);

  /// Ends the fetch that look() has told somebody to lead.
  void put(const std::string& key, FetchedProfile fetched);

  [[nodiscard]] std::size_t size() const;

  std::atomic<std::size_t> fetches{0};  ///< Under way.

 private:
  struct Entry {
    std::string key;
    ProfilePtr profile;
    Errc failure{Errc::kOk};
    Instant fresh_until;
    Instant kept_until;  ///< Until then the profile is served on while its platform is unreachable.
    std::size_t bytes{};
    std::shared_ptr<ProfileFlight> flight;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> entries;  ///< Most recently used first.
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key;
    std::size_t bytes{};
  };

  Shard& shard_of(const std::string& key);
  static Entry& touch(Shard& shard, const std::string& key);
  static void evict(Shard& shard);

  static constexpr std::size_t kShards = 16;
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace kassa::protocol
