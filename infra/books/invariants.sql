-- The invariants as questions to the books, once a night: how many rows break each. Every answer must be 0. For SQLite
-- and PostgreSQL alike; one statement is one moment, so it may run beside a busy service. It reads whole tables.

-- I1 No double charge: net captured never above the order's total, at most one successful attempt.
SELECT 'kassa_books_violations{id="I1"} ' || count(*) FROM (
  SELECT p.order_id FROM purchase p JOIN attempt a ON a.store_id = p.store_id AND a.order_id = p.order_id
  GROUP BY p.store_id, p.order_id, p.total
  HAVING sum(a.captured - a.refunded) > p.total
  OR sum(CASE WHEN a.state IN ('authorized', 'captured', 'partially_captured') AND a.refunded < a.authorized THEN 1 ELSE 0 END) > 1)
broken;

-- I3 No lost order: what is paid is an order, or somebody is about to give it back.
SELECT 'kassa_books_violations{id="I3"} ' || count(*)
FROM attempt a JOIN purchase p ON p.store_id = a.store_id AND p.order_id = a.order_id
WHERE a.state = 'captured' AND a.refunded < a.captured AND p.order_state NOT IN ('confirmed', 'held', 'cancelled', 'closed')
AND NOT EXISTS (SELECT 1 FROM idempotency i WHERE i.store_id = a.store_id AND i.scope = 'late' AND i.idem_key = a.attempt_id
  AND i.state = 'running');

-- I5 No oversell.
SELECT 'kassa_books_violations{id="I5"} ' || count(*)
FROM stock WHERE reserved < 0 OR (reserved > 0 AND reserved > on_hand + allowance);

-- I6 No leaked stock: what is reserved is what live reservations hold.
SELECT 'kassa_books_violations{id="I6"} ' || count(*) FROM (
  SELECT s.variant_id FROM stock s LEFT JOIN reservation r ON r.store_id = s.store_id
  AND r.variant_id = s.variant_id AND r.location_id = s.location_id AND r.state = 'live'
  GROUP BY s.store_id, s.variant_id, s.location_id, s.reserved
  HAVING s.reserved <> coalesce(sum(r.quantity), 0)) broken;

-- I7 Discounts stay within their limits, every use is somebody's, a budget is what its orders take, and what a customer has
-- of a limited item is what is in orders.
SELECT 'kassa_books_violations{id="I7"} ' || count(*) FROM (
  SELECT d.discount_id FROM discount d LEFT JOIN redemption r
  ON r.store_id = d.store_id AND r.discount_id = d.discount_id
  GROUP BY d.store_id, d.discount_id, d.used, d.max_uses
  HAVING d.used <> count(r.n) OR (d.max_uses IS NOT NULL AND d.used > d.max_uses)
  UNION ALL SELECT b.discount_id FROM discount_budget b LEFT JOIN redemption r
  ON r.store_id = b.store_id AND r.discount_id = b.discount_id AND r.currency = b.currency
  GROUP BY b.store_id, b.discount_id, b.currency, b.spent
  HAVING b.spent <> coalesce(sum(r.amount), 0)
  UNION ALL SELECT i.variant_id FROM customer_item i LEFT JOIN customer_item_order o
  ON o.store_id = i.store_id AND o.variant_id = i.variant_id AND o.customer = i.customer
  GROUP BY i.store_id, i.variant_id, i.customer, i.bought
  HAVING i.bought <> coalesce(sum(o.quantity), 0)
  UNION ALL SELECT c.code_hash FROM discount_code c LEFT JOIN purchase p
  ON p.store_id = c.store_id AND p.order_id = c.order_id
  WHERE c.order_id IS NOT NULL AND p.order_id IS NULL) broken;

-- I10 The ledger: every entry sums to 0 in each currency, every paid order has one.
SELECT 'kassa_books_violations{id="I10"} ' || ((SELECT count(*) FROM (
  SELECT entry_id FROM ledger GROUP BY store_id, entry_id, currency HAVING sum(amount) <> 0) unbalanced)
  + (SELECT count(*) FROM purchase p WHERE p.order_state = 'confirmed' AND p.total > 0 AND NOT EXISTS (
  SELECT 1 FROM ledger l WHERE l.store_id = p.store_id AND l.order_id = p.order_id)));

-- I13 Histories are whole: one event for each version, numbered without gaps.
SELECT 'kassa_books_violations{id="I13"} ' || count(*) FROM (
  SELECT a.attempt_id FROM attempt a LEFT JOIN attempt_event e
  ON e.store_id = a.store_id AND e.attempt_id = a.attempt_id
  GROUP BY a.store_id, a.attempt_id, a.version
  HAVING count(e.seq) <> a.version OR coalesce(max(e.seq), -1) <> a.version - 1) broken;

-- I15 Webhooks of an order are numbered without gaps or doubles.
SELECT 'kassa_books_violations{id="I15"} ' || count(*) FROM (
  SELECT o.order_id FROM outbox o GROUP BY o.store_id, o.order_id, o.target
  HAVING count(*) <> count(DISTINCT o.seq)) broken;

-- I21 The audit trail is a chain.
SELECT 'kassa_books_violations{id="I21"} ' || count(*) FROM audit later
LEFT JOIN audit before ON before.store_id = later.store_id AND before.seq = later.seq - 1
WHERE later.seq > 1 AND (before.hash IS NULL OR later.previous <> before.hash);
