#include "services/platform/store/sqlite_migrations.hpp"

#include "services/base/hash.hpp"
#include "services/platform/store/sqlite_dialect.hpp"

namespace kassa::platform {
namespace {

using Params = std::vector<ports::SqlValue>;

constexpr std::string_view kVersionTable =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
    "sha256 TEXT NOT NULL)";

Error refuse_schema(std::string why) { return {Errc::kStoreUnavailable, std::move(why)}; }

Result<std::size_t> check_applied(SqliteConnection& db, std::span<const Migration> migrations) {
  auto read = db.run("SELECT version, name, sha256 FROM schema_version ORDER BY version");
  if (!read) return to_error(read.error());
  const auto& applied = read.value().returned;
  if (applied.size() > migrations.size()) {
    return refuse_schema("the database has schema " + std::to_string(applied.size()) + ", newer than the schema " +
                         std::to_string(migrations.size()) + " of this program");
  }
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const std::string name(migrations[i].first);
    if (ports::as_int(applied[i][0]) != static_cast<std::int64_t>(i + 1)) {
      return refuse_schema("schema_version has a gap before " + ports::as_string(applied[i][1]));
    }
    if (ports::as_string(applied[i][1]) != name) {
      return refuse_schema("the database was migrated by " + ports::as_string(applied[i][1]) +
                           " where this program has " + name);
    }
    if (ports::as_string(applied[i][2]) != sha256_hex(migrations[i].second)) {
      return refuse_schema("migration " + name + " was changed after it had been applied");
    }
  }
  return applied.size();
}

SqliteResult<void> apply(SqliteConnection& db, std::size_t version, const Migration& migration) {
  BOOST_OUTCOME_TRY(db.script(to_sqlite_schema(migration.second)));
  const Params row{static_cast<std::int64_t>(version), std::string(migration.first), sha256_hex(migration.second)};
  BOOST_OUTCOME_TRY(db.run("INSERT INTO schema_version (version, name, sha256) VALUES ($1, $2, $3)", row));
  return db.script("COMMIT");
}

}  // namespace

Result<std::size_t> migrate(SqliteConnection& db, std::span<const Migration> migrations) {
  if (auto made = db.script(to_sqlite_schema(kVersionTable)); !made) return to_error(made.error());
  KASSA_TRY(const std::size_t known, check_applied(db, migrations));
  for (std::size_t i = known; i < migrations.size(); ++i) {
    if (auto begun = db.script("BEGIN IMMEDIATE"); !begun) return to_error(begun.error());
    if (auto applied = apply(db, i + 1, migrations[i]); !applied) {
      if (db.in_transaction()) static_cast<void>(db.script("ROLLBACK"));
      return refuse_schema("migration " + std::string(migrations[i].first) + " failed: " + applied.error().message);
    }
  }
  return migrations.size() - known;
}

}  // namespace kassa::platform
