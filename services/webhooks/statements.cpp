#include "services/webhooks/statements.hpp"

namespace kassa::webhooks::statements {

Step read_due(Instant now, std::int64_t most) {
  return Step(
      "SELECT o.store_id, o.event_id, o.target FROM outbox AS o "
      "WHERE o.state = 'waiting' AND o.due_at <= $1 AND o.claimed_until < $1 AND NOT EXISTS (SELECT 1 FROM "
      "outbox AS e "
      "WHERE e.store_id = o.store_id AND e.order_id = o.order_id AND e.dialect = o.dialect AND e.seq < o.seq "
      "AND e.state = 'waiting') "
      "ORDER BY o.due_at, o.event_id LIMIT $2",
      {to_millis(now), most});
}

Step claim(const StoreId& store, const EventId& event, Instant now, Instant lease_until) {
  return Step(
      "UPDATE outbox SET claimed_until = $4, attempts = attempts + 1 WHERE store_id = $1 AND event_id = $2 "
      "AND state = 'waiting' AND due_at <= $3 AND claimed_until < $3 AND NOT EXISTS (SELECT 1 FROM outbox AS "
      "e "
      "WHERE e.store_id = outbox.store_id AND e.order_id = outbox.order_id AND e.dialect = outbox.dialect AND e.seq < "
      "outbox.seq "
      "AND e.state = 'waiting') "
      "RETURNING store_id, event_id, order_id, seq, dialect, target, person_id, sealed_body, created_at, "
      "attempts, "
      "claimed_until",
      {store.value, event.value, to_millis(now), to_millis(lease_until)});
}

Step put_off(const StoreId& store, const EventId& event, Instant now, Instant due) {
  return Step(
      "UPDATE outbox SET due_at = $4 WHERE store_id = $1 AND event_id = $2 AND state = 'waiting' AND due_at "
      "<= $3 "
      "AND claimed_until < $3",
      {store.value, event.value, to_millis(now), to_millis(due)});
}

Step mark_delivered(const StoreId& store, const EventId& event, Instant now) {
  return Step(
      "UPDATE outbox SET state = 'delivered', claimed_until = 0, last_error = NULL, ended_at = $3 "
      "WHERE store_id = $1 AND event_id = $2 AND state = 'waiting'",
      {store.value, event.value, to_millis(now)});
}

Step mark_retry(const StoreId& store, const EventId& event, Instant lease_until, Instant due, std::string why) {
  return Step(
      "UPDATE outbox SET claimed_until = 0, due_at = $4, last_error = $5 "
      "WHERE store_id = $1 AND event_id = $2 AND state = 'waiting' AND claimed_until = $3",
      {store.value, event.value, to_millis(lease_until), to_millis(due), std::move(why)});
}

Step mark_dead(const StoreId& store, const EventId& event, Instant lease_until, Instant now, std::string why) {
  return Step(
      "UPDATE outbox SET state = 'dead', claimed_until = 0, ended_at = $4, last_error = $5 "
      "WHERE store_id = $1 AND event_id = $2 AND state = 'waiting' AND claimed_until = $3",
      {store.value, event.value, to_millis(lease_until), to_millis(now), std::move(why)});
}

Step read_dead(const StoreId& store, const std::string& after, std::int64_t most) {
  return Step(
      "SELECT event_id, order_id, seq, dialect, target, created_at, ended_at, attempts, coalesce(last_error, "
      "'') "
      "FROM outbox WHERE store_id = $1 AND state = 'dead' AND event_id > $2 ORDER BY event_id LIMIT $3",
      {store.value, after, most});
}

Step revive(const StoreId& store, const EventId& event, Instant now) {
  return Step(
      "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = $3, claimed_until = 0, ended_at = NULL "
      "WHERE store_id = $1 AND event_id = $2 AND state = 'dead'",
      {store.value, event.value, to_millis(now)}, ports::Guard::exactly(1, "not_dead"));
}

}  // namespace kassa::webhooks::statements
