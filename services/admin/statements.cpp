#include "services/admin/statements.hpp"

namespace kassa::admin::statements {

using ports::Guard;

Step read_audit_head(const StoreId& store) {
  return Step("SELECT seq, hash FROM audit WHERE store_id = $1 ORDER BY seq DESC LIMIT 1", {store.value});
}

Step add_audit(const AuditRow& row, std::string label) {
  return Step(
      "INSERT INTO audit (store_id, seq, at, actor, action, subject, detail, previous, hash) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (store_id, seq) DO NOTHING",
      {row.store.value, row.seq, to_millis(row.at), row.actor, row.action, row.subject, row.detail, row.previous,
       row.hash},
      Guard::exactly(1, std::move(label)));
}

Step read_audit_before(const StoreId& store, std::int64_t seq, std::int64_t most) {
  return Step(
      "SELECT seq, at, actor, action, subject, detail, previous, hash FROM audit WHERE store_id = $1 AND seq "
      "< $2 "
      "ORDER BY seq DESC LIMIT $3",
      {store.value, seq, most});
}

Step read_audit_after(const StoreId& store, std::int64_t seq, std::int64_t most) {
  return Step(
      "SELECT seq, at, actor, action, subject, detail, previous, hash FROM audit WHERE store_id = $1 AND seq "
      "> $2 "
      "ORDER BY seq LIMIT $3",
      {store.value, seq, most});
}

Step read_settings(const StoreId& store) {
  return Step("SELECT settings, revision, mode FROM store WHERE store_id = $1", {store.value});
}

Step replace_settings(const StoreId& store, std::string settings, std::int64_t revision) {
  return Step("UPDATE store SET settings = $2, revision = revision + 1 WHERE store_id = $1 AND revision = $3",
              {store.value, std::move(settings), revision}, Guard::exactly(1, "revision_moved"));
}

Step read_keys(const StoreId& store, const std::string& after, std::int64_t most) {
  return Step(
      "SELECT key_id, kind, mode, created_at, revoked_at FROM api_key WHERE store_id = $1 AND key_id > $2 "
      "ORDER BY key_id LIMIT $3",
      {store.value, after, most});
}

Step read_key(const StoreId& store, const std::string& key_id) {
  return Step("SELECT key_id, kind, mode, created_at, revoked_at FROM api_key WHERE store_id = $1 AND key_id = $2",
              {store.value, key_id});
}

Step add_key(const KeyRow& row, std::int64_t live_max) {
  return Step(
      "INSERT INTO api_key (store_id, key_id, kind, mode, hash, created_at) SELECT $1, $2, $3, $4, $5, $6 "
      "WHERE (SELECT count(*) FROM api_key WHERE store_id = $1 AND kind = $3 AND mode = $4 AND revoked_at IS NULL) "
      "< $7",
      {row.store.value, row.key_id, row.kind, row.mode, row.hash, to_millis(row.created_at), live_max},
      Guard::exactly(1, "too_many_keys"));
}

Step revoke_key(const StoreId& store, const std::string& key_id, Instant now) {
  return Step(
      "UPDATE api_key SET revoked_at = $3 WHERE store_id = $1 AND key_id = $2 AND revoked_at IS NULL AND (kind = 'pk' "
      "OR mode <> (SELECT s.mode FROM store AS s WHERE s.store_id = $1) "
      "OR (SELECT count(*) FROM api_key AS k WHERE k.store_id = $1 AND k.kind = 'sk' AND k.mode = api_key.mode "
      "AND k.revoked_at IS NULL) > 1)",
      {store.value, key_id, to_millis(now)}, Guard::exactly(1, "last_secret_key"));
}

Step read_person(const StoreId& store, const PersonId& person) {
  return Step("SELECT person_id, erased_at, email_hash FROM person WHERE store_id = $1 AND person_id = $2",
              {store.value, person.value});
}

Step read_persons_of_email(const StoreId& store, const Bytes& email_hash, std::int64_t most) {
  return Step(
      "SELECT person_id, erased_at, email_hash FROM person WHERE store_id = $1 AND email_hash = $2 "
      "ORDER BY person_id LIMIT $3",
      {store.value, email_hash, most});
}

Step mark_erased(const StoreId& store, const PersonId& person, Instant now) {
  return Step("UPDATE person SET erased_at = $3 WHERE store_id = $1 AND person_id = $2 AND erased_at IS NULL",
              {store.value, person.value, to_millis(now)}, ports::Guard::exactly(1, "payment_open"));
}

Step check_no_payment(const StoreId& store, const PersonId& person) {
  // Its end could not be written any more; late work needs no key of the person's. A statement of its own, behind the
  // one that waited for the person's row: only so does it see the payment that held that row.
  return Step(
      "SELECT 1 FROM person WHERE store_id = $1 AND person_id = $2 AND NOT EXISTS "
      "(SELECT 1 FROM idempotency WHERE idempotency.store_id = $1 AND idempotency.person_id = $2 AND "
      "idempotency.state = 'running' AND idempotency.scope <> 'late')",
      {store.value, person.value}, ports::Guard::exactly(1, "payment_open"));
}

Step forget_email(const StoreId& store, const PersonId& person) {
  return Step("UPDATE person SET email_hash = NULL, phone_hash = NULL WHERE store_id = $1 AND person_id = $2",
              {store.value, person.value});
}

Step touch_orders(const StoreId& store, const PersonId& person, Instant now) {
  return Step(
      "UPDATE purchase SET updated_at = $3 WHERE store_id = $1 AND person_id = $2 AND order_state <> 'draft' "
      "AND updated_at < $3",
      {store.value, person.value, to_millis(now)});
}

std::vector<Step> own_limits(const StoreId& store, const PersonId& person) {
  const std::vector<ports::SqlValue> whose{store.value, person.value};
  return {
      Step("UPDATE redemption SET customer = $2 WHERE store_id = $1 AND order_id IN (SELECT order_id FROM purchase "
           "WHERE store_id = $1 AND person_id = $2)",
           whose),
      Step("INSERT INTO customer_item (store_id, variant_id, customer, bought) SELECT o.store_id, o.variant_id, $2, "
           "CAST(sum(o.quantity) AS BIGINT) FROM purchase AS p JOIN customer_item_order AS o "
           "ON o.store_id = p.store_id AND o.order_id = p.order_id WHERE p.store_id = $1 AND p.person_id = $2 "
           "AND o.customer <> $2 GROUP BY o.store_id, o.variant_id ON CONFLICT (store_id, variant_id, customer) "
           "DO UPDATE SET bought = customer_item.bought + excluded.bought",
           whose),
      Step("UPDATE customer_item SET bought = customer_item.bought - moved.quantity FROM (SELECT o.variant_id, "
           "o.customer, CAST(sum(o.quantity) AS BIGINT) AS quantity FROM purchase AS p JOIN customer_item_order AS o "
           "ON o.store_id = p.store_id AND o.order_id = p.order_id WHERE p.store_id = $1 AND p.person_id = $2 "
           "AND o.customer <> $2 GROUP BY o.variant_id, o.customer) AS moved WHERE customer_item.store_id = $1 "
           "AND customer_item.variant_id = moved.variant_id AND customer_item.customer = moved.customer",
           whose),
      Step("DELETE FROM customer_item WHERE store_id = $1 AND bought = 0 AND (variant_id, customer) IN (SELECT "
           "o.variant_id, o.customer FROM purchase AS p JOIN customer_item_order AS o ON o.store_id = p.store_id AND "
           "o.order_id = p.order_id WHERE p.store_id = $1 AND p.person_id = $2)",
           whose),
      Step("UPDATE customer_item_order SET customer = $2 WHERE store_id = $1 AND order_id IN (SELECT order_id "
           "FROM purchase WHERE store_id = $1 AND person_id = $2)",
           whose),
  };
}

Step drop_profile(const StoreId& store, const PersonId& person) {
  return Step("DELETE FROM shopper WHERE store_id = $1 AND person_id = $2", {store.value, person.value});
}

}  // namespace kassa::admin::statements
