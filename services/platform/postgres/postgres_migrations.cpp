#include "services/platform/postgres/postgres_migrations.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>

#include "services/base/hash.hpp"
#include "services/platform/postgres/postgres_dialect.hpp"

namespace kassa::platform {
namespace {

// Several starting processes wait for the one that migrates; an index over a large table takes its time.
constexpr std::string_view kTimes = "SET statement_timeout = '15min'; SET lock_timeout = '30s'";
constexpr std::string_view kVersionTable =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
    "sha256 TEXT NOT NULL, min_reader BIGINT NOT NULL)";
constexpr std::string_view kExtraTable =
    "CREATE TABLE IF NOT EXISTS schema_extra (name TEXT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL)";

Error refuse(std::string why) { return {Errc::kStoreUnavailable, std::move(why)}; }

struct CloseBlocking {
  void operator()(pg_conn* connection) const noexcept { PQfinish(connection); }
};
struct ClearBlocking {
  void operator()(pg_result* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<pg_result, ClearBlocking>;

struct Applied {
  std::int64_t version{};
  std::string name;
  std::string sha256;
  std::int64_t min_reader{};
};

/// The blocking use of libpq, for start-up only.
class Migrator {
 public:
  explicit Migrator(const PostgresSession& session) : session_(session) {}

  Result<void> connect() {
    connection_.reset(begin_connecting(session_));
    if (!connection_) return refuse("PostgreSQL: out of memory");
    const auto deadline = std::chrono::steady_clock::now() + session_.connect_time;
    auto next = PGRES_POLLING_WRITING;
    while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd wanted{PQsocket(connection_.get()), static_cast<short>(next == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                    0};
      if (wanted.fd >= 0 && ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) == 0) {
        return refuse("PostgreSQL: no connection in time");
      }
      next = PQconnectPoll(connection_.get());
    }
    if (next != PGRES_POLLING_OK) return refuse("PostgreSQL: " + connection_fault(connection_.get()).message);
    PQsetnonblocking(connection_.get(), 0);
    return ok();
  }

  /// One or more statements without parameters, in one transaction unless they say otherwise.
  Result<ResultHandle> run(const std::string& sql) {
    ResultHandle result(PQexec(connection_.get(), sql.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    return refuse(describe(result.get()));
  }

  [[nodiscard]] std::string quoted(std::string_view text) const {
    std::string out = "'";
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
  }

  [[nodiscard]] bool in_transaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }

 private:
  /// Schemas hold nothing secret: here the server's own words are worth having.
  static std::string describe(const pg_result* result) {
    const char* const words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return postgres_fault(result).message + (words == nullptr ? "" : ": " + std::string(words));
  }

  const PostgresSession& session_;
  std::unique_ptr<pg_conn, CloseBlocking> connection_;
};

Result<std::vector<Applied>> read_applied(Migrator& db) {
  KASSA_TRY(const auto rows, db.run("SELECT version, name, sha256, min_reader FROM schema_version ORDER BY version"));
  std::vector<Applied> applied;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    const auto text = [&rows, i](int column) { return std::string(PQgetvalue(rows.get(), i, column)); };
    applied.push_back(Applied{std::stoll(text(0)), text(1), text(2), std::stoll(text(3))});
  }
  return applied;
}

Result<void> check_newer(std::span<const Applied> applied, std::size_t known) {
  for (const Applied& newer : applied.subspan(std::min(known, applied.size()))) {
    if (newer.min_reader <= static_cast<std::int64_t>(known)) continue;
    return refuse("the database has schema " + std::to_string(applied.size()) + ", newer than the schema " +
                  std::to_string(known) + " of this program");
  }
  return ok();
}

Result<void> check_applied(std::span<const Applied> applied, std::span<const PostgresMigration> migrations) {
  KASSA_TRY(check_newer(applied, migrations.size()));
  for (std::size_t i = 0; i < std::min(applied.size(), migrations.size()); ++i) {
    const std::string name(migrations[i].first);
    if (applied[i].version != static_cast<std::int64_t>(i + 1)) {
      return refuse("schema_version has a gap before " + applied[i].name);
    }
    if (applied[i].name != name) {
      return refuse("the database was migrated by " + applied[i].name + " where this program has " + name);
    }
    if (applied[i].sha256 != sha256_hex(migrations[i].second)) {
      return refuse("migration " + name + " was changed after it had been applied");
    }
  }
  return ok();
}

Result<void> apply(Migrator& db, std::size_t version, const PostgresMigration& migration) {
  const std::int64_t said = min_reader_of(migration.second);
  const std::int64_t min_reader = said > 0 ? said : static_cast<std::int64_t>(version);
  const std::string row = std::to_string(version) + ", " + db.quoted(migration.first) + ", " +
                          db.quoted(sha256_hex(migration.second)) + ", " + std::to_string(min_reader);
  const auto done =
      db.run("BEGIN;" + to_postgres_schema(migration.second) +
             "\n;INSERT INTO schema_version (version, name, sha256, min_reader) VALUES (" + row + ");COMMIT");
  if (done) return ok();
  if (db.in_transaction()) static_cast<void>(db.run("ROLLBACK"));
  return refuse("migration " + std::string(migration.first) + " failed: " + done.error().detail);
}

Result<void> run_when_new(Migrator& db, const PostgresMigration& extra) {
  const std::string name = db.quoted(extra.first);
  const std::string hash = db.quoted(sha256_hex(extra.second));
  KASSA_TRY(const auto known, db.run("SELECT 1 FROM schema_extra WHERE name = " + name + " AND sha256 = " + hash));
  if (PQntuples(known.get()) > 0) return ok();
  const auto done = db.run("BEGIN;" + std::string(extra.second) + ";INSERT INTO schema_extra (name, sha256) VALUES (" +
                           name + ", " + hash + ") ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256;COMMIT");
  if (done) return ok();
  if (db.in_transaction()) static_cast<void>(db.run("ROLLBACK"));
  return refuse(std::string(extra.first) + " failed: " + done.error().detail);
}

Result<void> check_durability(Migrator& db) {
  KASSA_TRY(const auto row, db.run("SELECT current_setting('synchronous_commit'), current_setting('fsync'), "
                                   "current_setting('synchronous_standby_names')"));
  const auto is_off = [&row](int column) { return std::string_view(PQgetvalue(row.get(), 0, column)) == "off"; };
  if (is_off(0) || is_off(1)) {
    return refuse("the server does not make commits durable: synchronous_commit and fsync must not be off");
  }
  const bool has_standby = PQgetlength(row.get(), 0, 2) > 0;
  if (has_standby && std::string_view(PQgetvalue(row.get(), 0, 0)) == "local") {
    return refuse("synchronous_standby_names is set, but with synchronous_commit=local no commit waits for a standby");
  }
  return ok();
}

}  // namespace

Result<std::size_t> migrate_postgres(const PostgresSession& session, std::span<const PostgresMigration> migrations,
                                     std::span<const PostgresMigration> afterwards) {
  if (!is_schema_name(session.schema)) return refuse("'" + session.schema + "' cannot name a schema");
  Migrator db(session);
  KASSA_TRY(db.connect());
  KASSA_TRY(check_durability(db));
  KASSA_TRY(db.run(std::string(kTimes)));
  // Held until the connection closes.
  KASSA_TRY(db.run("SELECT pg_advisory_lock(hashtextextended('kassa.' || " + db.quoted(session.schema) + ", 0))"));
  KASSA_TRY(db.run("CREATE SCHEMA IF NOT EXISTS " + session.schema + "; SET search_path TO " + session.schema));
  KASSA_TRY(db.run(to_postgres_schema(kVersionTable)));
  KASSA_TRY(const auto applied, read_applied(db));
  KASSA_TRY(check_applied(applied, migrations));
  for (std::size_t i = applied.size(); i < migrations.size(); ++i) {
    KASSA_TRY(apply(db, i + 1, migrations[i]));
  }
  if (!afterwards.empty() && applied.size() <= migrations.size()) {
    KASSA_TRY(db.run(to_postgres_schema(kExtraTable)));
    for (const PostgresMigration& extra : afterwards) {
      KASSA_TRY(run_when_new(db, extra));
    }
  }
  return migrations.size() - std::min(applied.size(), migrations.size());
}

}  // namespace kassa::platform
