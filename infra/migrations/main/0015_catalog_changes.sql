-- What changed in the catalogue, one row for each product (kind 'product') with its last change, or for all of it at once
-- (kind 'catalogue', no id). seq: revision * 2^21 and a number within the transaction; transactions that change the
-- catalogue are one after the other, so that nothing appears behind where a reader has been. goods_moves: how many of
-- the store's revisions changed products or prices alone; who holds the revision before needs to read only those again.
-- Programs from before would leave changes out and must not use this database any more.

CREATE TABLE catalog_change (
  store_id TEXT   NOT NULL,
  kind     TEXT   NOT NULL,
  id       TEXT   NOT NULL,
  revision BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (store_id, kind, id)
);
CREATE INDEX catalog_change_by_seq ON catalog_change (store_id, seq);

ALTER TABLE store ADD COLUMN goods_moves BIGINT NOT NULL DEFAULT 0;
