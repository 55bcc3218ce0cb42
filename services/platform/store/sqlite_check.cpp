#include "services/platform/store/sqlite_check.hpp"

#include <sqlite3.h>

namespace kassa::platform {

bool ended_uncleanly(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file.native() + "-wal", ignored);
  return !ignored && size > 0;
}

Result<CheckVerdict> quick_check(SqliteConnection& db, const std::filesystem::path& file,
                                 std::chrono::milliseconds budget) {
  std::error_code ignored;
  if (std::filesystem::file_size(file, ignored) > kQuickCheckBytesMax) return CheckVerdict::kNotChecked;
  auto checked = db.run_within(budget, "PRAGMA quick_check(1)");
  if (!checked) {
    if ((checked.error().code & 0xff) == SQLITE_INTERRUPT) return CheckVerdict::kNotChecked;
    return Error{Errc::kStoreUnavailable, "the database is damaged: " + checked.error().message};
  }
  const auto& rows = checked.value().returned;
  if (rows.size() == 1 && rows[0][0] == ports::SqlValue{std::string("ok")}) return CheckVerdict::kSound;
  return Error{Errc::kStoreUnavailable, "the database is damaged; see the runbook for restoring a backup"};
}

}  // namespace kassa::platform
