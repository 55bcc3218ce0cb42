#include "services/platform/postgres/postgres_session.hpp"

#include <libpq-fe.h>

#include <array>

namespace kassa::platform {
namespace {

struct Keyword {
  const char* name;
  const char* value;
};

// What the conninfo says wins over these.
constexpr std::array kDefaults{
    Keyword{"application_name", "kassad"},
    Keyword{"target_session_attrs", "read-write"},
    Keyword{"keepalives", "1"},
    Keyword{"keepalives_idle", "10"},
    Keyword{"keepalives_interval", "3"},
    Keyword{"keepalives_count", "3"},
    Keyword{"tcp_user_timeout", "10000"},
    Keyword{"gssencmode", "disable"},
};

void ignore_notice(void*, const PGresult*) {}

}  // namespace

pg_conn* begin_connecting(const PostgresSession& session) {
  // Two more: the conninfo, and the encoding, which nobody may change; then the end.
  std::array<const char*, kDefaults.size() + 3> names{};
  std::array<const char*, kDefaults.size() + 3> values{};
  std::size_t n = 0;
  for (const Keyword& keyword : kDefaults) {
    names[n] = keyword.name;
    values[n++] = keyword.value;
  }
  names[n] = "dbname";
  values[n++] = session.conninfo.c_str();
  names[n] = "client_encoding";
  values[n] = "UTF8";
  PGconn* const connection = PQconnectStartParams(names.data(), values.data(), 1);
  // A notice may quote a value, and would go to the standard error output.
  if (connection != nullptr) PQsetNoticeReceiver(connection, &ignore_notice, nullptr);
  return connection;
}

std::vector<ports::SqlValue> settings_of(const PostgresSession& session) {
  const auto millis = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  // A session of ours that holds locks and says nothing for longer than we wait for an answer is a dead one.
  return {session.schema,
          millis(session.statement_time),
          millis(session.lock_time),
          millis(session.answer_time),
          std::string(session.read_only ? "on" : "off"),
          std::string("read committed")};
}

}  // namespace kassa::platform
