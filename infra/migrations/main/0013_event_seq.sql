-- min_reader: 3
-- How many events an order has had. Those that were delivered are dropped after a while; their numbers are never given
-- again.

ALTER TABLE purchase ADD COLUMN event_seq BIGINT NOT NULL DEFAULT 1;
