-- min_reader: 3
-- A sample of priced carts without their buyers, on which a merchant tries out other discount rules. A recording's id
-- follows from the person's key, which is not in this database: once the person is erased, nobody can tell whose it was.
-- body: what pricing asks of a cart, and nothing that a shopper wrote.

CREATE TABLE recorded_carts (
  store_id     TEXT   NOT NULL,
  recording_id TEXT   NOT NULL,
  priced_at    BIGINT NOT NULL,
  outcome      TEXT   NOT NULL CHECK (outcome IN ('open', 'ordered')),
  body         TEXT   NOT NULL,
  PRIMARY KEY (store_id, recording_id)
);
CREATE INDEX recorded_carts_newest ON recorded_carts (store_id, priced_at, recording_id);
CREATE INDEX recorded_carts_by_age ON recorded_carts (priced_at);
