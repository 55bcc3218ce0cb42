#pragma once
// The store in a PostgreSQL schema: for several processes on one database. One object serves all threads of a process:
// a thread drives the connections that write, a second one those that read (see postgres_pool.hpp for why they are not
// one per I/O thread). Transactions of one store may commit in any order unless the later one is submitted after the
// earlier one was answered. Nothing here blocks the calling thread, except open(), the destructor and the two blocking
// forms. Must be destroyed before the io_contexts that wait on it.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/ports/durable_store.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

struct PostgresOptions {
  std::string conninfo;  ///< "postgresql://..." or "host=... dbname=...", with sslmode and the rest.
  std::string schema;    ///< Where the tables are: one schema is what one file is to SQLite.
  std::string name;      ///< Of the database, in metrics: "main", "keys".
  std::size_t writing_connections{8};
  std::size_t reading_connections{4};
  std::vector<std::pair<std::string_view, std::string_view>> after_migrations{};  ///< See migrate_postgres().
};

class PostgresStore final : public ports::DurableStore {
 public:
  PostgresStore(PostgresOptions options, ports::Failpoints& failpoints, ports::Log& log, ports::Metrics& metrics);
  ~PostgresStore() override;  ///< Finishes queued work if the server can be reached, then closes.

  /// Brings the schema to the newest migration of `migrations` (name -> SQL text, in order), then connects. Refuses,
  /// with a sentence that says why: no server, a newer schema, a migration whose text changed.
  Result<void> open(std::span<const std::pair<std::string_view, std::string_view>> migrations) override;

  ports::asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override;
  ports::asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override;

  ports::asio::awaitable<Result<std::optional<Instant>>> server_time() override;

  /// Blocking forms for start-up and the command line.
  Result<ports::Committed> commit_blocking(ports::Transaction transaction) override;
  Result<std::vector<ports::Row>> query_blocking(ports::Step step) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kassa::platform
