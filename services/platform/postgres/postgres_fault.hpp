#pragma once
// What can go wrong between Kassa and a PostgreSQL server, sorted by what it means to a transaction. Messages name the
// SQLSTATE, tables and constraints, never values, so they may be logged. Pure data.

#include <string>
#include <string_view>

#include "services/base/result.hpp"

struct pg_conn;
struct pg_result;

namespace kassa::platform {

struct PostgresFault {
  enum class Kind : unsigned char {
    kConstraint,   ///< UNIQUE, CHECK, NOT NULL or FOREIGN KEY refused the row.
    kRace,         ///< A deadlock or a serialization failure: the same again may succeed.
    kReadOnly,     ///< The server does not write: it is a standby, or the session reads only.
    kLost,         ///< No answer came, or the server ended the session.
    kUnavailable,  ///< Out of time, space or memory: may work later.
    kBug,          ///< Wrong SQL, wrong number or type of parameters: the program is at fault.
  };
  Kind kind{Kind::kBug};
  std::string state;  ///< SQLSTATE; empty when the fault was found on our side.
  std::string message;

  PostgresFault() = default;
  PostgresFault(Kind kind_, std::string state_, std::string message_)
      : kind(kind_), state(std::move(state_)), message(std::move(message_)) {}
};

template <class T>
using PostgresResult = outcome::basic_result<T, PostgresFault, outcome::policy::terminate>;

[[nodiscard]] PostgresFault::Kind classify_postgres(std::string_view sqlstate) noexcept;
/// Of a result whose status is an error.
[[nodiscard]] PostgresFault postgres_fault(const pg_result* result);
/// Of a connection that could not be made or is gone.
[[nodiscard]] PostgresFault connection_fault(const pg_conn* connection);

/// For callers of the store: kInternal for a bug, kStoreUnavailable for the rest.
[[nodiscard]] Error to_error(const PostgresFault& fault);

}  // namespace kassa::platform
