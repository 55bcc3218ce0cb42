#pragma once
// How much of the disk answers under idempotency keys may take: of one checkout, and in a day of one store's callers
// that prove nothing, because each answer stays for 24 hours and anybody can ask for one. Each client's address has a
// small share of the store's day, so that nobody uses it up alone. Shared by all threads; counts in memory, per
// process, and begins again with the process.

#include <mutex>
#include <unordered_map>

#include "services/base/clock.hpp"
#include "services/base/result.hpp"
#include "services/checkout/service.hpp"

namespace kassa::checkout {

/// A hundred answers of the largest checkout, thousands of a usual one.
inline constexpr std::int64_t kKeptBytesPerCheckoutMax = 8 * 1024 * 1024;

/// The part of a store's day that one address has.
inline constexpr std::int64_t kKeptSharesPerDay = 32;

/// kRateLimited when this checkout has room for no more answers under keys.
[[nodiscard]] Result<void> room_for_answer(const KeyUse& key, const Session& session);

class KeptAnswers {
 public:
  explicit KeptAnswers(std::int64_t bytes_per_day_max) : bytes_per_day_max_(bytes_per_day_max) {}

  /// kRateLimited when an answer to this request would have to be kept and may not. `session`: null when it is new.
  [[nodiscard]] Result<void> may_keep(const Caller& caller, const KeyUse& key, const Session* session, Instant now);

  /// An answer was kept.
  void count(const Caller& caller, const KeyUse& key, const Answer& answer, Instant now);

 private:
  /// Under mutex_: the bytes of the store's caller's address today; beyond so many addresses the rest have one share.
  std::int64_t& of_block(const Caller& caller);
  void begin_day(Instant now);

  const std::int64_t bytes_per_day_max_;
  std::mutex mutex_;
  std::int64_t day_{};
  std::unordered_map<StoreId, std::int64_t> stores_;      ///< Bytes of this day.
  std::unordered_map<std::string, std::int64_t> blocks_;  ///< By "<store>|<address>".
};

}  // namespace kassa::checkout
