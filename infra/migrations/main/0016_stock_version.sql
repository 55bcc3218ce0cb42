-- How often a level was changed: of two readings of one row the later one is known by it, in whatever order they arrive.
-- Programs from before leave it alone, which does no harm: what a process reads anew counts whatever the number says.

ALTER TABLE stock ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
