#pragma once
// Brings a schema of a PostgreSQL database to what this program knows. Forward only: each migration runs once, in its
// own transaction together with its row in schema_version. Several processes may start at once: an advisory lock lets
// one at a time look and migrate. Blocks; runs in open(), before the store's threads exist.

#include <span>
#include <string_view>
#include <utility>

#include "services/platform/postgres/postgres_session.hpp"

namespace kassa::platform {

using PostgresMigration = std::pair<std::string_view, std::string_view>;  ///< Name, SQL text in the shared dialect.

/// The number of migrations applied now; makes the schema when it does not exist. Refuses a database in which an
/// applied migration has another name or text (by SHA-256), and one with a newer schema, unless each newer migration
/// says that older programs may go on (see min_reader_of). `afterwards`: what PostgreSQL alone has, run last, when this
/// program's schema is the newest. A text of it runs when its name was never run, or with another text, each in its own
/// transaction: even "IF NOT EXISTS" locks tables against everybody, behind whoever is still reading them.
[[nodiscard]] Result<std::size_t> migrate_postgres(const PostgresSession& session,
                                                   std::span<const PostgresMigration> migrations,
                                                   std::span<const PostgresMigration> afterwards);

}  // namespace kassa::platform
