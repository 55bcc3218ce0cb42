#include "services/platform/store/sqlite_statement.hpp"

#include <sqlite3.h>

#include <charconv>
#include <set>

namespace kassa::platform {
namespace {

SqliteFault statement_bug(std::string message) { return {SqliteFault::Kind::kBug, 0, std::move(message)}; }

/// Resets on every way out, so that a statement never keeps a read lock or someone's values.
struct ResetAfterUse {
  sqlite3_stmt* statement;
  explicit ResetAfterUse(sqlite3_stmt* statement_) : statement(statement_) {}
  ResetAfterUse(const ResetAfterUse&) = delete;
  ResetAfterUse& operator=(const ResetAfterUse&) = delete;
  ~ResetAfterUse() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

/// Values stay alive until the statement is reset, so nothing is copied (a null destructor is SQLITE_STATIC).
struct BindOne {
  sqlite3_stmt* statement;
  int slot;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, slot); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, slot, value); }
  int operator()(const std::string& value) const {
    // PostgreSQL has no NUL in text; what one backend refuses, the other must refuse too.
    if (value.find('\0') != std::string::npos) return SQLITE_MISMATCH;
    return sqlite3_bind_text64(statement, slot, value.data(), value.size(), nullptr, SQLITE_UTF8);
  }
  int operator()(const Bytes& value) const {
    // A null pointer would bind NULL instead of an empty blob.
    if (value.empty()) return sqlite3_bind_zeroblob(statement, slot, 0);
    return sqlite3_bind_blob64(statement, slot, value.data(), value.size(), nullptr);
  }
};

std::size_t parameter_number(const char* name) {
  const std::string_view text = name == nullptr ? std::string_view{} : std::string_view{name};
  std::size_t number = 0;
  if (text.size() < 2 || text.front() != '$') return 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

SqliteResult<SqliteStatement> SqliteStatement::prepare(sqlite3* db, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, &tail);
  if (code != SQLITE_OK) return sqlite_fault(db, code);
  if (handle == nullptr) return statement_bug("empty statement");
  SqliteStatement statement(db, handle);
  const std::string_view rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) return statement_bug("more than one statement");
  BOOST_OUTCOME_TRY(statement.learn_parameters());
  statement.columns_ = sqlite3_column_count(handle);
  return statement;
}

SqliteResult<void> SqliteStatement::learn_parameters() {
  const int slots = sqlite3_bind_parameter_count(handle_.get());
  std::set<std::size_t> seen;
  for (int slot = 1; slot <= slots; ++slot) {
    const std::size_t number = parameter_number(sqlite3_bind_parameter_name(handle_.get(), slot));
    if (number == 0) return statement_bug("a parameter is not of the form $n");
    seen.insert(number);
    parameter_of_slot_.push_back(number - 1);
  }
  if (!seen.empty() && *seen.rbegin() != seen.size()) return statement_bug("parameters are not $1..$n");
  return outcome::success();
}

SqliteResult<void> SqliteStatement::bind(std::span<const ports::SqlValue> params) {
  if (params.size() != parameter_of_slot_.size()) return statement_bug("wrong number of parameters");
  for (std::size_t i = 0; i < parameter_of_slot_.size(); ++i) {
    const int code = std::visit(BindOne{handle_.get(), static_cast<int>(i) + 1}, params[parameter_of_slot_[i]]);
    if (code != SQLITE_OK)
      return SqliteFault{classify_sqlite(code), code,
                         "parameter $" + std::to_string(parameter_of_slot_[i] + 1) + " cannot be bound"};
  }
  return outcome::success();
}

SqliteResult<ports::StepResult> SqliteStatement::run(std::span<const ports::SqlValue> params) {
  const ResetAfterUse reset(handle_.get());
  BOOST_OUTCOME_TRY(bind(params));
  ports::StepResult result;
  int code = sqlite3_step(handle_.get());
  for (; code == SQLITE_ROW; code = sqlite3_step(handle_.get())) {
    BOOST_OUTCOME_TRY(auto row, read_row());
    result.returned.push_back(std::move(row));
  }
  if (code != SQLITE_DONE) return sqlite_fault(db_, code);
  result.rows = columns_ > 0 ? static_cast<std::int64_t>(result.returned.size()) : sqlite3_changes64(db_);
  return result;
}

SqliteResult<ports::Row> SqliteStatement::read_row() const {
  ports::Row row;
  row.reserve(static_cast<std::size_t>(columns_));
  for (int column = 0; column < columns_; ++column) {
    sqlite3_stmt* const from = handle_.get();
    switch (sqlite3_column_type(from, column)) {
      case SQLITE_NULL: row.emplace_back(std::monostate{}); break;
      case SQLITE_INTEGER: row.emplace_back(std::int64_t{sqlite3_column_int64(from, column)}); break;
      case SQLITE_TEXT: {
        const unsigned char* text = sqlite3_column_text(from, column);
        if (text == nullptr) return sqlite_fault(db_, SQLITE_NOMEM);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(from, column));
        row.emplace_back(std::string(reinterpret_cast<const char*>(text), size));
        break;
      }
      case SQLITE_BLOB: {
        const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(from, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(from, column));
        row.emplace_back(size == 0 ? Bytes{} : Bytes(data, data + size));
        break;
      }
      default: return statement_bug("a column is a floating point number");
    }
  }
  return row;
}

}  // namespace kassa::platform
