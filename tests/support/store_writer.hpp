#pragma once
// What the program store_writer and the tests that start it agree on.

#include <string_view>
#include <utility>

namespace kassa::store_writer {

/// The second takes many pages and the third needs the second, so that a crash in the middle would show.
inline constexpr std::pair<std::string_view, std::string_view> kMigrations[] = {
    {"0001_row", "CREATE TABLE row (id BIGINT NOT NULL PRIMARY KEY, body BYTEA NOT NULL);"},
    {"0002_filled",
     "CREATE TABLE filled (id BIGINT NOT NULL PRIMARY KEY, pad TEXT NOT NULL);"
     "INSERT INTO filled (id, pad) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
     "2000)"
     " SELECT i, '0123456789abcdef0123456789abcdef' FROM n;"},
    {"0003_index", "CREATE INDEX filled_by_pad ON filled (pad, id); DELETE FROM filled WHERE id > 1000;"},
};

// Exit codes of store_writer.
inline constexpr int kDone = 0;
inline constexpr int kCannotOpen = 3;
inline constexpr int kCannotMount = 4;
inline constexpr int kFatal = 70;

}  // namespace kassa::store_writer
