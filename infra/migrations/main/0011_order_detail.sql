-- min_reader: 3
-- Terms under which a variant is sold (JSON, empty for most), prices of lists, and what customers have of variants with a
-- limit for each customer. Times are milliseconds; a price that is always valid has 0 and the largest number.

ALTER TABLE variant ADD COLUMN terms TEXT NOT NULL DEFAULT '';

CREATE TABLE list_price (
  store_id      TEXT   NOT NULL,
  variant_id    TEXT   NOT NULL,
  currency      TEXT   NOT NULL,
  list_id       TEXT   NOT NULL,
  shopper_group TEXT   NOT NULL,
  min_quantity  BIGINT NOT NULL CHECK (min_quantity >= 1),
  valid_from    BIGINT NOT NULL,
  valid_until   BIGINT NOT NULL,
  amount        BIGINT NOT NULL CHECK (amount >= 0),
  compare_at    BIGINT,
  PRIMARY KEY (store_id, variant_id, currency, list_id, shopper_group, min_quantity, valid_from, valid_until),
  FOREIGN KEY (store_id, variant_id) REFERENCES variant (store_id, variant_id)
);

CREATE TABLE customer_item (
  store_id   TEXT   NOT NULL,
  variant_id TEXT   NOT NULL,
  customer   TEXT   NOT NULL,
  bought     BIGINT NOT NULL CHECK (bought >= 0),
  PRIMARY KEY (store_id, variant_id, customer)
);

CREATE TABLE customer_item_order (
  store_id   TEXT   NOT NULL,
  order_id   TEXT   NOT NULL,
  variant_id TEXT   NOT NULL,
  customer   TEXT   NOT NULL,
  quantity   BIGINT NOT NULL CHECK (quantity >= 1),
  PRIMARY KEY (store_id, order_id, variant_id)
);
