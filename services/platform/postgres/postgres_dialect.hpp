#pragma once
// Where PostgreSQL differs from the shared SQL text of infra/migrations and from what the core knows. The shared text
// is PostgreSQL's own dialect but for one thing: TEXT compares byte by byte, as in SQLite, whatever the database's
// locale is. Pure functions and constants.

#include <cstdint>
#include <string>
#include <string_view>

namespace kassa::platform {

/// TEXT becomes TEXT COLLATE "C". Text inside quotes and comments is left alone.
[[nodiscard]] std::string to_postgres_schema(std::string_view shared_text);

/// 1 to 63 of a-z, 0-9 and _, not beginning with a digit: needs no quotes anywhere.
[[nodiscard]] bool is_schema_name(std::string_view name) noexcept;

/// "-- min_reader: 3" in a migration: a program that knows only migrations up to number 3 may go on using a database
/// with this one (it only adds). 0 when nothing is said: then older programs are refused.
[[nodiscard]] std::int64_t min_reader_of(std::string_view migration_text) noexcept;

/// Run after the migrations of the main schema, as often as one likes: whoever moves a store's revision tells the
/// listeners of the channel that is named like the schema. The message is the store's id.
inline constexpr std::string_view kTellStoreChanges = R"(
CREATE OR REPLACE FUNCTION tell_store_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(TG_TABLE_SCHEMA, NEW.store_id);
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER tell_store_change AFTER UPDATE OF revision ON store
  FOR EACH ROW WHEN (OLD.revision IS DISTINCT FROM NEW.revision) EXECUTE FUNCTION tell_store_change();
)";

/// Run after the migrations of the main schema, as often as one likes: the full-text index over product_search. The
/// words are folded already and hold neither quotes nor white space, so no text search configuration takes part.
inline constexpr std::string_view kPostgresSearchIndex = R"(
ALTER TABLE product_search ADD COLUMN IF NOT EXISTS document tsvector GENERATED ALWAYS AS (CAST(
  regexp_replace(title, '([^ ]+)', '''\1'':1A', 'g') || ' ' ||
  regexp_replace(tags, '([^ ]+)', '''\1'':2B', 'g') || ' ' ||
  regexp_replace(words, '([^ ]+)', '''\1'':3C', 'g') AS tsvector)) STORED;
CREATE INDEX IF NOT EXISTS product_search_document ON product_search USING GIN (document);
)";

/// Run after the first one: whoever begins to erase a person tells the same listeners.
inline constexpr std::string_view kTellErasures = R"(
CREATE OR REPLACE TRIGGER tell_erasure AFTER UPDATE OF erased_at ON person
  FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION tell_store_change();
)";

}  // namespace kassa::platform
