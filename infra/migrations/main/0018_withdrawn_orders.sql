-- min_reader: 17
-- Lists of changed orders tell those, too, that were held and are drafts again: drafts that were changed after they had
-- been made. Goods are looked up by their SKU. Orders whose delivered events were dropped before their number was kept
-- (event_seq) had at least one event more than their history has entries.

DROP INDEX purchase_by_update;
CREATE INDEX purchase_by_update ON purchase (store_id, updated_at, order_id)
  WHERE order_state <> 'draft' OR updated_at > created_at;
CREATE INDEX variant_by_sku ON variant (store_id, sku);
UPDATE purchase SET event_seq = (SELECT 1 + max(e.seq) FROM purchase_event AS e
  WHERE e.store_id = purchase.store_id AND e.order_id = purchase.order_id)
  WHERE EXISTS (SELECT 1 FROM purchase_event AS e WHERE e.store_id = purchase.store_id
  AND e.order_id = purchase.order_id AND e.seq >= purchase.event_seq);
