#include "services/platform/store/sqlite_store.hpp"

#include "services/base/ensure.hpp"
#include "services/platform/store/file_lock.hpp"
#include "services/platform/store/group_writer.hpp"
#include "services/platform/store/reader_pool.hpp"
#include "services/platform/store/sqlite_check.hpp"
#include "services/platform/store/sqlite_migrations.hpp"

namespace kassa::platform {
namespace {

Error not_open() { return {Errc::kStoreUnavailable, "store: not open"}; }

template <class T>
ports::asio::awaitable<Result<T>> answer_not_open() {
  co_return not_open();
}

}  // namespace

class SqliteStore::Impl {
 public:
  Impl(SqliteOptions options_, ports::Failpoints& failpoints_, ports::Log& log_, ports::Metrics& metrics_,
       std::function<void()> on_fatal)
      : options(std::move(options_)),
        failpoints(failpoints_),
        log(log_),
        metrics(metrics_),
        health(std::move(on_fatal)) {}

  Result<void> open(std::span<const Migration> migrations) {
    const auto begun = std::chrono::steady_clock::now();
    KASSA_TRY(auto taken, FileLock::take(options.file));
    KASSA_TRY(create_private_file(options.file));
    const bool unclean = ended_uncleanly(options.file);
    auto opened =
        SqliteConnection::open(options.file, SqliteConnection::Access::kReadWrite, options.cache_kibibytes / 2);
    if (!opened) return refuse(opened.error());
    if (unclean) {
      KASSA_TRY(look_for_damage(opened.value()));
    }
    KASSA_TRY(const std::size_t applied, migrate(opened.value(), migrations));
    if (!options.after_migrations.empty()) {
      if (auto ran = opened.value().script(options.after_migrations); !ran) return refuse(ran.error());
    }
    KASSA_TRY(start(std::move(opened.value())));
    lock.emplace(std::move(taken));
    const auto took = std::chrono::steady_clock::now() - begun;
    log.info("store.opened", {{"schema", static_cast<std::int64_t>(migrations.size())},
                              {"migrations_applied", static_cast<std::int64_t>(applied)},
                              {"recovered", unclean ? "yes" : "no"},
                              {"ms", std::chrono::duration_cast<Millis>(took).count()}});
    return ok();
  }

  SqliteOptions options;
  ports::Failpoints& failpoints;
  ports::Log& log;
  ports::Metrics& metrics;
  StoreHealth health;
  // Destroyed from the last to the first: readers, then the writer, whose connection must be the last to
  // close the database (only then is the write-ahead log folded in and deleted), then the lock.
  std::optional<FileLock> lock;
  std::unique_ptr<GroupWriter> writer;
  std::unique_ptr<ReaderPool> readers;

 private:
  Error refuse(const SqliteFault& fault) const {
    return {Errc::kStoreUnavailable, options.file.string() + ": " + fault.message};
  }

  Result<void> look_for_damage(SqliteConnection& db) {
    KASSA_TRY(const CheckVerdict verdict, quick_check(db, options.file, kQuickCheckBudget));
    log.warn("store.unclean_end", {{"checked", verdict == CheckVerdict::kSound ? "sound" : "not_checked"}});
    return ok();
  }

  Result<void> start(SqliteConnection db) {
    const std::size_t count = std::max<std::size_t>(options.reader_threads, 1);
    std::vector<SqliteConnection> connections;
    connections.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto opened = SqliteConnection::open(options.file, SqliteConnection::Access::kReadOnly,
                                           options.cache_kibibytes / 2 / count);
      if (!opened) return refuse(opened.error());
      connections.push_back(std::move(opened.value()));
    }
    writer = std::make_unique<GroupWriter>(std::move(db), options.group_max,
                                           GroupWriter::Tools{failpoints, log, metrics, health, options.name});
    readers = std::make_unique<ReaderPool>(std::move(connections), log, health);
    return ok();
  }
};

SqliteStore::SqliteStore(SqliteOptions options, ports::Failpoints& failpoints, ports::Log& log, ports::Metrics& metrics,
                         std::function<void()> on_fatal)
    : impl_(std::make_unique<Impl>(std::move(options), failpoints, log, metrics, std::move(on_fatal))) {}

SqliteStore::~SqliteStore() = default;

Result<void> SqliteStore::open(std::span<const std::pair<std::string_view, std::string_view>> migrations) {
  ensure(impl_->writer == nullptr, "the store is open already");
  return impl_->open(migrations);
}

ports::asio::awaitable<Result<ports::Committed>> SqliteStore::commit(ports::Transaction transaction) {
  if (!impl_->writer) return answer_not_open<ports::Committed>();
  return submit_and_suspend<ports::Committed>(*impl_->writer, std::move(transaction));
}

ports::asio::awaitable<Result<std::vector<ports::Row>>> SqliteStore::query(ports::Step step) {
  if (!impl_->readers) return answer_not_open<std::vector<ports::Row>>();
  return submit_and_suspend<std::vector<ports::Row>>(*impl_->readers, std::move(step));
}

bool SqliteStore::has_space() const noexcept { return impl_->health.has_space(); }

ports::asio::awaitable<Result<void>> SqliteStore::look_for_space() {
  ports::Transaction attempt("space", StoreId{});
  attempt.add(ports::Step("UPDATE schema_version SET version = version"));
  KASSA_CO_TRY(co_await commit(std::move(attempt)));
  co_return ok();
}

Result<ports::Committed> SqliteStore::commit_blocking(ports::Transaction transaction) {
  if (!impl_->writer) return not_open();
  return submit_and_block<ports::Committed>(*impl_->writer, std::move(transaction));
}

Result<std::vector<ports::Row>> SqliteStore::query_blocking(ports::Step step) {
  if (!impl_->readers) return not_open();
  return submit_and_block<std::vector<ports::Row>>(*impl_->readers, std::move(step));
}

}  // namespace kassa::platform
