-- Kassa's first schema, in the dialect shared by SQLite and PostgreSQL. Every primary key starts with store_id. Amounts are
-- minor units beside their currency. Times are milliseconds since 1970-01-01 UTC. Columns named sealed_* hold ciphertext.

CREATE TABLE store (
  store_id   TEXT   NOT NULL PRIMARY KEY,
  mode       TEXT   NOT NULL CHECK (mode IN ('test', 'live')),
  settings   TEXT   NOT NULL,
  revision   BIGINT NOT NULL,
  next_order BIGINT NOT NULL DEFAULT 1001,
  created_at BIGINT NOT NULL
);

CREATE TABLE api_key (
  store_id   TEXT   NOT NULL REFERENCES store (store_id),
  key_id     TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('pk', 'sk')),
  mode       TEXT   NOT NULL CHECK (mode IN ('test', 'live')),
  hash       TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (store_id, key_id)
);
CREATE UNIQUE INDEX api_key_by_id ON api_key (key_id);

CREATE TABLE signing_key (
  store_id   TEXT   NOT NULL REFERENCES store (store_id),
  kid        TEXT   NOT NULL,
  sealed_pem BYTEA  NOT NULL,
  created_at BIGINT NOT NULL,
  retired_at BIGINT,
  PRIMARY KEY (store_id, kid)
);

-- Catalogue ---------------------------------------------------------------------------------------------------------
-- What quotes read are columns, so that a store loads fast; body holds the rest (description, images). Tags are separated
-- by newlines. Nothing here is deleted, because stock and orders refer to it: a product is unpublished, a variant is
-- withdrawn (a bit of flags), a location is closed, a discount or gateway is retired.
CREATE TABLE product (
  store_id   TEXT   NOT NULL REFERENCES store (store_id),
  product_id TEXT   NOT NULL,
  handle     TEXT   NOT NULL,
  title      TEXT   NOT NULL,
  vendor     TEXT   NOT NULL DEFAULT '',
  category   TEXT   NOT NULL DEFAULT '',
  tags       TEXT   NOT NULL DEFAULT '',
  image_url  TEXT   NOT NULL DEFAULT '',
  body       TEXT   NOT NULL,
  published  BIGINT NOT NULL,
  revision   BIGINT NOT NULL,
  PRIMARY KEY (store_id, product_id)
);

CREATE TABLE variant (
  store_id   TEXT   NOT NULL,
  variant_id TEXT   NOT NULL,
  product_id TEXT   NOT NULL,
  position   BIGINT NOT NULL,
  title      TEXT   NOT NULL,
  sku        TEXT   NOT NULL,
  image_url  TEXT   NOT NULL DEFAULT '',
  tax_class  TEXT   NOT NULL DEFAULT 'standard',
  body       TEXT   NOT NULL,
  grams      BIGINT NOT NULL,
  flags      BIGINT NOT NULL,
  revision   BIGINT NOT NULL,
  PRIMARY KEY (store_id, variant_id),
  FOREIGN KEY (store_id, product_id) REFERENCES product (store_id, product_id)
);

CREATE TABLE price (
  store_id   TEXT   NOT NULL,
  variant_id TEXT   NOT NULL,
  currency   TEXT   NOT NULL,
  amount     BIGINT NOT NULL CHECK (amount >= 0),
  compare_at BIGINT,
  PRIMARY KEY (store_id, variant_id, currency),
  FOREIGN KEY (store_id, variant_id) REFERENCES variant (store_id, variant_id)
);

CREATE TABLE location (
  store_id    TEXT   NOT NULL REFERENCES store (store_id),
  location_id TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  country     TEXT   NOT NULL,
  region      TEXT   NOT NULL,
  priority    BIGINT NOT NULL,
  body        TEXT   NOT NULL,
  closed      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (store_id, location_id)
);

-- on_hand may be negative in real exports; nothing can then be reserved, and what is reserved never exceeds what is there.
CREATE TABLE stock (
  store_id    TEXT   NOT NULL,
  variant_id  TEXT   NOT NULL,
  location_id TEXT   NOT NULL,
  on_hand     BIGINT NOT NULL,
  allowance   BIGINT NOT NULL DEFAULT 0 CHECK (allowance >= 0),
  reserved    BIGINT NOT NULL DEFAULT 0,
  sold        BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (store_id, variant_id, location_id),
  FOREIGN KEY (store_id, variant_id) REFERENCES variant (store_id, variant_id),
  FOREIGN KEY (store_id, location_id) REFERENCES location (store_id, location_id),
  CHECK (reserved >= 0 AND (reserved = 0 OR reserved <= on_hand + allowance))
);

-- Configuration loaded from a bundle or the admin API -----------------------------------------------------------------
CREATE TABLE discount (
  store_id    TEXT   NOT NULL REFERENCES store (store_id),
  discount_id TEXT   NOT NULL,
  body        TEXT   NOT NULL,
  max_uses    BIGINT,
  used        BIGINT NOT NULL DEFAULT 0,
  retired     BIGINT NOT NULL DEFAULT 0,
  revision    BIGINT NOT NULL,
  PRIMARY KEY (store_id, discount_id),
  CHECK (used >= 0 AND (max_uses IS NULL OR used <= max_uses))
);

