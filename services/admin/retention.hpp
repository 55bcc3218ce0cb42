#pragma once
// What is kept no longer than it is needed: stored answers, messages that have arrived, checkouts that nobody completed
// and their shoppers' data. Payment attempts, their events, the ledger and the audit log are never touched. One round
// removes a bounded number of rows in small transactions, so that it never stands in the way of a purchase; what is
// left is for the next one. Runs on the worker's thread.

#include <chrono>

#include "services/base/clock.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin {

namespace asio = boost::asio;

inline constexpr std::chrono::hours kAnswerLife{24};
inline constexpr std::chrono::hours kMessageLife{24 * 30};
inline constexpr std::chrono::hours kDeadLetterLife{24 * 180};  ///< Long enough to be found and sent again.
inline constexpr std::int64_t kRetentionBatch = 500;
inline constexpr std::int64_t kAbandonedBatch = 50;

class Retention {
 public:
  /// `abandoned_life`: how long a checkout stays after it has expired.
  Retention(ports::Store& store, ports::PersonKeys& keys, const Clock& clock, std::chrono::hours abandoned_life)
      : store_(store), keys_(keys), clock_(clock), abandoned_life_(abandoned_life) {}

  /// How many rows and abandoned checkouts were removed.
  asio::awaitable<Result<std::int64_t>> round();
  /// After a round: there was more to remove than one round may.
  [[nodiscard]] bool left_some() const noexcept { return left_some_; }

 private:
  asio::awaitable<Result<std::int64_t>> drop(ports::Step step);
  asio::awaitable<Result<std::int64_t>> drop_abandoned();

  ports::Store& store_;
  ports::PersonKeys& keys_;
  const Clock& clock_;
  std::chrono::hours abandoned_life_;
  bool left_some_{false};
};

}  // namespace kassa::admin
