-- min_reader: 3
-- How often the buyer of an e-mail has ordered, for discount rules that ask. Completions of one buyer take turns: whoever
-- counts sees what the one before has reserved. A turn is shared by many buyers, so its row says nothing about anybody.

CREATE INDEX purchase_by_person ON purchase (store_id, person_id);

CREATE TABLE buyer_turn (
  store_id TEXT   NOT NULL,
  slot     BIGINT NOT NULL,
  turns    BIGINT NOT NULL,
  PRIMARY KEY (store_id, slot)
);
