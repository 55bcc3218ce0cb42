-- What waits, once a minute: each line of the result is a sample in Prometheus' text format. For SQLite and PostgreSQL
-- alike. Every statement runs on an index of open work, so that the size of the history does not matter. Ages are told
-- as timestamps: the reader subtracts them from its own time().

SELECT 'kassa_books_attempts{state="' || state || '"} ' || count(*)
FROM attempt WHERE state IN ('created', 'sending', 'unknown', 'requires_action', 'processing', 'partially_authorized', 'void_pending', 'review') GROUP BY state;

-- Money that came after its attempt had ended and that nobody but a person moves on (docs/payments.md, "Late successes").
SELECT 'kassa_books_attempts{state="late_review"} ' || count(*)
FROM idempotency WHERE state = 'running' AND scope = 'late' AND lease_until >= 4102444800000 HAVING count(*) > 0;

-- I4: nobody knows yet whether these took money.
SELECT 'kassa_books_unresolved_oldest_timestamp_seconds ' || (min(created_at) / 1000)
FROM attempt WHERE state IN ('sending', 'unknown') HAVING count(*) > 0;

-- I4: completions that no process has taken up again, although their time came.
SELECT 'kassa_books_completion_due_oldest_timestamp_seconds ' || (min(lease_until) / 1000)
FROM idempotency WHERE state = 'running' HAVING count(*) > 0;

-- D7: stock that should be free again. An open attempt keeps its stock.
SELECT 'kassa_books_reservation_due_oldest_timestamp_seconds ' || (min(r.expires_at) / 1000)
FROM reservation r WHERE r.state = 'live' AND NOT EXISTS (
  SELECT 1 FROM attempt a WHERE a.store_id = r.store_id AND a.order_id = r.order_id
  AND a.state IN ('created', 'sending', 'unknown', 'requires_action', 'processing', 'partially_authorized', 'void_pending', 'review')) HAVING count(*) > 0;

SELECT 'kassa_books_outbox_events{state="' || state || '"} ' || count(*)
FROM outbox WHERE state IN ('waiting', 'dead') GROUP BY state;

-- I15: the next try of a delivery, or its first, that should have been made. An event waits for the earlier ones of its
-- order: only the first counts.
SELECT 'kassa_books_outbox_due_oldest_timestamp_seconds ' || (min(o.due_at) / 1000)
FROM outbox o WHERE o.state = 'waiting' AND NOT EXISTS (
  SELECT 1 FROM outbox earlier WHERE earlier.store_id = o.store_id AND earlier.order_id = o.order_id
  AND earlier.seq < o.seq AND earlier.state = 'waiting') HAVING count(*) > 0;
