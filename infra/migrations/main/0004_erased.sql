-- min_reader: 3
-- Each process asks again and again who was erased lately, so that it forgets what it holds of them.

CREATE INDEX person_by_erasure ON person (erased_at) WHERE erased_at IS NOT NULL;
