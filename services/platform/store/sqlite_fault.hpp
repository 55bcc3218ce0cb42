#pragma once
// What can go wrong inside SQLite, sorted by what it means to a transaction. Messages name tables and
// columns, never values, so they may be logged.

#include <string>

#include "services/base/result.hpp"

struct sqlite3;

namespace kassa::platform {

struct SqliteFault {
  enum class Kind : unsigned char {
    kConstraint,   ///< UNIQUE, CHECK, NOT NULL or FOREIGN KEY refused the row.
    kUnavailable,  ///< Busy, I/O error, out of memory: may work later.
    kFull,         ///< No space left.
    kCorrupt,      ///< The file is damaged or no database at all.
    kBug,          ///< Wrong SQL, wrong number or type of parameters: the program is at fault.
  };
  Kind kind{Kind::kBug};
  int code{};  ///< SQLite's extended result code, 0 when the fault was found on our side.
  std::string message;

  SqliteFault() = default;
  SqliteFault(Kind kind_, int code_, std::string message_) : kind(kind_), code(code_), message(std::move(message_)) {}
};

template <class T>
using SqliteResult = outcome::basic_result<T, SqliteFault, outcome::policy::terminate>;

[[nodiscard]] SqliteFault::Kind classify_sqlite(int extended_code) noexcept;
[[nodiscard]] SqliteFault sqlite_fault(sqlite3* db, int extended_code);

/// For callers of the store: kInternal for a bug, kStoreUnavailable for the rest.
[[nodiscard]] Error to_error(const SqliteFault& fault);

}  // namespace kassa::platform
