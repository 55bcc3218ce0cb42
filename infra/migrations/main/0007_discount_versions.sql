-- min_reader: 3
-- What a discount rule said before each change. discount.retired: 0 live, 1 retired, 2 switched off by the merchant; whoever
-- reads the live rules alone asks for 0, as before.

CREATE TABLE discount_version (
  store_id    TEXT   NOT NULL,
  discount_id TEXT   NOT NULL,
  revision    BIGINT NOT NULL,
  body        TEXT   NOT NULL,
  retired     BIGINT NOT NULL,
  replaced_at BIGINT NOT NULL,
  replaced_by TEXT   NOT NULL,
  PRIMARY KEY (store_id, discount_id, revision),
  FOREIGN KEY (store_id, discount_id) REFERENCES discount (store_id, discount_id)
);
