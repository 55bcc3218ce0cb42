#include "tests/conformance/store/backend.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "services/platform/store/sqlite_store.hpp"
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

constexpr StoreBackend kBackends[] = {{"Sqlite", &make_sqlite}};

asio::awaitable<void> query_into(ports::Store& store, ports::Step step, std::optional<Result<Rows>>& answer) {
  answer.emplace(co_await store.query(std::move(step)));
}

}  // namespace

std::span<const StoreBackend> store_backends() { return kBackends; }

asio::awaitable<void> commit_and_note(ports::Store& store, ports::Transaction transaction, std::string label,
                                      std::vector<std::pair<std::string, Committed>>& order) {
  auto answer = co_await store.commit(std::move(transaction));
  order.emplace_back(std::move(label), std::move(answer));
}

std::vector<Committed> commit_all(ports::Store& store, std::vector<ports::Transaction> transactions) {
  asio::io_context io;
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
  asio::io_context io;
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
