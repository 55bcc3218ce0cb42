#include "services/admin/retention.hpp"

#include "services/base/limits.hpp"

namespace kassa::admin {
namespace {

using ports::Step;

constexpr int kBatchesPerRound = 4;

Step drop_keys(Instant before) {
  return Step(
      "DELETE FROM idempotency WHERE (store_id, scope, idem_key) IN (SELECT store_id, scope, idem_key FROM idempotency "
      "WHERE state <> 'running' AND created_at < $1 ORDER BY created_at LIMIT $2)",
      {to_millis(before), kRetentionBatch});
}

Step drop_answers(Instant before) {
  return Step(
      "DELETE FROM checkout_answer WHERE (store_id, checkout_id, answer_key) IN (SELECT store_id, checkout_id, "
      "answer_key FROM checkout_answer WHERE at < $1 ORDER BY at LIMIT $2)",
      {to_millis(before), kRetentionBatch});
}

Step drop_gateway_events(Instant before) {
  return Step(
      "DELETE FROM inbox WHERE (store_id, gateway_id, event_key) IN (SELECT store_id, gateway_id, event_key FROM inbox "
      "WHERE received_at < $1 ORDER BY received_at LIMIT $2)",
      {to_millis(before), kRetentionBatch});
}

/// A message is due before it dies, and what is due has an index.
Step drop_dead(Instant before) {
  return Step(
      "DELETE FROM outbox WHERE (store_id, event_id) IN (SELECT store_id, event_id FROM outbox "
      "WHERE state = 'dead' AND due_at < $1 AND ended_at < $1 ORDER BY due_at LIMIT $2)",
      {to_millis(before), kRetentionBatch});
}

Step drop_delivered(Instant before) {
  return Step(
      "DELETE FROM outbox WHERE (store_id, event_id) IN (SELECT store_id, event_id FROM outbox "
      "WHERE state <> 'waiting' AND state <> 'dead' AND ended_at < $1 ORDER BY ended_at LIMIT $2)",
      {to_millis(before), kRetentionBatch});
}

/// A declined payment leaves a draft behind, which keeps the numbers; a completion that still runs needs the key. A
/// shopper's own record has a person of its own: whoever has one is not erased from here.
Step find_abandoned(Instant before) {
  return Step(
      "SELECT c.store_id, c.checkout_id, c.person_id FROM checkout AS c WHERE c.state IN ('open', 'canceled') "
      "AND c.expires_at < $1 "
      "AND NOT EXISTS (SELECT 1 FROM idempotency AS i WHERE i.store_id = c.store_id AND i.checkout_id = c.checkout_id "
      "AND i.state = 'running') "
      "AND NOT EXISTS (SELECT 1 FROM purchase AS p WHERE p.store_id = c.store_id AND p.checkout_id = c.checkout_id "
      "AND p.order_state <> 'draft') "
      "AND NOT EXISTS (SELECT 1 FROM shopper AS s WHERE s.store_id = c.store_id AND s.person_id = c.person_id) "
      "ORDER BY c.expires_at LIMIT $2",
      {to_millis(before), kAbandonedBatch});
}

Step drop_recorded(Instant before) {
  return Step(
      "DELETE FROM recorded_carts WHERE (store_id, recording_id) IN (SELECT store_id, recording_id FROM recorded_carts "
      "WHERE priced_at < $1 ORDER BY priced_at LIMIT $2)",
      {to_millis(before), kRetentionBatch});
}

void add_removal(const ports::Row& row, Instant now, ports::Transaction& transaction) {
  const std::string& store = ports::as_string(row[0]);
  const std::string& checkout = ports::as_string(row[1]);
  const std::string& person = ports::as_string(row[2]);
  transaction.add(Step("DELETE FROM checkout_answer WHERE store_id = $1 AND checkout_id = $2", {store, checkout}));
  transaction.add(Step("DELETE FROM idempotency WHERE store_id = $1 AND checkout_id = $2 AND state = 'finished'",
                       {store, checkout}));
  transaction.add(
      Step("DELETE FROM checkout WHERE store_id = $1 AND checkout_id = $2 AND state IN ('open', 'canceled')",
           {store, checkout}));
  transaction.add(
      Step("DELETE FROM person WHERE store_id = $1 AND person_id = $2 AND NOT EXISTS (SELECT 1 FROM purchase AS p "
           "WHERE p.store_id = $1 AND p.checkout_id = $3)",
           {store, person, checkout}));
  transaction.add(
      Step("UPDATE person SET erased_at = coalesce(erased_at, $3), email_hash = NULL, phone_hash = NULL "
           "WHERE store_id = $1 AND person_id = $2",
           {store, person, to_millis(now)}));
}

}  // namespace

asio::awaitable<Result<std::int64_t>> Retention::drop(ports::Step step) {
  std::int64_t dropped = 0;
  for (int batch = 0; batch < kBatchesPerRound; ++batch) {
    ports::Transaction transaction("retention", StoreId{});
    transaction.add(step);
    KASSA_CO_TRY(const auto done, co_await store_.commit(std::move(transaction)));
    const std::int64_t rows = done.steps.front().rows;
    dropped += rows;
    if (rows < kRetentionBatch) co_return dropped;
  }
  left_some_ = true;
  co_return dropped;
}

asio::awaitable<Result<std::int64_t>> Retention::drop_abandoned() {
  std::int64_t dropped = 0;
  const Instant now = clock_.now();
  for (int batch = 0; batch < kBatchesPerRound; ++batch) {
    ports::Step find = find_abandoned(now - abandoned_life_);
    KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(find)));
    if (rows.empty()) co_return dropped;
    ports::Transaction transaction("retention", StoreId{});
    for (const ports::Row& row : rows) {
      // The key goes first: should the rest not happen now, the row is still there to be found again.
      const StoreId store{ports::as_string(row[0])};
      const PersonId person{ports::as_string(row[2])};
      KASSA_CO_TRY(co_await keys_.erase(store, person));
      add_removal(row, now, transaction);
    }
    KASSA_CO_TRY(co_await store_.commit(std::move(transaction)));
    dropped += static_cast<std::int64_t>(rows.size());
    if (static_cast<std::int64_t>(rows.size()) < kAbandonedBatch) co_return dropped;
  }
  left_some_ = true;
  co_return dropped;
}

asio::awaitable<Result<std::int64_t>> Retention::round() {
  const Instant now = clock_.now();
  std::int64_t dropped = 0;
  left_some_ = false;
  const std::vector<ports::Step> steps{
      drop_keys(now - limits::kIdempotencyLife), drop_answers(now - kAnswerLife),
      drop_gateway_events(now - kMessageLife),   drop_delivered(now - kMessageLife),
      drop_dead(now - kDeadLetterLife),          drop_recorded(now - limits::kRecordedCartLife)};
  for (const ports::Step& step : steps) {
    KASSA_CO_TRY(const auto rows, co_await drop(step));
    dropped += rows;
  }
  KASSA_CO_TRY(const auto abandoned, co_await drop_abandoned());
  co_return dropped + abandoned;
}

}  // namespace kassa::admin
