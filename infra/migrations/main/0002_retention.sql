-- What the retention duty looks for: rows whose time is over, oldest first. The conditions are inequalities, and so in its
-- statements, because equality would draw a planner without statistics to the indexes by state.

CREATE INDEX idempotency_by_age ON idempotency (created_at) WHERE state <> 'running';
CREATE INDEX checkout_answer_by_age ON checkout_answer (at);
CREATE INDEX checkout_abandoned ON checkout (expires_at) WHERE state = 'open';
CREATE INDEX inbox_by_age ON inbox (received_at);
CREATE INDEX outbox_by_age ON outbox (ended_at) WHERE state <> 'waiting' AND state <> 'dead';
