-- min_reader: 3
-- Budgets of discount rules: what orders take of each, by currency. A redemption says what its own order takes, so that it
-- can be given back. The most that may be taken stands in the rule.

CREATE TABLE discount_budget (
  store_id    TEXT   NOT NULL,
  discount_id TEXT   NOT NULL,
  currency    TEXT   NOT NULL,
  spent       BIGINT NOT NULL CHECK (spent >= 0),
  PRIMARY KEY (store_id, discount_id, currency),
  FOREIGN KEY (store_id, discount_id) REFERENCES discount (store_id, discount_id)
);

ALTER TABLE redemption ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE redemption ADD COLUMN amount BIGINT NOT NULL DEFAULT 0;
