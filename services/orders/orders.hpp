#pragma once
// Orders after payment: what they are now, and what may still happen to them (shipments, refunds, returns).
// Each change is one transaction: the order's version, the new history rows, and the event that tells the
// platform. One object per process, used from every thread.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/random.hpp"
#include "services/orders/history.hpp"
#include "services/ports/log.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/store.hpp"

namespace kassa::orders {

namespace asio = boost::asio;

struct PlacedOrder {
  StoreId store;
  ports::OrderRecord record;
  PersonId person;
  std::optional<std::int64_t> number;  ///< For people; absent until confirmed.
  std::string order_state;
  std::string payment_state;
  std::string fulfil_state;
  std::int64_t version{};
  Instant created_at;
  std::optional<Instant> confirmed_at;
  json::array events;       ///< Fulfilment, folded, oldest first.
  json::array adjustments;  ///< Folded, oldest first.
  std::int64_t last_seq{};  ///< Of the history, 0: there is none.

  /// Not while it is held for review.
  [[nodiscard]] bool confirmed() const noexcept { return number.has_value() && order_state != "held"; }
};

/// Writes the body of an order event in the language of its audience.
using EventRenderer =
    std::function<std::string(const StoreId& store, const ports::OrderRecord& order, const json::array& events,
                              const json::array& adjustments, std::int64_t number)>;

class Orders {
 public:
  struct Dependencies {
    ports::Store& store;
    ports::PersonKeys& persons;
    const ports::SecretBox& box;
    const Clock& clock;
    Random& random;
    ports::Log& log;
    std::string dialect;  ///< Of the events that `render` writes; see webhooks/.
    EventRenderer render;
    std::function<void()> wake_outbox;  ///< Called after a commit that added an event; thread-safe, cheap.
  };
  explicit Orders(Dependencies dependencies) : d_(std::move(dependencies)) {}

  /// kNotFound: no such order, or its person was erased.
  asio::awaitable<Result<PlacedOrder>> get(StoreId store, OrderId order);
  asio::awaitable<Result<PlacedOrder>> by_checkout(StoreId store, CheckoutId checkout);

  /// `event`: {type, line_items [{id, quantity}], tracking_number, ...}; id and occurred_at are made when
  /// absent. kInvalidRequest: unknown lines, or more than was bought. Repeating an entry changes nothing.
  asio::awaitable<Result<PlacedOrder>> add_fulfilment_event(StoreId store, OrderId order, json::object event);
  /// `adjustment`: {type, status, line_items, totals, description}; likewise.
  asio::awaitable<Result<PlacedOrder>> add_adjustment(StoreId store, OrderId order, json::object adjustment);

  /// Takes over whole lists, entries as they are. What they leave out stays: history is append-only.
  asio::awaitable<Result<PlacedOrder>> replace(StoreId store, OrderId order, json::array events,
                                               json::array adjustments);

 private:
  struct Change {
    std::vector<json::object> events;
    std::vector<json::object> adjustments;
  };
  /// Pure: asked again when somebody else changed the order meanwhile.
  using Plan = std::function<Result<Change>(const PlacedOrder&)>;

  asio::awaitable<Result<PlacedOrder>> load(StoreId store, ports::Step read);
  asio::awaitable<Result<PlacedOrder>> change(StoreId store, OrderId order, Plan plan);
  asio::awaitable<Result<bool>> commit(const StoreId& store, const PlacedOrder& order, const Change& change);
  void complete_entry(json::object& entry, std::string_view prefix);

  Dependencies d_;
};

/// "purchase|<store>|<order>" and "outbox|<store>|<event>": bind sealed bodies to their rows.
[[nodiscard]] std::string purchase_aad(const StoreId& store, const OrderId& order);
[[nodiscard]] std::string event_aad(const StoreId& store, const EventId& event);

}  // namespace kassa::orders
