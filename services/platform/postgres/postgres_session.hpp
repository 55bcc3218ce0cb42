#pragma once
// How connections to one schema are made: where the server is and what every session of the store relies on. Plain
// data; the owner keeps it for as long as its connections live.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "services/platform/postgres/postgres_fault.hpp"
#include "services/ports/store.hpp"

namespace kassa::platform {

struct PostgresSession {
  std::string conninfo;  ///< A URI or "key=value ..." as libpq takes it; sslmode and several hosts included.
  std::string schema;
  bool read_only{};
  std::chrono::milliseconds connect_time{3'000};
  std::chrono::milliseconds statement_time{2'000};  ///< The server gives up a statement after this,
  std::chrono::milliseconds lock_time{2'000};       ///< or after waiting for one lock for this long.
  /// We give up a batch after this, or after so long without progress when it is as long as an import. More than a
  /// statement's time, so that the server's own answer comes first.
  std::chrono::milliseconds answer_time{10'000};
};

/// Begins to connect, without waiting for the server (names of hosts are looked up here, though). Defaults for what
/// the conninfo does not say: keep-alives, and a server that can be written to.
[[nodiscard]] pg_conn* begin_connecting(const PostgresSession& session);

/// What kApplySettings takes as its parameters.
[[nodiscard]] std::vector<ports::SqlValue> settings_of(const PostgresSession& session);

/// Sets what the store relies on. Read committed: a guarded update looks at its row again once it has the lock. Neither
/// compiling a statement nor a second process for it pays for what we ask.
inline constexpr std::string_view kApplySettings =
    "SELECT set_config('search_path', $1, false), set_config('statement_timeout', $2, false), "
    "set_config('lock_timeout', $3, false), set_config('idle_in_transaction_session_timeout', $4, false), "
    "set_config('default_transaction_read_only', $5, false), "
    "set_config('default_transaction_isolation', $6, false), set_config('jit', 'off', false), "
    "set_config('max_parallel_workers_per_gather', '0', false)";

}  // namespace kassa::platform
