-- min_reader: 3
-- Codes of rules with a pool, each good for one order: by a hash of the code, so that a million of them cost nothing until
-- one is typed. order_id: the order that has it, from its reservation on; null again when that comes to nothing. No foreign
-- key: rules are never deleted, and checking each of a hundred thousand rows costs more than writing it.

CREATE TABLE discount_code (
  store_id    TEXT   NOT NULL,
  code_hash   TEXT   NOT NULL,
  discount_id TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,
  order_id    TEXT,
  PRIMARY KEY (store_id, code_hash)
);
CREATE INDEX discount_code_by_order ON discount_code (store_id, order_id) WHERE order_id IS NOT NULL;
