#pragma once
// Order numbers for people ("#1042"). Taken from the Store in blocks ahead of need, so that a confirmation costs no
// commit of its own; a block cut short by a restart leaves a gap (docs/decisions: order numbers are not invoice
// numbers). A block is as large as what the store sells in some seconds. Shared by all threads.

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

class OrderNumbers {
 public:
  /// `running_low` is called, from any thread, when top_up() has something to do.
  OrderNumbers(ports::Store& store, const Clock& clock, std::function<void()> running_low)
      : store_(store), clock_(clock), running_low_(std::move(running_low)) {}

  /// The next number; asks the Store for a single one when none is at hand.
  boost::asio::awaitable<Result<std::int64_t>> next(StoreId store);

  /// Fetches a block for each store that runs low. One call at a time.
  boost::asio::awaitable<Result<void>> top_up();

 private:
  struct Range {
    std::int64_t next{};
    std::int64_t end{};
  };
  struct Supply {
    std::deque<Range> ranges;
    std::int64_t left{};
    std::int64_t block{};           ///< Size of the last block; 0 before the first.
    std::chrono::nanoseconds at{};  ///< When it was fetched, on the steady clock.
    bool low{false};
  };
  std::optional<std::int64_t> from_memory(const StoreId& store);
  [[nodiscard]] std::vector<std::pair<StoreId, std::int64_t>> wanted();
  boost::asio::awaitable<Result<std::int64_t>> take(StoreId store, std::int64_t count);

  ports::Store& store_;
  const Clock& clock_;
  std::function<void()> running_low_;
  std::mutex mutex_;
  std::unordered_map<StoreId, Supply> supplies_;
};

}  // namespace kassa::checkout