CREATE TABLE redemption (
  store_id    TEXT   NOT NULL,
  discount_id TEXT   NOT NULL,
  customer    TEXT   NOT NULL,
  n           BIGINT NOT NULL,
  order_id    TEXT   NOT NULL,
  PRIMARY KEY (store_id, discount_id, customer, n),
  FOREIGN KEY (store_id, discount_id) REFERENCES discount (store_id, discount_id)
);
CREATE INDEX redemption_by_order ON redemption (store_id, order_id);

-- kind: shipping (zone tables), tax (rate tables); one JSON document each.
CREATE TABLE rate_table (
  store_id TEXT   NOT NULL REFERENCES store (store_id),
  kind     TEXT   NOT NULL,
  body     TEXT   NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (store_id, kind)
);

CREATE TABLE gateway (
  store_id           TEXT   NOT NULL REFERENCES store (store_id),
  gateway_id         TEXT   NOT NULL,
  adapter            TEXT   NOT NULL,
  body               TEXT   NOT NULL,
  sealed_credentials BYTEA,
  retired            BIGINT NOT NULL DEFAULT 0,
  revision           BIGINT NOT NULL,
  PRIMARY KEY (store_id, gateway_id)
);

-- People: everything personal is sealed under a key of the person; destroying the key erases the person ------------------
CREATE TABLE person (
  store_id   TEXT   NOT NULL,
  person_id  TEXT   NOT NULL,
  email_hash BYTEA,
  created_at BIGINT NOT NULL,
  erased_at  BIGINT,
  PRIMARY KEY (store_id, person_id)
);
CREATE INDEX person_by_email ON person (store_id, email_hash);

CREATE TABLE shopper (
  store_id       TEXT   NOT NULL,
  person_id      TEXT   NOT NULL,
  sealed_profile BYTEA  NOT NULL,
  revision       BIGINT NOT NULL,
  PRIMARY KEY (store_id, person_id),
  FOREIGN KEY (store_id, person_id) REFERENCES person (store_id, person_id)
);

-- Checkouts --------------------------------------------------------------------------------------------------------------
-- The journal of open sessions and the truth about completed ones. state: open, completing, completed, canceled, expired.
CREATE TABLE checkout (
  store_id    TEXT   NOT NULL,
  checkout_id TEXT   NOT NULL,
  epoch       BIGINT NOT NULL,
  n           BIGINT NOT NULL,
  state       TEXT   NOT NULL,
  person_id   TEXT   NOT NULL,
  sealed_body BYTEA  NOT NULL,
  expires_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (store_id, checkout_id)
);

-- Answers to creates and updates with an idempotency key, replayed byte for byte; kept with their session.
CREATE TABLE checkout_answer (
  store_id    TEXT   NOT NULL,
  checkout_id TEXT   NOT NULL,
  answer_key  TEXT   NOT NULL,
  fingerprint TEXT   NOT NULL,
  status      BIGINT NOT NULL,
  sealed_body BYTEA  NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (store_id, checkout_id, answer_key)
);

CREATE TABLE purchase (
  store_id       TEXT   NOT NULL,
  order_id       TEXT   NOT NULL,
  checkout_id    TEXT   NOT NULL,
  person_id      TEXT   NOT NULL,
  number         BIGINT,
  order_state    TEXT   NOT NULL CHECK (order_state IN ('draft', 'confirmed', 'held', 'cancelled', 'closed')),
  payment_state  TEXT   NOT NULL,
  fulfil_state   TEXT   NOT NULL,
  currency       TEXT   NOT NULL,
  total          BIGINT NOT NULL CHECK (total >= 0),
  owner          TEXT   NOT NULL,
  sealed_body    BYTEA  NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  confirmed_at   BIGINT,
  PRIMARY KEY (store_id, order_id)
);
CREATE UNIQUE INDEX purchase_by_checkout ON purchase (store_id, checkout_id);

CREATE TABLE purchase_event (
  store_id TEXT   NOT NULL,
  order_id TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  kind     TEXT   NOT NULL,
  body     TEXT   NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (store_id, order_id, seq),
  FOREIGN KEY (store_id, order_id) REFERENCES purchase (store_id, order_id)
);

-- state: live (holds reserved stock), sold (moved out of stock), released.
CREATE TABLE reservation (
  store_id    TEXT   NOT NULL,
  order_id    TEXT   NOT NULL,
  variant_id  TEXT   NOT NULL,
  location_id TEXT   NOT NULL,
  quantity    BIGINT NOT NULL CHECK (quantity > 0),
  state       TEXT   NOT NULL CHECK (state IN ('live', 'sold', 'released')),
  expires_at  BIGINT NOT NULL,
  PRIMARY KEY (store_id, order_id, variant_id, location_id),
  FOREIGN KEY (store_id, order_id) REFERENCES purchase (store_id, order_id)
);
CREATE INDEX reservation_due ON reservation (state, expires_at);

