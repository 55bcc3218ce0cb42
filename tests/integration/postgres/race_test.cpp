// Transactions that get in each other's way, and what values and sessions PostgreSQL adds to the suite that all stores
// share.

#include "tests/integration/postgres/world.hpp"

namespace kassa {
namespace {

Step add_to(std::string counter) {
  return Step("UPDATE counter SET n = n + 1 WHERE name = $1", {std::move(counter)}, Guard::exactly(1, "no counter"));
}
Step linger() { return Step("SELECT 1 FROM pg_sleep(0.05)"); }

TEST(PostgresRaces, ADeadlockIsRunAgain) {
  World world(8, test_postgres() + " options='-c deadlock_timeout=20ms'");
  for (int round = 0; round < 5; ++round) {
    std::vector<ports::Transaction> work;
    work.push_back(transaction_of("there", {add_to("a"), linger(), add_to("b")}));
    work.push_back(transaction_of("back", {add_to("b"), linger(), add_to("a")}));
    for (const Answer& answer : commit_together(world, std::move(work))) EXPECT_TRUE(applied(answer));
  }
  EXPECT_EQ(world.number("SELECT sum(n) FROM counter"), 20);
  EXPECT_GE(world.metrics.total("store_retries_total", "main"), 5);
}

TEST(PostgresRaces, TwoThatComputeTheSameNumberBothGetOne) {
  World world(8);
  for (int round = 0; round < 20; ++round) {
    std::vector<ports::Transaction> work;
    for (int i = 0; i < 3; ++i) {
      work.push_back(
          transaction_of("numbered", {Step("INSERT INTO item (id, note) SELECT coalesce(max(id), 0) + 1, 'x' FROM item",
                                           {}, Guard::exactly(1, "taken"))}));
    }
    for (const Answer& answer : commit_together(world, std::move(work))) EXPECT_TRUE(applied(answer));
  }
  EXPECT_EQ(world.number("SELECT max(id) FROM item"), 60);
}

TEST(PostgresRaces, AGuardedUpdateNeverGoesBeyondItsLimit) {
  World world(8);
  std::vector<ports::Transaction> work;
  for (int i = 0; i < 200; ++i) {
    work.push_back(transaction_of("limited", {Step("UPDATE counter SET n = n + 1 WHERE name = 'a' AND n < 10", {},
                                                   Guard::exactly(1, "sold out"))}));
  }
  int sold = 0;
  for (const Answer& answer : commit_together(world, std::move(work))) {
    ASSERT_TRUE(answer);
    sold += applied(answer) ? 1 : 0;
  }
  EXPECT_EQ(sold, 10);
  EXPECT_EQ(world.number("SELECT n FROM counter WHERE name = 'a'"), 10);
}

TEST(PostgresRaces, ADeferredConstraintOfAGuardedTransactionRefusesIt) {
  World world;
  auto work = guarded_item(1);
  work.add(Step("INSERT INTO owed (id) VALUES (77)"));
  const auto answer = world.store->commit_blocking(std::move(work));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer.value().applied);
  EXPECT_EQ(answer.value().refused_at, 1U);
  EXPECT_EQ(answer.value().refused_label, "constraint");
  EXPECT_EQ(world.number("SELECT count(*) FROM item"), 0);
}

TEST(PostgresRaces, WhoWaitsTooLongForALockIsTurnedAway) {
  World world(2, test_postgres());
  world.failpoints.close("group.before");
  auto& io = world.contexts.emplace_back();
  std::optional<Answer> held;
  auto holder = transaction_of("holder", {add_to("a")});
  boost::asio::co_spawn(io, commit_into(*world.aside, std::move(holder), held), boost::asio::detached);
  io.poll();
  world.failpoints.wait_until_reached();
  const auto turned_away = world.store->commit_blocking(transaction_of("waiting", {add_to("a")}));
  ASSERT_FALSE(turned_away);
  EXPECT_EQ(turned_away.error().code, Errc::kStoreUnavailable);
  world.failpoints.open();
  io.restart();
  io.run();
  EXPECT_TRUE(applied(*held));
  EXPECT_EQ(world.number("SELECT n FROM counter WHERE name = 'a'"), 1);
}

struct ValueCase {
  const char* sql;
  ports::SqlValue value;
};

TEST(PostgresValues, NumbersOfEveryTypeAreReadAsIntegers) {
  const ValueCase cases[] = {
      {"SELECT sum(n) FROM (VALUES (CAST(9223372036854775806 AS BIGINT)), (1)) AS v (n)",
       std::int64_t{9'223'372'036'854'775'807}},
      {"SELECT sum(n) FROM (VALUES (CAST(-9223372036854775807 AS BIGINT)), (-1)) AS v (n)",
       std::numeric_limits<std::int64_t>::min()},
      {"SELECT CAST(0 AS NUMERIC)", std::int64_t{0}},
      {"SELECT CAST(10000 AS NUMERIC)", std::int64_t{10'000}},
      {"SELECT CAST(-120000000 AS NUMERIC)", std::int64_t{-120'000'000}},
      {"SELECT CAST(12345678901234 AS NUMERIC)", std::int64_t{12'345'678'901'234}},
      {"SELECT -7", std::int64_t{-7}},
      {"SELECT CAST(-7 AS SMALLINT)", std::int64_t{-7}},
      {"SELECT 1 = 1", std::int64_t{1}},
      {"SELECT NULL", std::monostate{}},
      {"SELECT 'plain'", std::string("plain")},
  };
  World world(1);
  for (const ValueCase& row : cases) {
    const auto rows = world.store->query_blocking(Step(row.sql));
    ASSERT_TRUE(rows) << row.sql;
    EXPECT_EQ(rows.value()[0][0], row.value) << row.sql;
  }
  for (const char* sql :
       {"SELECT CAST(0.5 AS NUMERIC)", "SELECT sum(n) FROM (VALUES (9223372036854775807), (1)) AS v (n)",
        "SELECT CAST(1 AS DOUBLE PRECISION)"}) {
    const auto rows = world.store->query_blocking(Step(sql));
    ASSERT_FALSE(rows) << sql;
    EXPECT_EQ(rows.error().code, Errc::kInternal) << sql;
  }
}

TEST(PostgresValues, TextComparesByteByByteWhateverTheLocale) {
  World world(1);
  const auto rows = world.store->query_blocking(
      Step("SELECT name FROM counter UNION ALL SELECT 'B' UNION ALL SELECT '_' ORDER BY 1"));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows.value(),
            (std::vector<ports::Row>{{std::string("B")}, {std::string("_")}, {std::string("a")}, {std::string("b")}}));
}

}  // namespace
}  // namespace kassa
