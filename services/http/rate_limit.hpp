#pragma once
// How much one caller may ask for: a token bucket and a number of requests under way, per principal (a key
// id, a platform, an address). The dispatcher asks before the handler; a refusal costs one map look-up and
// stores nothing. Shared by all threads, sharded by principal; memory is bounded, and only buckets that are
// full again are ever forgotten.

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kassa::http {

struct RateLimits {
  std::int64_t per_second{200};    ///< Lasting rate; 0: no rate limit. At most kRateMax.
  std::int64_t burst{400};         ///< At once, after a rest; at least 1.
  std::int64_t inflight_max{256};  ///< 0: no such limit.
  std::size_t principals_max{65'536};
};
inline constexpr std::int64_t kRateMax = 1'000'000;

/// A token bucket as one number: the time at which it will be full again. Pure.
class TokenBucket {
 public:
  /// Takes a token and returns 0, or takes none and returns how long until there is one.
  std::chrono::nanoseconds take(std::chrono::nanoseconds now, const RateLimits& limits) noexcept;
  [[nodiscard]] bool is_full(std::chrono::nanoseconds now) const noexcept { return full_at_ <= now; }

 private:
  std::chrono::nanoseconds full_at_{};
};

class RateLimiter {
  struct Shard;
  struct Entry;

 public:
  explicit RateLimiter(RateLimits limits);

  /// Held while the request is under way.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { give_back(); }

   private:
    friend class RateLimiter;
    void give_back() noexcept;
    Shard* shard_{};
    Entry* entry_{};
  };

  struct Admission {
    Permit permit;
    std::chrono::seconds retry_after{};  ///< 0: go ahead. Else answer 429 with Retry-After.
    [[nodiscard]] bool admitted() const noexcept { return retry_after.count() == 0; }
  };

  /// `now`: of a steady clock. The limiter must outlive the permit.
  [[nodiscard]] Admission admit(std::string_view principal, std::chrono::nanoseconds now);

  /// Principals that are remembered.
  [[nodiscard]] std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    std::string principal;
    TokenBucket bucket;
    std::int64_t inflight{};
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> entries;  ///< Most recently used first.
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_principal;
  };
  Entry* find_or_make(Shard& shard, std::string_view principal, std::chrono::nanoseconds now);

  RateLimits limits_;
  std::array<Shard, kShards> shards_;
};

}  // namespace kassa::http
