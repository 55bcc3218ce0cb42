#pragma once
// One SQLite connection with the settings Kassa relies on and its prepared statements, kept by text. Used by
// one thread at a time; whoever holds the object owns the connection.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "services/platform/store/sqlite_statement.hpp"

namespace kassa::platform {

class SqliteConnection {
 public:
  enum class Access : unsigned char { kReadWrite, kReadOnly };

  static SqliteResult<SqliteConnection> open(const std::filesystem::path& file, Access access,
                                             std::size_t cache_kibibytes);
  SqliteConnection(SqliteConnection&&) noexcept = default;
  SqliteConnection& operator=(SqliteConnection&&) = delete;
  ~SqliteConnection();

  SqliteResult<ports::StepResult> run(std::string_view sql, std::span<const ports::SqlValue> params = {});
  /// Several statements without parameters or results: schema changes.
  SqliteResult<void> script(const std::string& text);
  /// Like run(), but gives up with SQLITE_INTERRUPT (kUnavailable) after `budget`.
  SqliteResult<ports::StepResult> run_within(std::chrono::milliseconds budget, std::string_view sql);

  [[nodiscard]] bool in_transaction() const noexcept;
  /// True while a deferred foreign key is not satisfied, which would make the COMMIT of a whole group fail.
  [[nodiscard]] bool owes_foreign_keys() const noexcept;

  /// Frames in the write-ahead log after the last commit of this connection.
  [[nodiscard]] int wal_frames() const noexcept { return *wal_frames_; }
  enum class Checkpoint : unsigned char { kPassive, kRestart };
  /// Copies the log into the database. kPassive never waits for readers; kRestart waits (bounded by the busy
  /// timeout) so that the log starts again from its beginning.
  SqliteResult<void> checkpoint(Checkpoint mode);
  /// Closing will neither checkpoint nor delete the log: the next process recovers from it.
  void keep_wal_on_close() noexcept;

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  explicit SqliteConnection(sqlite3* db);
  SqliteResult<void> configure(Access access, std::size_t cache_kibibytes);

  std::unique_ptr<int> wal_frames_;  // On the heap: SQLite's hook keeps its address. Outlives db_.
  std::unique_ptr<sqlite3, Close> db_;
  std::unordered_map<std::string, SqliteStatement, TextHash, std::equal_to<>> statements_;
};

}  // namespace kassa::platform
