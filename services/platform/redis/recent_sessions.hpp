#pragma once
// The decoded sessions that this process saw last, so that one which did not change is neither fetched nor decoded
// again. Bounded in bytes; what was used least recently leaves first. Never the truth: Redis is asked whether a copy
// still holds. Shared by all threads, behind striped mutexes.

#include <array>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "services/ports/session_cache.hpp"

namespace kassa::platform {

class RecentSessions {
 public:
  explicit RecentSessions(std::size_t bytes_max) : stripe_bytes_max_(bytes_max / kStripes) {}

  [[nodiscard]] std::optional<ports::SessionEntry> find(std::string_view key);
  void keep(std::string_view key, ports::SessionEntry entry);
  void forget(std::string_view key);

 private:
  struct Copy {
    std::string key;
    ports::SessionEntry entry;
    std::size_t cost{};
  };
  using Copies = std::list<Copy>;  ///< Most recently used first.
  struct Stripe {
    std::mutex mutex;
    Copies copies;
    std::unordered_map<std::string_view, Copies::iterator> by_key;
    std::size_t cost{};
  };
  Stripe& stripe_of(std::string_view key);
  static void drop(Stripe& stripe, Copies::iterator copy);

  static constexpr std::size_t kStripes = 16;

  std::size_t stripe_bytes_max_;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace kassa::platform
