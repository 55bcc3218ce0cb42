-- The sandbox gateway's own book: what it charged, whatever Kassa believes. Never holds a credential token.

-- One row per gateway key, for ever. state: captured, authorized, declined, requires_action, processing, voided.
-- Money is held where state = 'captured' (amount - refunded) and promised where state = 'authorized'.
CREATE TABLE charge (
  gateway_key   TEXT   NOT NULL PRIMARY KEY,
  charge_id     TEXT   NOT NULL,  -- Kassa's gateway_ref.
  reference     TEXT   NOT NULL,  -- Kassa's attempt id.
  amount        BIGINT NOT NULL CHECK (amount > 0),
  currency      TEXT   NOT NULL,
  state         TEXT   NOT NULL,
  script        TEXT   NOT NULL,  -- What the token asked for.
  decline_code  TEXT   NOT NULL,
  fingerprint   TEXT   NOT NULL,  -- SHA-256 of the parameters: the same key with others is refused.
  answer_status BIGINT NOT NULL,  -- The first answer, repeated byte for byte.
  answer        TEXT   NOT NULL,
  refunded      BIGINT NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount),
  created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX charge_by_id ON charge (charge_id);
CREATE INDEX charge_by_reference ON charge (reference);

-- One row per refund or void that took place. total: refunded of the charge after it.
CREATE TABLE refund (
  refund_key  TEXT   NOT NULL PRIMARY KEY,
  refund_id   TEXT   NOT NULL,
  charge_id   TEXT   NOT NULL REFERENCES charge (charge_id),
  reference   TEXT   NOT NULL,
  kind        TEXT   NOT NULL CHECK (kind IN ('refund', 'void')),
  amount      BIGINT NOT NULL CHECK (amount > 0),
  currency    TEXT   NOT NULL,
  total       BIGINT NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE INDEX refund_by_charge ON refund (charge_id);
