#include "tests/conformance/store/backend.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "services/platform/postgres/postgres_store.hpp"
#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa {
namespace {

namespace asio = boost::asio;

class SqliteUnderTest final : public StoreUnderTest {
 public:
  explicit SqliteUnderTest(std::size_t group_max) : group_max_(group_max) { open(); }
  ports::Store& store() override { return *store_; }
  void restart() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    platform::SqliteOptions options;
    options.file = folder_.path() / "store.db";
    options.group_max = group_max_;
    store_ = std::make_unique<platform::SqliteStore>(options, failpoints, log, metrics,
                                                     [] { ADD_FAILURE() << "the store failed"; });
    const std::pair<std::string_view, std::string_view> migrations[] = {{"0001_suite", kSuiteSchema}};
    const auto opened = store_->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }

  std::size_t group_max_;
  TemporaryFolder folder_{TemporaryFolder::On::kMemory};
  std::unique_ptr<platform::SqliteStore> store_;
};

std::unique_ptr<StoreUnderTest> make_sqlite(std::size_t group_max) {
  return std::make_unique<SqliteUnderTest>(group_max);
}

class PostgresUnderTest final : public StoreUnderTest {
 public:
  explicit PostgresUnderTest(std::size_t connections) : connections_(connections) { open(); }
  ~PostgresUnderTest() override { drop_schema(*store_, schema_); }
  ports::Store& store() override { return *store_; }
  void restart() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    platform::PostgresOptions options;
    options.conninfo = test_postgres();
    options.schema = schema_;
    options.writing_connections = connections_;
    options.reading_connections = 2;
    store_ = std::make_unique<platform::PostgresStore>(options, failpoints, log, metrics);
    const std::pair<std::string_view, std::string_view> migrations[] = {{"0001_suite", kSuiteSchema}};
    const auto opened = store_->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }

  std::size_t connections_;
  std::string schema_ = fresh_schema();
  std::unique_ptr<platform::PostgresStore> store_;
};

std::unique_ptr<StoreUnderTest> make_postgres(std::size_t) { return std::make_unique<PostgresUnderTest>(8); }
std::unique_ptr<StoreUnderTest> make_postgres_of_one(std::size_t) { return std::make_unique<PostgresUnderTest>(1); }

constexpr StoreBackend kBackends[] = {
    {"Sqlite", &make_sqlite, true, true},
    {"Postgres", &make_postgres, false, false},
    {"PostgresWithOneConnection", &make_postgres_of_one, true, false},
};

std::vector<StoreBackend> backends_with(bool StoreBackend::* trait) {
  std::vector<StoreBackend> some;
  std::copy_if(std::begin(kBackends), std::end(kBackends), std::back_inserter(some),
               [trait](const StoreBackend& backend) { return backend.*trait; });
  return some;
}

/// Like fresh_context(), for callers that know only a store.
asio::io_context& lasting_context() {
  static asio::io_context context(1);
  context.restart();
  return context;
}

asio::awaitable<void> query_into(ports::Store& store, ports::Step step, std::optional<Result<Rows>>& answer) {
  answer.emplace(co_await store.query(std::move(step)));
}

}  // namespace

std::span<const StoreBackend> store_backends() { return kBackends; }
std::vector<StoreBackend> store_backends_in_order() { return backends_with(&StoreBackend::in_order); }
std::vector<StoreBackend> store_backends_with_groups() { return backends_with(&StoreBackend::groups); }

asio::awaitable<void> commit_and_note(ports::Store& store, ports::Transaction transaction, std::string label,
                                      std::vector<std::pair<std::string, Committed>>& order) {
  auto answer = co_await store.commit(std::move(transaction));
  order.emplace_back(std::move(label), std::move(answer));
}

std::vector<Committed> commit_all(ports::Store& store, std::vector<ports::Transaction> transactions) {
  asio::io_context& io = lasting_context();
  std::vector<std::pair<std::string, Committed>> order;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    asio::co_spawn(io, commit_and_note(store, std::move(transactions[i]), std::to_string(i), order), asio::detached);
  }
  io.run();
  std::vector<Committed> answers(order.size(), Committed{Error{}});
  for (auto& [label, answer] : order) answers[std::stoul(label)] = std::move(answer);
  return answers;
}

Committed commit_one(ports::Store& store, ports::Transaction transaction) {
  std::vector<ports::Transaction> one;
  one.push_back(std::move(transaction));
  return std::move(commit_all(store, std::move(one)).front());
}

Result<Rows> query_one(ports::Store& store, ports::Step step) {
  asio::io_context& io = lasting_context();
  std::optional<Result<Rows>> answer;
  asio::co_spawn(io, query_into(store, std::move(step), answer), asio::detached);
  io.run();
  return std::move(*answer);
}

std::int64_t count_items(ports::Store& store) {
  return ports::as_int(query_one(store, ports::Step{"SELECT count(*) FROM item"}).value()[0][0]);
}

ports::Transaction transaction(std::string_view name, std::string_view store, std::vector<ports::Step> steps) {
  ports::Transaction result(name, StoreId{store});
  result.steps = std::move(steps);
  return result;
}

ports::Step insert_item(std::int64_t id, std::int64_t amount, ports::Guard guard) {
  return ports::Step{"INSERT INTO item (id, owner, amount) VALUES ($1, NULL, $2)", {id, amount}, std::move(guard)};
}

}  // namespace kassa
