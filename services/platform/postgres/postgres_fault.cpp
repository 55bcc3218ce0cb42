#include "services/platform/postgres/postgres_fault.hpp"

#include <libpq-fe.h>

#include <array>

namespace kassa::platform {
namespace {

using Kind = PostgresFault::Kind;

struct StateRow {
  std::string_view prefix;  // The whole SQLSTATE, or its class.
  Kind kind;
};

// The first that fits. What is not here is a bug: better a loud answer than a retry of what nobody understands.
constexpr std::array kStates{
    StateRow{"40001", Kind::kRace},     StateRow{"40P01", Kind::kRace},        StateRow{"25006", Kind::kReadOnly},
    StateRow{"08P01", Kind::kBug},      StateRow{"08", Kind::kLost},           StateRow{"57P", Kind::kLost},
    StateRow{"25P03", Kind::kLost},     StateRow{"57014", Kind::kUnavailable}, StateRow{"53", Kind::kUnavailable},
    StateRow{"55", Kind::kUnavailable}, StateRow{"58", Kind::kUnavailable},    StateRow{"XX", Kind::kUnavailable},
    StateRow{"23", Kind::kConstraint},
};

std::string field(const PGresult* result, int code) {
  const char* const text = PQresultErrorField(result, code);
  return text == nullptr ? std::string{} : std::string{text};
}

void append_name(std::string& message, std::string_view what, const std::string& name) {
  if (!name.empty()) message.append(" ").append(what).append(" ").append(name);
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

Kind classify_postgres(std::string_view sqlstate) noexcept {
  if (sqlstate.empty()) return Kind::kLost;
  for (const StateRow& row : kStates) {
    if (sqlstate.starts_with(row.prefix)) return row.kind;
  }
  return Kind::kBug;
}

PostgresFault postgres_fault(const pg_result* result) {
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  std::string message = "SQLSTATE " + (state.empty() ? std::string("none") : state);
  append_name(message, "table", field(result, PG_DIAG_TABLE_NAME));
  append_name(message, "column", field(result, PG_DIAG_COLUMN_NAME));
  append_name(message, "constraint", field(result, PG_DIAG_CONSTRAINT_NAME));
  // Messages of class 42 (syntax, unknown names) quote the statement. Others may quote a value.
  if (state.starts_with("42")) message += ": " + one_line(field(result, PG_DIAG_MESSAGE_PRIMARY));
  return {classify_postgres(state), state, std::move(message)};
}

PostgresFault connection_fault(const pg_conn* connection) {
  return {Kind::kLost, "", connection == nullptr ? "out of memory" : one_line(PQerrorMessage(connection))};
}

Error to_error(const PostgresFault& fault) {
  return {fault.kind == Kind::kBug || fault.kind == Kind::kReadOnly ? Errc::kInternal : Errc::kStoreUnavailable,
          "store: " + fault.message};
}

}  // namespace kassa::platform
