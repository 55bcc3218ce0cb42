#pragma once
// One prepared statement: binds values, steps to the end, reads every row. Belongs to its connection's
// thread. SQLite reads `$1` as a name, in order of appearance; the statement therefore learns once which
// parameter each slot wants, and insists that the text uses exactly $1..$n, as PostgreSQL would.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "services/platform/store/sqlite_fault.hpp"
#include "services/ports/store.hpp"

struct sqlite3_stmt;

namespace kassa::platform {

class SqliteStatement {
 public:
  /// Fails (kBug) for text with more than one statement or with parameters other than $1..$n.
  static SqliteResult<SqliteStatement> prepare(sqlite3* db, std::string_view sql);

  /// Runs to completion. Rows: those returned, if the statement can return any, else those changed.
  SqliteResult<ports::StepResult> run(std::span<const ports::SqlValue> params);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  SqliteStatement(sqlite3* db, sqlite3_stmt* handle) : db_(db), handle_(handle) {}
  SqliteResult<void> learn_parameters();
  SqliteResult<void> bind(std::span<const ports::SqlValue> params);
  SqliteResult<ports::Row> read_row() const;

  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::vector<std::size_t> parameter_of_slot_;  // Slot i+1 of SQLite takes params[parameter_of_slot_[i]].
  int columns_{};
};

}  // namespace kassa::platform
