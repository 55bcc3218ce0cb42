#pragma once
// Keeps a sample of a store's carts without their buyers (recorded_cart.hpp), where the merchant has asked for it
// (recorded_carts_percent). What sessions tell it is remembered on any thread, in bounded memory; pricing and writing
// are the worker's. It is a sample: what a crash or a failing store takes is not made up for.

#include <mutex>
#include <unordered_map>
#include <vector>

#include "services/checkout/sessions.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

class CartRecorder {
 public:
  CartRecorder(ports::Store& store, ports::PersonKeys& persons, const SnapshotSource& snapshots)
      : store_(store), persons_(persons), snapshots_(snapshots) {}

  /// Any thread, cheap: nothing but a look at the settings for a checkout that is not in the sample.
  void note(const SessionPtr& session);

  /// Writes what was noted, at most limits::kRecordedCartsPerDayMax new ones of a store and day. One call at a time.
  /// How many carts were looked at.
  asio::awaitable<Result<std::size_t>> flush();

 private:
  struct Waiting {
    SessionPtr last;    ///< Whose it is.
    SessionPtr priced;  ///< From which the cart is made; null: it is only known to be ordered.
    bool ordered{false};
  };
  using Batch = std::vector<Waiting>;
  [[nodiscard]] std::unordered_map<StoreId, Batch> take();
  asio::awaitable<Result<void>> write(StoreId store, Batch batch);
  asio::awaitable<Result<std::int64_t>> room_on(const StoreId& store, Instant day);

  ports::Store& store_;
  ports::PersonKeys& persons_;
  const SnapshotSource& snapshots_;
  std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;  ///< By "<store>|<checkout>".
};

}  // namespace kassa::checkout
