#pragma once
// The embedded store: one SQLite database (WAL, synchronous=FULL), one writer thread that commits in groups,
// and a few reader threads. Callers await from any io_context; completions are posted back to the caller's
// executor, so the store must be destroyed before the io_contexts that wait on it. Nothing here blocks the
// calling thread, except open(), the destructor and the two blocking forms.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "services/base/clock.hpp"
#include "services/base/limits.hpp"
#include "services/ports/durable_store.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

struct SqliteOptions {
  std::filesystem::path file;
  std::string name;                                ///< Of the database, in metrics: "main", "keys".
  std::size_t group_max{limits::kCommitGroupMax};  ///< 1 switches group commit off (for comparison).
  std::size_t reader_threads{2};
  /// Page cache of all connections together; half of it is the writer's.
  std::size_t cache_kibibytes{std::size_t{16} * 1024};
  std::string after_migrations{};  ///< SQL to be run each time after the migrations; must not mind being run again.
};

class SqliteStore final : public ports::DurableStore {
 public:
  /// `on_fatal` is called once, from a thread of the store, when a COMMIT failed with an unknown result or
  /// the file turned out to be damaged: the process must stop. The store refuses everything from then on,
  /// reads included.
  SqliteStore(SqliteOptions options, ports::Failpoints& failpoints, ports::Log& log, ports::Metrics& metrics,
              std::function<void()> on_fatal);
  ~SqliteStore() override;  ///< Finishes queued work, then closes.

  /// Opens the file and brings its schema to the newest migration of `migrations` (name -> SQL text, in
  /// order). Refuses, with a sentence that says why: a file that another process holds, a newer schema, a
  /// migration whose text changed. After an unclean end it looks for damage first, where that is quick (see
  /// sqlite_check.hpp).
  Result<void> open(std::span<const std::pair<std::string_view, std::string_view>> migrations) override;

  ports::asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override;
  ports::asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override;

  [[nodiscard]] bool has_space() const noexcept override;
  ports::asio::awaitable<Result<void>> look_for_space() override;

  /// Blocking forms for start-up and the command line, before any io_context runs.
  Result<ports::Committed> commit_blocking(ports::Transaction transaction) override;
  Result<std::vector<ports::Row>> query_blocking(ports::Step step) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kassa::platform
