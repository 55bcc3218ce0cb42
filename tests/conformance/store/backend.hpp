#pragma once
// The stores that the conformance suite runs against. A new backend adds a row to kBackends in backend.cpp. What needs
// a PostgreSQL server is run through tests/support/postgres_server.py.

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "services/ports/store.hpp"
#include "tests/support/store_doubles.hpp"

namespace kassa {

/// A store with an empty database of its own, open, with the table `item` and its friends (see kSuiteSchema).
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ports::Store& store() = 0;
  virtual void restart() = 0;  ///< Closes in good order and opens the same database again.

  /// One that outlives the store, whose threads may still be inside their post to it when its run() has returned.
  boost::asio::io_context& fresh_context() { return contexts_.emplace_back(1); }

  GateFailpoints failpoints;  ///< "group.before" is hit by the thread that writes, before each durable commit.
  SummingMetrics metrics;
  EventLog log;

 private:
  std::deque<boost::asio::io_context> contexts_;
};

struct StoreBackend {
  const char* name;
  std::unique_ptr<StoreUnderTest> (*make)(std::size_t group_max);
  bool in_order;  ///< What is submitted together commits in that order (but for fairness): there is one writer.
  bool groups;    ///< Transactions share a commit.
};

[[nodiscard]] std::span<const StoreBackend> store_backends();
[[nodiscard]] std::vector<StoreBackend> store_backends_in_order();
[[nodiscard]] std::vector<StoreBackend> store_backends_with_groups();

/// In the shared dialect.
inline constexpr std::string_view kSuiteSchema = R"(
CREATE TABLE item (
  id BIGINT NOT NULL PRIMARY KEY,
  owner TEXT,
  amount BIGINT CHECK (amount >= 0),
  body BYTEA,
  UNIQUE (owner)
);
CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO counter (name, n) VALUES ('all', 0);
CREATE TABLE parent (id BIGINT NOT NULL PRIMARY KEY);
CREATE TABLE child (
  id BIGINT NOT NULL PRIMARY KEY,
  parent_id BIGINT NOT NULL,
  later_id BIGINT,
  FOREIGN KEY (parent_id) REFERENCES parent (id),
  FOREIGN KEY (later_id) REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED
);
)";

using Committed = Result<ports::Committed>;
using Rows = std::vector<ports::Row>;

/// Each submitted in order, on one io_context; answers in the same order.
std::vector<Committed> commit_all(ports::Store& store, std::vector<ports::Transaction> transactions);
Committed commit_one(ports::Store& store, ports::Transaction transaction);
Result<Rows> query_one(ports::Store& store, ports::Step step);
std::int64_t count_items(ports::Store& store);

ports::Transaction transaction(std::string_view name, std::string_view store, std::vector<ports::Step> steps);
ports::Step insert_item(std::int64_t id, std::int64_t amount = 1, ports::Guard guard = {});

/// Appends `label` to `order` when the transaction is answered.
boost::asio::awaitable<void> commit_and_note(ports::Store& store, ports::Transaction transaction, std::string label,
                                             std::vector<std::pair<std::string, Committed>>& order);

class StoreConformance : public testing::TestWithParam<StoreBackend> {
 protected:
  std::unique_ptr<StoreUnderTest> fresh(std::size_t group_max = 64) { return GetParam().make(group_max); }
};
/// For stores that keep the order in which they were asked.
class OneWriterConformance : public StoreConformance {};
/// For stores that commit in groups.
class GroupCommitConformance : public StoreConformance {};

}  // namespace kassa
