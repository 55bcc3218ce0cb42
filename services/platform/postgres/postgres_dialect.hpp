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

/// One of what follows the migrations of the main schema (see migrate_postgres()): whoever moves a store's revision
/// tells the listeners of the channel that is named like the schema. The message is the store's id.
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

/// The same: the full-text index over product_search. The words are folded already and hold no white space, so no text
/// search configuration takes part. A lexeme says where its word stands, because a GIN index holds no weights and would
/// have every product read for them: "a" in the title, "b" in title or tags, "c" anywhere. The "r" lexemes name the
/// blocks of 2^10, 2^12, 2^14 and 2^16 numbers that a document belongs to (see PostgresCatalogSearch). Whoever has
/// written rows puts what waits for the index into it: a search would read that row by row.
inline constexpr std::string_view kPostgresSearchIndex = R"(
ALTER TABLE product_search DROP COLUMN IF EXISTS document, DROP COLUMN IF EXISTS lexemes;
ALTER TABLE product_search ADD COLUMN lexemes tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(
  'r10_' || CAST(doc >> 10 AS text) || ' r12_' || CAST(doc >> 12 AS text) ||
  ' r14_' || CAST(doc >> 14 AS text) || ' r16_' || CAST(doc >> 16 AS text) ||
  replace(' ' || title, ' ', ' a') || replace(' ' || title || ' ' || tags, ' ', ' b') ||
  replace(' ' || title || ' ' || tags || ' ' || words, ' ', ' c'), ' '))) STORED;
CREATE INDEX product_search_lexemes ON product_search USING GIN (lexemes);
CREATE INDEX IF NOT EXISTS product_search_of_store ON product_search (store_id, doc);
CREATE OR REPLACE FUNCTION index_search_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM gin_clean_pending_list(to_regclass(quote_ident(TG_TABLE_SCHEMA) || '.product_search_lexemes'));
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER index_search_changes AFTER INSERT OR UPDATE ON search_change
  FOR EACH ROW EXECUTE FUNCTION index_search_changes();
)";

/// The same, behind the first one: whoever begins to erase a person tells the same listeners.
inline constexpr std::string_view kTellErasures = R"(
CREATE OR REPLACE TRIGGER tell_erasure AFTER UPDATE OF erased_at ON person
  FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION tell_store_change();
)";

}  // namespace kassa::platform
