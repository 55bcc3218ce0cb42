#pragma once
// Every SQL statement of the life of an order after its payment, one function each. An order changes only
// under its version; its history is append-only.

#include <string>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::orders::statements {

using ports::Step;

/// order_id, checkout_id, person_id, number, order_state, payment_state, fulfil_state, version, sealed_body,
/// created_at, confirmed_at. A draft is nobody's order yet and is not found.
Step read_order(const StoreId& store, const OrderId& order);
Step read_order_of_checkout(const StoreId& store, const CheckoutId& checkout);

/// seq, kind, body; oldest first.
Step read_history(const StoreId& store, const OrderId& order);

Step move_order(const StoreId& store, const OrderId& order, std::int64_t version, std::string fulfil_state,
                Instant now);  ///< Guard "order_moved".
Step add_history(const StoreId& store, const OrderId& order, std::int64_t seq, std::string kind, std::string body,
                 Instant now);

struct EventRow {
  StoreId store;
  EventId event;
  OrderId order;
  std::string dialect;
  std::string target;
  PersonId person;
  Bytes sealed_body;
  Instant now;
};
/// Takes the next number of its order's events; the order's version, moved in the same transaction, keeps two
/// writers apart.
Step add_event(const EventRow& row);

}  // namespace kassa::orders::statements
