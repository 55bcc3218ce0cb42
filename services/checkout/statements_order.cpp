#include "services/checkout/statements.hpp"

#include <algorithm>

namespace kassa::checkout::statements {

Step add_order(const OrderRow& row) {
  return Step(
      "INSERT INTO purchase (store_id, order_id, checkout_id, person_id, order_state, payment_state, fulfil_state, "
      "currency, "
      "total, owner, sealed_body, version, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, 'draft', 'pending', 'none', $5, $6, $7, $8, 1, $9, $9)",
      {row.store.value, row.order.value, row.checkout.value, row.person.value, std::string(row.total.currency.code()),
       row.total.minor, row.owner, row.sealed_body, to_millis(row.now)});
}

Step redraft_order(const OrderRow& row) {
  return Step(
      "UPDATE purchase SET currency = $3, total = $4, sealed_body = $5, version = version + 1 "
      "WHERE store_id = $1 AND order_id = $2 AND order_state = 'draft'",
      {row.store.value, row.order.value, std::string(row.total.currency.code()), row.total.minor, row.sealed_body},
      ports::Guard::exactly(1, "order_moved"));
}

Step confirm_order(const StoreId& store, const OrderId& order, std::string payment_state, std::int64_t number,
                   Instant now) {
  return Step(
      "UPDATE purchase SET order_state = 'confirmed', payment_state = $3, number = $4, confirmed_at = $5, "
      "updated_at = CASE WHEN updated_at < $5 THEN $5 ELSE updated_at END, version = version + 1 WHERE store_id = $1 "
      "AND order_id = $2 AND order_state IN ('draft', 'held')",
      {store.value, order.value, std::move(payment_state), number, to_millis(now)},
      ports::Guard::exactly(1, "order_moved"));
}

Step hold_order(const StoreId& store, const OrderId& order, Instant now) {
  return Step(
      "UPDATE purchase SET order_state = 'held', version = version + 1, "
      "updated_at = CASE WHEN updated_at < $3 THEN $3 ELSE updated_at END "
      "WHERE store_id = $1 AND order_id = $2 AND order_state = 'draft'",
      {store.value, order.value, to_millis(now)});
}

namespace {

Step orders_of(const StoreId& store, const Bytes& email_hash, std::int64_t most, ports::Guard guard) {
  return Step(
      "SELECT purchase.order_id FROM person JOIN purchase ON purchase.store_id = person.store_id "
      "AND purchase.person_id = person.person_id WHERE person.store_id = $1 AND person.email_hash = $2 "
      "AND (purchase.order_state IN ('confirmed', 'held', 'closed') OR EXISTS (SELECT 1 FROM attempt "
      "WHERE attempt.store_id = purchase.store_id AND attempt.order_id = purchase.order_id AND attempt.state IN "
      "('created', 'sending', 'unknown', 'requires_action', 'processing', 'partially_authorized', "
      "'void_pending', 'review'))) LIMIT $3",
      {store.value, email_hash, most}, std::move(guard));
}

}  // namespace

Step find_orders(const StoreId& store, const Bytes& email_hash) {
  return orders_of(store, email_hash, kOrdersCountedMax, ports::Guard::any());
}

Step take_turn(const StoreId& store, const Bytes& email_hash) {
  return Step(
      "INSERT INTO buyer_turn (store_id, slot, turns) VALUES ($1, $2, 1) "
      "ON CONFLICT (store_id, slot) DO UPDATE SET turns = buyer_turn.turns + 1",
      {store.value, static_cast<std::int64_t>(email_hash.at(0))});
}

Step check_orders(const StoreId& store, const Bytes& email_hash, std::int64_t count) {
  return orders_of(store, email_hash, std::min(count + 1, kOrdersCountedMax),
                   ports::Guard::exactly(count, std::string(kOrdersChanged)));
}

Step add_attempt(const StoreId& store, const AttemptRow& attempt, Bytes sealed_request, Instant now) {
  return Step(
      "INSERT INTO attempt (store_id, attempt_id, order_id, n, gateway_id, gateway_key, state, currency, amount, "
      "sealed_request, version, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, 'sending', $7, $8, $9, 1, $10, $10)",
      {store.value, attempt.id.value, attempt.order.value, attempt.n, attempt.gateway.value,
       attempt.request.gateway_key, std::string(attempt.request.amount.currency.code()), attempt.request.amount.minor,
       std::move(sealed_request), to_millis(now)});
}

Step add_attempt_event(const StoreId& store, const AttemptRow& attempt, const payments::AttemptEvent& event,
                       std::int64_t seq) {
  return Step(
      "INSERT INTO attempt_event (store_id, attempt_id, seq, kind, gateway_ref, amount, currency, detail, at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {store.value, attempt.id.value, seq, std::string(payments::to_text(event.kind)), event.gateway_ref,
       event.amount.minor, std::string(event.amount.currency.code()), event.detail, to_millis(event.at)});
}

Step move_attempt(const StoreId& store, const AttemptRow& attempt, const payments::AttemptFold& fold, Instant now) {
  return Step(
      "UPDATE attempt SET state = $4, gateway_ref = $5, authorized = $6, captured = $7, refunded = $8, "
      "version = version + 1, updated_at = $9 WHERE store_id = $1 AND attempt_id = $2 AND version = $3",
      {store.value, attempt.id.value, attempt.version, std::string(payments::to_text(fold.state)), fold.gateway_ref,
       fold.authorized, fold.captured, fold.refunded, to_millis(now)},
      ports::Guard::exactly(1, "attempt_moved"));
}

