#pragma once
// What the admin routes work with. Made by the wiring, which keeps everything alive as long as the router;
// used on the admin listener's thread.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "services/base/clock.hpp"
#include "services/base/random.hpp"
#include "services/checkout/review.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/orders/orders.hpp"
#include "services/ports/log.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/stock_view.hpp"
#include "services/ports/store.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::protocol {

struct AdminServices {
  ports::Store& store;
  ports::StoreDirectory& directory;
  ports::PersonKeys& persons;
  ports::StockView& stock;
  checkout::SnapshotSource& snapshots;
  orders::Orders& orders;
  const ports::SecretBox& box;
  const Clock& clock;
  Random& random;
  ports::Log& log;
  std::function<void()> wake_outbox;
  /// Awaited after keys changed, before the answer: a new key works when its maker reads it, a revoked one no
  /// longer does.
  std::function<boost::asio::awaitable<void>()> reload_keys;
  /// Called for a person who is being erased: open checkouts that this process holds are given out no more.
  std::function<void(const StoreId&, const PersonId&)> forget_person;
  /// Awaited before an erasure looks for this e-mail: what was typed a moment ago and is not in the Store yet.
  std::function<boost::asio::awaitable<Result<void>>(StoreId, Bytes)> write_noted;
  /// A person's decision about a payment of this mode under review; the store writes its audit row with the claim.
  std::function<boost::asio::awaitable<Result<void>>(ports::Store&, StoreId, AttemptId, checkout::Decision, bool live)>
      decide_payment{};
  /// Called after goods changed: this process reads them again at once.
  std::function<void()> wake_snapshots{};
  /// Set while a simulation runs: one at a time, it takes a whole thread.
  std::shared_ptr<std::atomic_flag> simulating = std::make_shared<std::atomic_flag>();
};

}  // namespace kassa::protocol
