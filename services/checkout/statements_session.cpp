#include "services/base/limits.hpp"
#include "services/checkout/statements.hpp"

namespace kassa::checkout::statements {
namespace {

std::vector<SqlValue> session_columns(const Session& session, SqlValue sealed_body) {
  return {session.store.value,
          session.id.value,
          session.version.epoch,
          session.version.n,
          std::string(to_text(session.state)),
          session.person.value,
          std::move(sealed_body),
          to_millis(session.expires_at),
          to_millis(session.updated_at)};
}

}  // namespace

Step read_checkout(const StoreId& store, const CheckoutId& id) {
  return Step("SELECT person_id, sealed_body, epoch FROM checkout WHERE store_id = $1 AND checkout_id = $2",
              {store.value, id.value});
}

Step existing_checkouts(const StoreId& store, const std::array<CheckoutId, 3>& ids) {
  return Step("SELECT checkout_id FROM checkout WHERE store_id = $1 AND checkout_id IN ($2, $3, $4)",
              {store.value, ids[0].value, ids[1].value, ids[2].value});
}

Step read_answers(const StoreId& store, const CheckoutId& id) {
  return Step(
      "SELECT answer_key, fingerprint, status, sealed_body, at FROM checkout_answer "
      "WHERE store_id = $1 AND checkout_id = $2 ORDER BY at DESC, answer_key DESC LIMIT $3",
      {store.value, id.value, static_cast<std::int64_t>(limits::kStoredAnswersPerSessionMax)});
}

Step read_answer(const StoreId& store, const CheckoutId& id, const std::string& answer_key) {
  return Step(
      "SELECT fingerprint, status, sealed_body, at FROM checkout_answer WHERE store_id = $1 AND checkout_id = $2 "
      "AND answer_key = $3",
      {store.value, id.value, answer_key});
}

Step raise_epoch(const StoreId& store, const CheckoutId& id, std::int64_t from) {
  return Step(
      "UPDATE checkout SET epoch = epoch + 1 WHERE store_id = $1 AND checkout_id = $2 AND state = 'open' "
      "AND epoch = $3 RETURNING epoch",
      {store.value, id.value, from}, ports::Guard::exactly(1, "checkout_moved"));
}

Step journal_checkout(const Session& session, SqlValue sealed_body) {
  return Step(
      "INSERT INTO checkout (store_id, checkout_id, epoch, n, state, person_id, sealed_body, expires_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
      "ON CONFLICT (store_id, checkout_id) DO UPDATE SET epoch = excluded.epoch, n = excluded.n, state = "
      "excluded.state, "
      "sealed_body = excluded.sealed_body, expires_at = excluded.expires_at, updated_at = excluded.updated_at "
      "WHERE checkout.state = 'open' AND checkout.person_id = excluded.person_id AND "
      "(checkout.epoch < excluded.epoch OR "
      "(checkout.epoch = excluded.epoch AND checkout.n < excluded.n))",
      session_columns(session, std::move(sealed_body)));
}

Step lock_checkout(const Session& session, SqlValue sealed_body) {
  return Step(
      "INSERT INTO checkout (store_id, checkout_id, epoch, n, state, person_id, sealed_body, expires_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
      "ON CONFLICT (store_id, checkout_id) DO UPDATE SET epoch = excluded.epoch, n = excluded.n, state = "
      "excluded.state, "
      "sealed_body = excluded.sealed_body, expires_at = excluded.expires_at, updated_at = excluded.updated_at "
      "WHERE checkout.state = 'open' AND checkout.person_id = excluded.person_id AND "
      "(checkout.epoch < excluded.epoch - 1 OR "
      "(checkout.epoch = excluded.epoch - 1 AND checkout.n < excluded.n))",
      session_columns(session, std::move(sealed_body)), ports::Guard::exactly(1, "checkout_moved"));
}

Step settle_checkout(const Session& session, SqlValue sealed_body) {
  return Step(
      "UPDATE checkout SET epoch = $3, n = $4, state = $5, person_id = $6, sealed_body = $7, expires_at = $8, "
      "updated_at = $9 WHERE store_id = $1 AND checkout_id = $2 AND state IN ('completing', 'needs_buyer')",
      session_columns(session, std::move(sealed_body)), ports::Guard::exactly(1, "checkout_moved"));
}

Step write_person(const Session& session, std::optional<Bytes> email_hash) {
  return Step(
      "INSERT INTO person (store_id, person_id, email_hash, created_at) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (store_id, person_id) DO UPDATE SET email_hash = excluded.email_hash "
      "WHERE excluded.email_hash IS NOT NULL AND person.erased_at IS NULL "
      "AND person.email_hash IS DISTINCT FROM excluded.email_hash AND NOT EXISTS (SELECT 1 FROM checkout "
      "WHERE checkout.store_id = $1 AND checkout_id = $5 AND (epoch > $6 OR (epoch = $6 AND n > $7)))",
      {session.store.value, session.person.value, email_hash ? SqlValue(std::move(*email_hash)) : SqlValue(),
       to_millis(session.created_at), session.id.value, session.version.epoch, session.version.n});
}

Step claim_person(const Session& session, std::optional<Bytes> email_hash, std::optional<Bytes> phone_hash) {
  return Step(
      "INSERT INTO person (store_id, person_id, email_hash, created_at, phone_hash) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (store_id, person_id) DO UPDATE SET email_hash = coalesce(excluded.email_hash, person.email_hash), "
      "phone_hash = coalesce(excluded.phone_hash, person.phone_hash) WHERE person.erased_at IS NULL",
      {session.store.value, session.person.value, email_hash ? SqlValue(std::move(*email_hash)) : SqlValue(),
       to_millis(session.created_at), phone_hash ? SqlValue(std::move(*phone_hash)) : SqlValue()},
      ports::Guard::exactly(1, "erased"));
}

Step write_answer(const Session& session, const StoredAnswer& answer, Bytes sealed_body) {
  return Step(
      "INSERT INTO checkout_answer (store_id, checkout_id, answer_key, fingerprint, status, sealed_body, at) "
      "SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM checkout WHERE store_id = $1 "
      "AND checkout_id = $2 AND person_id <> $8) ON CONFLICT (store_id, checkout_id, answer_key) DO UPDATE SET "
      "fingerprint = excluded.fingerprint, status = excluded.status, sealed_body = excluded.sealed_body, "
      "at = excluded.at WHERE checkout_answer.at <= $9",
      {session.store.value, session.id.value, answer.scope_and_key, answer.fingerprint,
       static_cast<std::int64_t>(answer.status), std::move(sealed_body), to_millis(answer.at), session.person.value,
       to_millis(answer.at - kAnswerKeyLife)});
}

Step note_untold(const StoreId& store, const CheckoutId& id, Instant now) {
  return Step(
      "INSERT INTO cache_untold (store_id, checkout_id, at) VALUES ($1, $2, $3) "
      "ON CONFLICT (store_id, checkout_id) DO UPDATE SET at = excluded.at",
      {store.value, id.value, to_millis(now)});
}

Step untold_checkouts(std::int64_t most) {
  return Step(
      "SELECT u.store_id, u.checkout_id, u.at, coalesce(c.epoch, 0) FROM cache_untold AS u LEFT JOIN checkout AS c "
      "ON c.store_id = u.store_id AND c.checkout_id = u.checkout_id ORDER BY u.at LIMIT $1",
      {most});
}

Step forget_untold(const StoreId& store, const CheckoutId& id, Instant noted_at) {
  return Step("DELETE FROM cache_untold WHERE store_id = $1 AND checkout_id = $2 AND at = $3",
              {store.value, id.value, to_millis(noted_at)});
}

Step claim_key(const Claim& claim, Instant now, Instant lease_until) {
  return Step(
      "INSERT INTO idempotency (store_id, scope, idem_key, fingerprint, state, version, lease_until, checkout_id, "
      "person_id, "
      "rendering, created_at) VALUES ($1, $2, $3, $4, 'running', 1, $5, $6, $7, $8, $9) "
      "ON CONFLICT (store_id, scope, idem_key) DO NOTHING",
      {claim.store.value, claim.scope, claim.key, claim.fingerprint, to_millis(lease_until), claim.checkout.value,
       claim.person.value, claim.rendering, to_millis(now)},
      ports::Guard::exactly(1, "key_used"));
}

Step finished_key(const Claim& claim, int status, Bytes sealed_answer, Instant now) {
  return Step(
      "INSERT INTO idempotency (store_id, scope, idem_key, fingerprint, state, version, lease_until, checkout_id, "
      "person_id, "
      "rendering, status, sealed_answer, created_at) VALUES ($1, $2, $3, $4, 'finished', 1, 0, $5, $6, $7, $8, $9, "
      "$10) "
      "ON CONFLICT (store_id, scope, idem_key) DO NOTHING",
      {claim.store.value, claim.scope, claim.key, claim.fingerprint, claim.checkout.value, claim.person.value,
       claim.rendering, static_cast<std::int64_t>(status), std::move(sealed_answer), to_millis(now)},
      ports::Guard::exactly(1, "key_used"));
}

Step read_key(const StoreId& store, const std::string& scope, const std::string& key) {
  return Step(
      "SELECT fingerprint, state, version, checkout_id, person_id, rendering, status, sealed_answer FROM idempotency "
      "WHERE store_id = $1 AND scope = $2 AND idem_key = $3",
      {store.value, scope, key});
}

Step finish_key(const Claim& claim, int status, Bytes sealed_answer) {
  return Step(
      "UPDATE idempotency SET state = 'finished', status = $5, sealed_answer = $6, version = version + 1, lease_until "
      "= 0 "
      "WHERE store_id = $1 AND scope = $2 AND idem_key = $3 AND version = $4 AND state = 'running'",
      {claim.store.value, claim.scope, claim.key, claim.version, static_cast<std::int64_t>(status),
       std::move(sealed_answer)},
      ports::Guard::exactly(1, "fenced"));
}

Step hold_key(const Claim& claim, Instant lease_until) {
  return Step(
      "UPDATE idempotency SET lease_until = $5 "
      "WHERE store_id = $1 AND scope = $2 AND idem_key = $3 AND version = $4 AND state = 'running'",
      {claim.store.value, claim.scope, claim.key, claim.version, to_millis(lease_until)},
      ports::Guard::exactly(1, "fenced"));
}

Step park_key(const Claim& claim, Instant lease_until) {
  return Step(
      "UPDATE idempotency SET lease_until = $5, parked = 1, version = version + 1 "
      "WHERE store_id = $1 AND scope = $2 AND idem_key = $3 AND version = $4 AND state = 'running'",
      {claim.store.value, claim.scope, claim.key, claim.version, to_millis(lease_until)},
      ports::Guard::exactly(1, "fenced"));
}

Step take_over_key(const StoreId& store, const std::string& scope, const std::string& key, Instant now,
                   Instant lease_until) {
  return Step(
      "UPDATE idempotency SET lease_until = $5, parked = 0, version = version + 1 "
      "WHERE store_id = $1 AND scope = $2 AND idem_key = $3 AND state = 'running' AND (lease_until <= $4 OR parked = "
      "1) "
      "RETURNING version, fingerprint, checkout_id, person_id, rendering",
      {store.value, scope, key, to_millis(now), to_millis(lease_until)}, ports::Guard::exactly(1, "not_lapsed"));
}

Step running_key_of(const StoreId& store, const CheckoutId& checkout) {
  return Step(
      "SELECT scope, idem_key FROM idempotency WHERE store_id = $1 AND checkout_id = $2 AND state = 'running' "
      "AND scope <> $3 LIMIT 1",
      {store.value, checkout.value, std::string(kLateScope)});
}

Step lapse_all() {
  return Step("UPDATE idempotency SET lease_until = 0 WHERE state = 'running' AND parked = 0 AND lease_until > 0");
}

Step lapsed_keys(Instant now, std::int64_t most) {
  return Step(
      "SELECT store_id, scope, idem_key FROM idempotency WHERE state = 'running' AND lease_until <= $1 "
      "ORDER BY lease_until LIMIT $2",
      {to_millis(now), most});
}

}  // namespace kassa::checkout::statements
