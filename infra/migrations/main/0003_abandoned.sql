-- Canceled checkouts go with the abandoned ones. When an incoming event was applied was never asked for.

DROP INDEX checkout_abandoned;
CREATE INDEX checkout_abandoned ON checkout (expires_at) WHERE state IN ('open', 'canceled');
ALTER TABLE inbox DROP COLUMN applied_at;
