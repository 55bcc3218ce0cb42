#pragma once
// A PostgreSQL store with a schema of its own and a table of rows with known ids, and a second way to the same server
// for what a test does behind the store's back.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <optional>

#include "tests/support/postgres.hpp"
#include "tests/support/store_doubles.hpp"

namespace kassa {

using ports::Guard;
using ports::Step;
using Answer = Result<ports::Committed>;

inline constexpr std::pair<std::string_view, std::string_view> kWorldMigrations[] = {
    {"0001_world",
     "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, note TEXT NOT NULL);"
     "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);"
     "INSERT INTO counter (name, n) VALUES ('a', 0), ('b', 0);"
     "CREATE TABLE owed (id BIGINT NOT NULL REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED);"
     "CREATE TABLE store (store_id TEXT NOT NULL PRIMARY KEY, revision BIGINT NOT NULL);"
     "INSERT INTO store (store_id, revision) VALUES ('s1', 1);"}};

struct World {
  std::string schema = fresh_schema();
  GateFailpoints failpoints;
  EventLog log;
  SummingMetrics metrics;
  std::deque<boost::asio::io_context> contexts;  ///< Outlive the stores, which may still be inside a post to them.
  std::unique_ptr<platform::PostgresStore> store;
  std::unique_ptr<platform::PostgresStore> aside;  ///< Not through what the test puts in the store's way.

  explicit World(std::size_t connections = 4, const std::string& conninfo = test_postgres(),
                 std::string_view after_migrations = {}) {
    aside = open(test_postgres(), 1, after_migrations);
    store = open(conninfo, connections, {});
  }
  ~World() {
    store.reset();
    drop_schema(*aside, schema);
  }

  std::unique_ptr<platform::PostgresStore> open(const std::string& conninfo, std::size_t connections,
                                                std::string_view after_migrations) {
    platform::PostgresOptions options;
    options.conninfo = conninfo;
    options.schema = schema;
    options.name = "main";
    options.writing_connections = connections;
    options.reading_connections = 1;
    if (!after_migrations.empty()) options.after_migrations.emplace_back("after", after_migrations);
    auto made = std::make_unique<platform::PostgresStore>(options, failpoints, log, metrics);
    const auto opened = made->open(kWorldMigrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return made;
  }

  std::int64_t number(const std::string& sql) {
    auto rows = aside->query_blocking(Step(sql));
    // The test may just have stopped the server. Refusals come at once, so this asks as often as it can.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!rows && std::chrono::steady_clock::now() < deadline) rows = aside->query_blocking(Step(sql));
    if (!rows) throw std::runtime_error(rows.error().detail);
    return ports::as_int(rows.value().at(0).at(0));
  }
  /// Ends the sessions that were opened with this application_name.
  void end_sessions(std::string application_name) {
    // Materialised, because the planner may well call a function for rows that another condition would exclude.
    const auto ended = aside->query_blocking(
        Step("WITH victim AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE application_name = $1) "
             "SELECT pg_terminate_backend(pid, 5000) FROM victim",
             {std::move(application_name)}));
    EXPECT_TRUE(ended);
  }
};

inline ports::Transaction transaction_of(std::string_view name, std::vector<Step> steps, std::string store = "s1") {
  ports::Transaction made(name, StoreId{std::move(store)});
  made.steps = std::move(steps);
  return made;
}

inline Step add_item(std::int64_t id, Guard guard = Guard::any()) {
  return Step("INSERT INTO item (id, note) VALUES ($1, 'x')", {id}, std::move(guard));
}

/// With a guard, so that COMMIT has a round trip of its own.
inline ports::Transaction guarded_item(std::int64_t id) {
  return transaction_of("guarded", {add_item(id, Guard::exactly(1, "not added"))});
}

inline boost::asio::awaitable<void> commit_into(ports::Store& store, ports::Transaction work,
                                                std::optional<Answer>& answer) {
  answer.emplace(co_await store.commit(std::move(work)));
}

/// All at once.
inline std::vector<Answer> commit_together(World& world, std::vector<ports::Transaction> work) {
  auto& io = world.contexts.emplace_back();
  std::vector<std::optional<Answer>> answers(work.size());
  for (std::size_t i = 0; i < work.size(); ++i) {
    boost::asio::co_spawn(io, commit_into(*world.store, std::move(work[i]), answers[i]), boost::asio::detached);
  }
  io.run();
  std::vector<Answer> out;
  for (auto& answer : answers) out.push_back(std::move(*answer));
  return out;
}

inline bool applied(const Answer& answer) { return answer && answer.value().applied; }

}  // namespace kassa
