-- min_reader: 3
-- What the search of the catalogue reads: the folded words of each published product, written with the product's own row in
-- one transaction (services/catalog/search_index). The full-text index over them is each engine's own: see the
-- dialect files. doc: numbers products in the order in which they came to be searchable. folding: which rules made the
-- words; rows of other rules, and products without a row, are written when kassad starts.

CREATE TABLE product_search (
  store_id   TEXT   NOT NULL,
  product_id TEXT   NOT NULL,
  doc        BIGINT NOT NULL,
  revision   BIGINT NOT NULL,
  folding    BIGINT NOT NULL,
  title      TEXT   NOT NULL,
  tags       TEXT   NOT NULL,
  words      TEXT   NOT NULL,
  PRIMARY KEY (store_id, product_id)
);
CREATE INDEX product_search_by_doc ON product_search (doc, store_id, product_id);
CREATE INDEX variant_by_product ON variant (store_id, product_id, position);

-- Moved last by a transaction that wrote rows above: an engine that indexes many rows at once does it then.
CREATE TABLE search_change (
  store_id TEXT   NOT NULL PRIMARY KEY,
  n        BIGINT NOT NULL
);
