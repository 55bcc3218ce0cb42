#include "services/orders/statements.hpp"

namespace kassa::orders::statements {

Step read_order(const StoreId& store, const OrderId& order) {
  return Step(
      "SELECT order_id, checkout_id, person_id, number, order_state, payment_state, fulfil_state, version, "
      "sealed_body, "
      "created_at, confirmed_at FROM purchase WHERE store_id = $1 AND order_id = $2 AND order_state <> "
      "'draft'",
      {store.value, order.value});
}

Step read_order_of_checkout(const StoreId& store, const CheckoutId& checkout) {
  return Step(
      "SELECT order_id, checkout_id, person_id, number, order_state, payment_state, fulfil_state, version, "
      "sealed_body, "
      "created_at, confirmed_at FROM purchase WHERE store_id = $1 AND checkout_id = $2 AND order_state <> "
      "'draft'",
      {store.value, checkout.value});
}

Step read_history(const StoreId& store, const OrderId& order) {
  return Step("SELECT seq, kind, body FROM purchase_event WHERE store_id = $1 AND order_id = $2 ORDER BY seq",
              {store.value, order.value});
}

Step move_order(const StoreId& store, const OrderId& order, std::int64_t version, std::string fulfil_state,
                Instant now) {
  return Step(
      "UPDATE purchase SET version = version + 1, fulfil_state = $4, event_seq = 1 + CASE WHEN event_seq > "
      "(SELECT coalesce(max(seq), 0) FROM outbox WHERE outbox.store_id = $1 AND outbox.order_id = $2) THEN event_seq "
      "ELSE (SELECT coalesce(max(seq), 0) FROM outbox WHERE outbox.store_id = $1 AND outbox.order_id = $2) END, "
      "updated_at = CASE WHEN updated_at < $5 THEN $5 ELSE updated_at END "
      "WHERE store_id = $1 AND order_id = $2 AND version = $3 AND order_state IN ('confirmed', 'cancelled', "
      "'closed')",
      {store.value, order.value, version, std::move(fulfil_state), to_millis(now)},
      ports::Guard::exactly(1, "order_moved"));
}

Step add_history(const StoreId& store, const OrderId& order, std::int64_t seq, std::string kind, std::string body,
                 Instant now) {
  return Step("INSERT INTO purchase_event (store_id, order_id, seq, kind, body, at) VALUES ($1, $2, $3, $4, $5, $6)",
              {store.value, order.value, seq, std::move(kind), std::move(body), to_millis(now)});
}

Step add_event(const EventRow& row) {
  return Step(
      "INSERT INTO outbox (store_id, event_id, order_id, seq, dialect, target, person_id, sealed_body, "
      "created_at, due_at, "
      "state) VALUES ($1, $2, $3, (SELECT event_seq FROM purchase WHERE store_id = $1 AND order_id = $3), "
      "$4, $5, $6, $7, $8, $8, 'waiting')",
      {row.store.value, row.event.value, row.order.value, row.dialect, row.target, row.person.value, row.sealed_body,
       to_millis(row.now)});
}

}  // namespace kassa::orders::statements
