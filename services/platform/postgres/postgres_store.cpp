#include "services/platform/postgres/postgres_store.hpp"

#include "services/base/ensure.hpp"
#include "services/platform/postgres/postgres_migrations.hpp"
#include "services/platform/postgres/postgres_pool.hpp"

namespace kassa::platform {
namespace {

Error store_not_open() { return {Errc::kStoreUnavailable, "store: not open"}; }

template <class T>
ports::asio::awaitable<Result<T>> refuse_as_not_open() {
  co_return store_not_open();
}

/// What submit_and_suspend() wants: something that takes a piece of work and whoever waits for it.
class Writers {
 public:
  Writers(const PostgresSession& session, std::size_t connections, PostgresTools tools)
      : pool_(session, connections, std::move(tools)) {}
  void submit(ports::Transaction transaction, WaiterPtr<ports::Committed> waiter) {
    const StoreId store = transaction.store;
    const std::size_t cost = transaction.steps.size();
    pool_.submit(store, cost, std::make_unique<CommitJob>(std::move(transaction), std::move(waiter), pool_.tools()));
  }

 private:
  PostgresPool pool_;
};

class Readers {
 public:
  Readers(const PostgresSession& session, std::size_t connections, PostgresTools tools)
      : pool_(session, connections, std::move(tools)) {}
  void submit(ports::Step step, WaiterPtr<QueryJob::Rows> waiter) {
    pool_.submit(StoreId{}, 1, std::make_unique<QueryJob>(std::move(step), std::move(waiter), pool_.tools()));
  }

 private:
  PostgresPool pool_;
};

}  // namespace

class PostgresStore::Impl {
 public:
  Impl(PostgresOptions options_, ports::Failpoints& failpoints_, ports::Log& log_, ports::Metrics& metrics_)
      : options(std::move(options_)), failpoints(failpoints_), log(log_), metrics(metrics_) {}

  Result<void> open(std::span<const PostgresMigration> migrations) {
    const auto begun = std::chrono::steady_clock::now();
    PostgresSession session;
    session.conninfo = options.conninfo;
    session.schema = options.schema;
    KASSA_TRY(const std::size_t applied, migrate_postgres(session, migrations, options.after_migrations));
    const PostgresTools tools{failpoints, log, metrics, options.name};
    writers = std::make_unique<Writers>(session, options.writing_connections, tools);
    session.read_only = true;
    readers = std::make_unique<Readers>(session, options.reading_connections, tools);
    const auto took = std::chrono::steady_clock::now() - begun;
    log.info("store.opened", {{"schema", static_cast<std::int64_t>(migrations.size())},
                              {"migrations_applied", static_cast<std::int64_t>(applied)},
                              {"ms", std::chrono::duration_cast<Millis>(took).count()}});
    return ok();
  }

  PostgresOptions options;
  ports::Failpoints& failpoints;
  ports::Log& log;
  ports::Metrics& metrics;
  std::unique_ptr<Writers> writers;
  std::unique_ptr<Readers> readers;
};

PostgresStore::PostgresStore(PostgresOptions options, ports::Failpoints& failpoints, ports::Log& log,
                             ports::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), failpoints, log, metrics)) {}

PostgresStore::~PostgresStore() = default;

Result<void> PostgresStore::open(std::span<const std::pair<std::string_view, std::string_view>> migrations) {
  ensure(impl_->writers == nullptr, "the store is open already");
  return impl_->open(migrations);
}

ports::asio::awaitable<Result<ports::Committed>> PostgresStore::commit(ports::Transaction transaction) {
  if (!impl_->writers) return refuse_as_not_open<ports::Committed>();
  return submit_and_suspend<ports::Committed>(*impl_->writers, std::move(transaction));
}

ports::asio::awaitable<Result<std::vector<ports::Row>>> PostgresStore::query(ports::Step step) {
  if (!impl_->readers) return refuse_as_not_open<std::vector<ports::Row>>();
  return submit_and_suspend<std::vector<ports::Row>>(*impl_->readers, std::move(step));
}

ports::asio::awaitable<Result<std::optional<Instant>>> PostgresStore::server_time() {
  ports::Step ask("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)");
  KASSA_CO_TRY(const auto rows, co_await query(std::move(ask)));
  co_return std::optional<Instant>{from_millis(ports::as_int(rows.at(0).at(0)))};
}

Result<ports::Committed> PostgresStore::commit_blocking(ports::Transaction transaction) {
  if (!impl_->writers) return store_not_open();
  return submit_and_block<ports::Committed>(*impl_->writers, std::move(transaction));
}

Result<std::vector<ports::Row>> PostgresStore::query_blocking(ports::Step step) {
  if (!impl_->readers) return store_not_open();
  return submit_and_block<std::vector<ports::Row>>(*impl_->readers, std::move(step));
}

}  // namespace kassa::platform
