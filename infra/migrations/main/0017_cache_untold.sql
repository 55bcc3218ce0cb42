-- Checkouts of which a shared cache may hold something from before a completion or a cancel, because whoever wrote that
-- could not tell it. Any process looks, drops what is old and the row with it.

CREATE TABLE cache_untold (
  store_id    TEXT   NOT NULL,
  checkout_id TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (store_id, checkout_id)
);
