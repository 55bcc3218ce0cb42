#pragma once
// Looks for damage when the last process did not close the database (its write-ahead log is still there).
// Start-up must stay under 300 ms, so only small files are checked, within a time budget (SQLite 3.40 looks
// at the clock between tables only; 32 MiB take 50 ms from memory); for larger ones the log says that nobody
// looked. After a clean end nothing is checked; damage then shows as SQLITE_CORRUPT when the page is read,
// which stops the process.

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "services/platform/store/sqlite_connection.hpp"

namespace kassa::platform {

inline constexpr std::chrono::milliseconds kQuickCheckBudget{150};
inline constexpr std::uintmax_t kQuickCheckBytesMax = std::uintmax_t{32} * 1024 * 1024;

/// True when a log was left behind. To be asked before the database is opened.
[[nodiscard]] bool ended_uncleanly(const std::filesystem::path& file);

enum class CheckVerdict : unsigned char { kSound, kNotChecked };

/// An error when the database is damaged; kNotChecked when it is too large or the time ran out.
[[nodiscard]] Result<CheckVerdict> quick_check(SqliteConnection& db, const std::filesystem::path& file,
                                               std::chrono::milliseconds budget);

}  // namespace kassa::platform
