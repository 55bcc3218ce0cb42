#pragma once
// Where SQLite differs from the shared SQL text of infra/migrations: BIGINT becomes INT (the same 64 bits as
// INTEGER, but INTEGER PRIMARY KEY would invent a key for NULL), BYTEA becomes BLOB, and every CREATE TABLE
// ends in STRICT, so that SQLite checks types as PostgreSQL does. Pure functions. Text inside quotes and
// comments is left alone.

#include <string>
#include <string_view>

namespace kassa::platform {

[[nodiscard]] std::string to_sqlite_schema(std::string_view shared_text);

/// Run after the migrations of the main schema, as often as one likes: the full-text index over product_search. FTS5
/// flushes what it has gathered at each statement of a larger transaction, so triggers on the rows only note what is
/// due and what a row said before; the last step of the transaction (search_change) indexes all of it at once. Only a
/// connection that trusts the schema lets a trigger write to a virtual table; the file is this process's own.
inline constexpr std::string_view kSqliteSearchIndex = R"(
PRAGMA trusted_schema = ON;
CREATE VIRTUAL TABLE IF NOT EXISTS product_fts USING fts5(
  title, tags, words, content = '', detail = column, columnsize = 0, tokenize = 'ascii', prefix = '8 9');
CREATE TABLE IF NOT EXISTS search_due (doc INTEGER PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS search_gone (
  doc INTEGER PRIMARY KEY, title TEXT NOT NULL, tags TEXT NOT NULL, words TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS product_search_put AFTER INSERT ON product_search BEGIN
  INSERT OR IGNORE INTO search_due (doc) VALUES (NEW.doc);
END;
CREATE TRIGGER IF NOT EXISTS product_search_gone AFTER DELETE ON product_search BEGIN
  INSERT OR IGNORE INTO search_gone (doc, title, tags, words) SELECT OLD.doc, OLD.title, OLD.tags, OLD.words
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE doc = OLD.doc);
END;
CREATE TRIGGER IF NOT EXISTS product_search_moved AFTER UPDATE ON product_search BEGIN
  INSERT OR IGNORE INTO search_gone (doc, title, tags, words) SELECT OLD.doc, OLD.title, OLD.tags, OLD.words
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE doc = OLD.doc);
  INSERT OR IGNORE INTO search_due (doc) VALUES (NEW.doc);
END;
CREATE TRIGGER IF NOT EXISTS search_change_made AFTER INSERT ON search_change BEGIN
  INSERT INTO product_fts (product_fts, rowid, title, tags, words)
    SELECT 'delete', doc, title, tags, words FROM search_gone ORDER BY doc;
  INSERT INTO product_fts (rowid, title, tags, words)
    SELECT s.doc, s.title, s.tags, s.words FROM search_due d JOIN product_search s ON s.doc = d.doc ORDER BY d.doc;
  DELETE FROM search_gone;
  DELETE FROM search_due;
END;
CREATE TRIGGER IF NOT EXISTS search_change_moved AFTER UPDATE ON search_change BEGIN
  INSERT INTO product_fts (product_fts, rowid, title, tags, words)
    SELECT 'delete', doc, title, tags, words FROM search_gone ORDER BY doc;
  INSERT INTO product_fts (rowid, title, tags, words)
    SELECT s.doc, s.title, s.tags, s.words FROM search_due d JOIN product_search s ON s.doc = d.doc ORDER BY d.doc;
  DELETE FROM search_gone;
  DELETE FROM search_due;
END;
)";

}  // namespace kassa::platform
