-- Finding orders: by the telephone number of their buyer (a blind index, as of e-mails), by number, and by when they last
-- changed, which every transaction that changes an order keeps. Programs from before do not, and must not use this
-- database any more. Drafts are in no list. Persons of one e-mail stand in the order of their ids.

ALTER TABLE person ADD COLUMN phone_hash BYTEA;
CREATE INDEX person_by_phone ON person (store_id, phone_hash, person_id) WHERE phone_hash IS NOT NULL;
DROP INDEX person_by_email;
CREATE INDEX person_by_email ON person (store_id, email_hash, person_id);

ALTER TABLE purchase ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE purchase SET updated_at = coalesce((SELECT max(e.at) FROM purchase_event AS e
  WHERE e.store_id = purchase.store_id AND e.order_id = purchase.order_id), confirmed_at, created_at);
CREATE INDEX purchase_by_update ON purchase (store_id, updated_at, order_id) WHERE order_state <> 'draft';
CREATE INDEX purchase_by_number ON purchase (store_id, number) WHERE number IS NOT NULL;
