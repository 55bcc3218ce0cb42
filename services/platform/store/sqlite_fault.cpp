#include "services/platform/store/sqlite_fault.hpp"

#include <sqlite3.h>

namespace kassa::platform {

SqliteFault::Kind classify_sqlite(int extended_code) noexcept {
  using Kind = SqliteFault::Kind;
  // A value of the wrong type in a STRICT table is a programming error, not a rule of the data that spoke.
  if (extended_code == SQLITE_CONSTRAINT_DATATYPE) return Kind::kBug;
  switch (extended_code & 0xff) {
    case SQLITE_CONSTRAINT: return Kind::kConstraint;
    case SQLITE_FULL: return Kind::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Kind::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM: return Kind::kUnavailable;
    default: return Kind::kBug;
  }
}

SqliteFault sqlite_fault(sqlite3* db, int extended_code) {
  return {classify_sqlite(extended_code), extended_code,
          db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(extended_code)};
}

Error to_error(const SqliteFault& fault) {
  if (fault.kind == SqliteFault::Kind::kBug) return {Errc::kInternal, "store: statement refused"};
  return {Errc::kStoreUnavailable, std::string("store: ") + sqlite3_errstr(fault.code)};
}

}  // namespace kassa::platform
