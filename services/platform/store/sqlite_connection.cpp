#include "services/platform/store/sqlite_connection.hpp"

#include <sqlite3.h>

namespace kassa::platform {
namespace {

constexpr std::size_t kStatementsMax = 1'024;
constexpr int kProgressInstructions = 4'000;

int note_wal_frames(void* frames, sqlite3*, const char*, int count) {
  *static_cast<int*>(frames) = count;
  return SQLITE_OK;
}

int past_deadline(void* deadline) {
  return std::chrono::steady_clock::now() >= *static_cast<std::chrono::steady_clock::time_point*>(deadline) ? 1 : 0;
}

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }

SqliteConnection::SqliteConnection(sqlite3* db) : wal_frames_(std::make_unique<int>(0)), db_(db) {}

SqliteConnection::~SqliteConnection() = default;

SqliteResult<SqliteConnection> SqliteConnection::open(const std::filesystem::path& file, Access access,
                                                      std::size_t cache_kibibytes) {
  sqlite3* db = nullptr;
  // The file exists already (see file_lock.hpp), so that SQLite never creates it with wider permissions.
  const int flags = (access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &db, flags, nullptr);
  SqliteConnection connection(db);
  if (code != SQLITE_OK) return sqlite_fault(db, code);
  BOOST_OUTCOME_TRY(connection.configure(access, cache_kibibytes));
  return connection;
}

SqliteResult<void> SqliteConnection::configure(Access access, std::size_t cache_kibibytes) {
  sqlite3* const db = db_.get();
  sqlite3_busy_timeout(db, 2'000);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // As in PostgreSQL: a double-quoted word is a name, never a string; LIKE tells upper from lower case.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  BOOST_OUTCOME_TRY(
      script("PRAGMA case_sensitive_like=ON; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0;"
             "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
             std::to_string(cache_kibibytes)));
  if (access == Access::kReadOnly) return outcome::success();
  BOOST_OUTCOME_TRY(const auto mode, run("PRAGMA journal_mode=WAL"));
  if (mode.returned.empty() || mode.returned[0][0] != ports::SqlValue{std::string("wal")}) {
    return SqliteFault{SqliteFault::Kind::kUnavailable, SQLITE_CANTOPEN, "the file cannot use a write-ahead log"};
  }
  // The writer checkpoints itself, after it has answered its group; this also frees the hook for the frame
  // count.
  BOOST_OUTCOME_TRY(script("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864"));
  sqlite3_wal_hook(db, &note_wal_frames, wal_frames_.get());
  return outcome::success();
}

SqliteResult<ports::StepResult> SqliteConnection::run(std::string_view sql, std::span<const ports::SqlValue> params) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    BOOST_OUTCOME_TRY(auto statement, SqliteStatement::prepare(db_.get(), sql));
    if (statements_.size() >= kStatementsMax) statements_.clear();
    found = statements_.emplace(std::string(sql), std::move(statement)).first;
  }
  return found->second.run(params);
}

SqliteResult<void> SqliteConnection::script(const std::string& text) {
  const int code = sqlite3_exec(db_.get(), text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_fault(db_.get(), code);
  return outcome::success();
}

SqliteResult<ports::StepResult> SqliteConnection::run_within(std::chrono::milliseconds budget, std::string_view sql) {
  auto deadline = std::chrono::steady_clock::now() + budget;
  sqlite3_progress_handler(db_.get(), kProgressInstructions, &past_deadline, &deadline);
  auto result = run(sql);
  sqlite3_progress_handler(db_.get(), 0, nullptr, nullptr);
  return result;
}

bool SqliteConnection::in_transaction() const noexcept { return sqlite3_get_autocommit(db_.get()) == 0; }

bool SqliteConnection::owes_foreign_keys() const noexcept {
  int owed = 0;
  int highest = 0;
  sqlite3_db_status(db_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &owed, &highest, 0);
  return owed != 0;
}

SqliteResult<void> SqliteConnection::checkpoint(Checkpoint mode) {
  const int how = mode == Checkpoint::kPassive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
  const int code = sqlite3_wal_checkpoint_v2(db_.get(), nullptr, how, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) return sqlite_fault(db_.get(), code);
  return outcome::success();
}

void SqliteConnection::keep_wal_on_close() noexcept {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace kassa::platform