Step read_last_attempt(const StoreId& store, const OrderId& order) {
  return Step(
      "SELECT attempt_id, n, gateway_id, version, state, authorized, captured, refunded, coalesce(gateway_ref, ''), "
      "sealed_request, (SELECT coalesce(max(seq), 0) + 1 FROM attempt_event WHERE attempt_event.store_id = "
      "attempt.store_id "
      "AND attempt_event.attempt_id = attempt.attempt_id), created_at, (SELECT coalesce(max(detail), '') FROM "
      "attempt_event WHERE attempt_event.store_id = attempt.store_id AND attempt_event.attempt_id = "
      "attempt.attempt_id AND kind = 'void_requested') FROM attempt "
      "WHERE store_id = $1 AND order_id = $2 ORDER BY n DESC LIMIT 1",
      {store.value, order.value});
}

Step read_attempt(const StoreId& store, const AttemptId& attempt) {
  return Step(
      "SELECT attempt_id, n, gateway_id, version, state, authorized, captured, refunded, coalesce(gateway_ref, ''), "
      "sealed_request, (SELECT coalesce(max(seq), 0) + 1 FROM attempt_event WHERE attempt_event.store_id = "
      "attempt.store_id "
      "AND attempt_event.attempt_id = attempt.attempt_id), created_at, (SELECT coalesce(max(detail), '') FROM "
      "attempt_event WHERE attempt_event.store_id = attempt.store_id AND attempt_event.attempt_id = "
      "attempt.attempt_id AND kind = 'void_requested'), order_id, gateway_key, currency, amount, updated_at FROM "
      "attempt "
      "WHERE store_id = $1 AND attempt_id = $2",
      {store.value, attempt.value});
}

Step look_late(const LateWork& work, Instant now) {
  return Step(
      "INSERT INTO idempotency (store_id, scope, idem_key, fingerprint, state, version, lease_until, parked, "
      "checkout_id, person_id, rendering, created_at) VALUES ($1, $2, $3, '', 'running', 1, $7, 1, $4, $5, '', $6) "
      "ON CONFLICT (store_id, scope, idem_key) DO UPDATE SET state = 'running', version = idempotency.version + 1, "
      "lease_until = CASE WHEN idempotency.state = 'running' AND idempotency.lease_until < $7 "
      "THEN idempotency.lease_until WHEN idempotency.state = 'finished' AND idempotency.created_at + $8 > $7 "
      "THEN idempotency.created_at + $8 ELSE $7 END, "
      "created_at = CASE WHEN idempotency.state = 'finished' THEN $6 ELSE idempotency.created_at END, "
      "parked = 1, status = NULL, sealed_answer = NULL",
      {work.store.value, std::string(kLateScope), work.attempt.value, work.checkout.value, work.person.value,
       to_millis(now), to_millis(now + work.after), std::chrono::milliseconds(work.at_most_every).count()});
}

Step add_ledger(const StoreId& store, const std::string& entry, std::int64_t line, const OrderId& order,
                const LedgerLine& part, Currency currency, Instant now) {
  return Step(
      "INSERT INTO ledger (store_id, entry_id, line, order_id, account, currency, amount, at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {store.value, entry, line, order.value, part.account, std::string(currency.code()), part.amount, to_millis(now)});
}

Step take_order_numbers(const StoreId& store, std::int64_t count) {
  return Step("UPDATE store SET next_order = next_order + $2 WHERE store_id = $1 RETURNING next_order - $2",
              {store.value, count}, ports::Guard::exactly(1, "no_store"));
}

Step attempt_by_key(const std::string& gateway_key) {
  return Step(
      "SELECT attempt.store_id, purchase.checkout_id, attempt.gateway_id, attempt.attempt_id, attempt.state, "
      "purchase.person_id, CASE WHEN substr(purchase.owner, 1, 5) = 'live:' THEN 1 ELSE 0 END FROM attempt "
      "JOIN purchase ON purchase.store_id = attempt.store_id "
      "AND purchase.order_id = attempt.order_id WHERE attempt.gateway_key = $1",
      {gateway_key});
}

Step add_inbox(const StoreId& store, const GatewayId& gateway, const std::string& event_key, Instant now) {
  // What the gateway wrote may name the buyer, and is never read: the completer asks the gateway instead.
  return Step(
      "INSERT INTO inbox (store_id, gateway_id, event_key, body, received_at) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (store_id, gateway_id, event_key) DO NOTHING",
      {store.value, gateway.value, event_key, Bytes{}, to_millis(now)});
}

Step nudge(const StoreId& store, const CheckoutId& checkout, Instant now) {
  return Step(
      "UPDATE idempotency SET lease_until = $3 WHERE store_id = $1 AND checkout_id = $2 AND state = 'running' "
      "AND parked = 1 AND lease_until > $3",
      {store.value, checkout.value, to_millis(now)});
}

Step add_outbox(const OutboxRow& row) {
  return Step(
      "INSERT INTO outbox (store_id, event_id, order_id, seq, dialect, target, person_id, sealed_body, created_at, "
      "due_at, "
      "state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'waiting')",
      {row.store.value, row.event.value, row.order.value, row.seq, row.dialect, row.target, row.person.value,
       row.sealed_body, to_millis(row.now)});
}

}  // namespace kassa::checkout::statements