-- Money -------------------------------------------------------------------------------------------------------------------
CREATE TABLE attempt (
  store_id       TEXT   NOT NULL,
  attempt_id     TEXT   NOT NULL,
  order_id       TEXT   NOT NULL,
  n              BIGINT NOT NULL,
  gateway_id     TEXT   NOT NULL,
  gateway_key    TEXT   NOT NULL,
  gateway_ref    TEXT,
  state          TEXT   NOT NULL,
  currency       TEXT   NOT NULL,
  amount         BIGINT NOT NULL CHECK (amount > 0),
  authorized     BIGINT NOT NULL DEFAULT 0,
  captured       BIGINT NOT NULL DEFAULT 0,
  refunded       BIGINT NOT NULL DEFAULT 0,
  sealed_request BYTEA  NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  PRIMARY KEY (store_id, attempt_id),
  FOREIGN KEY (store_id, order_id) REFERENCES purchase (store_id, order_id),
  CHECK (captured <= authorized AND refunded <= captured)
);
CREATE UNIQUE INDEX attempt_by_order ON attempt (store_id, order_id, n);
CREATE UNIQUE INDEX attempt_by_key ON attempt (gateway_key);
CREATE INDEX attempt_open ON attempt (state, updated_at);

CREATE TABLE attempt_event (
  store_id    TEXT   NOT NULL,
  attempt_id  TEXT   NOT NULL,
  seq         BIGINT NOT NULL,
  kind        TEXT   NOT NULL,
  gateway_ref TEXT   NOT NULL,
  amount      BIGINT NOT NULL,
  currency    TEXT   NOT NULL,
  detail      TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (store_id, attempt_id, seq),
  FOREIGN KEY (store_id, attempt_id) REFERENCES attempt (store_id, attempt_id)
);

-- Each entry_id groups lines that sum to 0 per currency.
CREATE TABLE ledger (
  store_id TEXT   NOT NULL,
  entry_id TEXT   NOT NULL,
  line     BIGINT NOT NULL,
  order_id TEXT   NOT NULL,
  account  TEXT   NOT NULL,
  currency TEXT   NOT NULL,
  amount   BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (store_id, entry_id, line)
);
CREATE INDEX ledger_by_order ON ledger (store_id, order_id);

-- Same key, same answer. state: running (leased, fenced by version), finished. Unfinished rows are never reaped. parked: no
-- process works on it; lease_until is then only the time of the next try, and a client's retry may take it at once.
CREATE TABLE idempotency (
  store_id      TEXT   NOT NULL,
  scope         TEXT   NOT NULL,
  idem_key      TEXT   NOT NULL,
  fingerprint   TEXT   NOT NULL,
  state         TEXT   NOT NULL CHECK (state IN ('running', 'finished')),
  version       BIGINT NOT NULL,
  lease_until   BIGINT NOT NULL,
  parked        BIGINT NOT NULL DEFAULT 0,
  checkout_id   TEXT   NOT NULL,
  person_id     TEXT   NOT NULL,
  rendering     TEXT   NOT NULL,
  status        BIGINT,
  sealed_answer BYTEA,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (store_id, scope, idem_key)
);
CREATE INDEX idempotency_running ON idempotency (state, lease_until);
CREATE INDEX idempotency_by_checkout ON idempotency (store_id, checkout_id);

-- Messages ------------------------------------------------------------------------------------------------------------------
CREATE TABLE outbox (
  store_id      TEXT   NOT NULL,
  event_id      TEXT   NOT NULL,
  order_id      TEXT   NOT NULL,
  seq           BIGINT NOT NULL,
  dialect       TEXT   NOT NULL,
  target        TEXT   NOT NULL,
  person_id     TEXT   NOT NULL,
  sealed_body   BYTEA  NOT NULL,
  created_at    BIGINT NOT NULL,
  due_at        BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL DEFAULT 0,
  attempts      BIGINT NOT NULL DEFAULT 0,
  state         TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
  last_error    TEXT,
  ended_at      BIGINT,
  PRIMARY KEY (store_id, event_id)
);
CREATE INDEX outbox_due ON outbox (state, due_at);
CREATE INDEX outbox_by_order ON outbox (store_id, order_id, seq);

CREATE TABLE inbox (
  store_id    TEXT   NOT NULL,
  gateway_id  TEXT   NOT NULL,
  event_key   TEXT   NOT NULL,
  body        BYTEA  NOT NULL,
  received_at BIGINT NOT NULL,
  applied_at  BIGINT,
  PRIMARY KEY (store_id, gateway_id, event_key)
);

-- Hash-chained: hash = SHA-256(previous hash, canonical row).
CREATE TABLE audit (
  store_id TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  actor    TEXT   NOT NULL,
  action   TEXT   NOT NULL,
  subject  TEXT   NOT NULL,
  detail   TEXT   NOT NULL,
  previous TEXT   NOT NULL,
  hash     TEXT   NOT NULL,
  PRIMARY KEY (store_id, seq)
);
