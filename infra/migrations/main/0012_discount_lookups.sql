-- min_reader: 3
-- A change of one rule is judged beside what a process has compiled of the others: it asks for those that have changed
-- since, and for those that are switched off, which no process compiles. Never for all.

CREATE INDEX discount_by_revision ON discount (store_id, revision);
CREATE INDEX discount_off ON discount (store_id, discount_id) WHERE retired = 2;
