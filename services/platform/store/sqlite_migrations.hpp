#pragma once
// Brings a database to the schema this program knows. Forward only: each migration runs once, in its own
// transaction together with its row in schema_version, so a crash leaves either all of it or nothing. Runs in
// open(), before any other thread exists.

#include <span>
#include <string_view>
#include <utility>

#include "services/platform/store/sqlite_connection.hpp"

namespace kassa::platform {

using Migration = std::pair<std::string_view, std::string_view>;  ///< Name, SQL text in the shared dialect.

/// The number of migrations applied now. Refuses a database whose schema is newer, or in which an applied
/// migration has another name or another text (by SHA-256) than the one given.
[[nodiscard]] Result<std::size_t> migrate(SqliteConnection& db, std::span<const Migration> migrations);

}  // namespace kassa::platform
