#pragma once
// Where SQLite differs from the shared SQL text of infra/migrations: BIGINT becomes INT (the same 64 bits as
// INTEGER, but INTEGER PRIMARY KEY would invent a key for NULL), BYTEA becomes BLOB, and every CREATE TABLE
// ends in STRICT, so that SQLite checks types as PostgreSQL does. Pure functions. Text inside quotes and
// comments is left alone.

#include <string>
#include <string_view>

namespace kassa::platform {

[[nodiscard]] std::string to_sqlite_schema(std::string_view shared_text);

}  // namespace kassa::platform
