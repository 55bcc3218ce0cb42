// How a schema comes to be and what is refused; and how one process hears of another's changes.

#include <condition_variable>
#include <thread>

#include "services/platform/postgres/postgres_dialect.hpp"
#include "services/platform/postgres/postgres_listener.hpp"
#include "tests/integration/postgres/world.hpp"

namespace kassa {
namespace {

using Migrations = std::vector<std::pair<std::string_view, std::string_view>>;

constexpr std::string_view kFirst = "CREATE TABLE first (id BIGINT NOT NULL PRIMARY KEY);";
constexpr std::string_view kSecond = "CREATE TABLE second (id BIGINT NOT NULL PRIMARY KEY);";
constexpr std::string_view kAddsOnly = "-- min_reader: 1\nCREATE TABLE second (id BIGINT NOT NULL PRIMARY KEY);";

class PostgresSchema : public testing::Test {
 protected:
  ~PostgresSchema() override {
    if (store_) drop_schema(*store_, schema_);
  }
  Result<void> open(const Migrations& migrations, const std::string& conninfo = test_postgres()) {
    auto store = fresh_store(conninfo);
    auto opened = store->open(migrations);
    if (opened) store_ = std::move(store);
    return opened;
  }
  std::unique_ptr<platform::PostgresStore> fresh_store(const std::string& conninfo) {
    platform::PostgresOptions options;
    options.conninfo = conninfo;
    options.schema = schema_;
    options.name = "main";
    options.writing_connections = 1;
    options.reading_connections = 1;
    return std::make_unique<platform::PostgresStore>(options, failpoints_, log_, metrics_);
  }
  std::int64_t number(std::string_view sql) { return ports::as_int(store_->query_blocking(Step(sql)).value()[0][0]); }

  std::string schema_ = fresh_schema();
  GateFailpoints failpoints_;
  EventLog log_;
  SummingMetrics metrics_;
  std::unique_ptr<platform::PostgresStore> store_;
};

TEST_F(PostgresSchema, GrowsWithTheProgram) {
  ASSERT_TRUE(open({{"0001", kFirst}}));
  ASSERT_TRUE(open({{"0001", kFirst}, {"0002", kSecond}}));
  ASSERT_TRUE(open({{"0001", kFirst}, {"0002", kSecond}}));
  EXPECT_EQ(number("SELECT count(*) FROM schema_version"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM second"), 0);
}

TEST_F(PostgresSchema, ANewerOneIsRefused) {
  ASSERT_TRUE(open({{"0001", kFirst}, {"0002", kSecond}}));
  const auto refused = open({{"0001", kFirst}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("newer"), std::string::npos) << refused.error().detail;
}

TEST_F(PostgresSchema, ANewerOneThatOnlyAddsIsUsedByTheOlderProgram) {
  ASSERT_TRUE(open({{"0001", kFirst}, {"0002", kAddsOnly}}));
  ASSERT_TRUE(open({{"0001", kFirst}}));
  EXPECT_EQ(number("SELECT count(*) FROM first"), 0);
}

TEST_F(PostgresSchema, AChangedMigrationIsRefused) {
  ASSERT_TRUE(open({{"0001", kFirst}}));
  EXPECT_FALSE(open({{"0001", kSecond}}));
  EXPECT_FALSE(open({{"other", kFirst}}));
}

TEST_F(PostgresSchema, AMigrationThatFailsLeavesNothing) {
  ASSERT_TRUE(open({{"0001", kFirst}}));
  const auto refused =
      open({{"0001", kFirst}, {"0002", "CREATE TABLE half (id BIGINT); CREATE TABLE first (id BIGINT)"}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("0002"), std::string::npos);
  EXPECT_EQ(number("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"), 2);
}

TEST_F(PostgresSchema, SeveralProcessesMayStartAtOnce) {
  std::vector<std::thread> starting;
  std::atomic<int> opened{0};
  for (int i = 0; i < 6; ++i) {
    starting.emplace_back([this, &opened] {
      auto store = fresh_store(test_postgres());
      const Migrations migrations{{"0001", kFirst}, {"0002", kSecond}};
      const auto done = store->open(migrations);
      EXPECT_TRUE(done) << done.error().detail;
      ++opened;
    });
  }
  for (std::thread& thread : starting) thread.join();
  EXPECT_EQ(opened, 6);
  ASSERT_TRUE(open({{"0001", kFirst}, {"0002", kSecond}}));
}

TEST_F(PostgresSchema, AServerThatMayForgetCommitsIsRefused) {
  const auto refused = open({{"0001", kFirst}}, test_postgres() + " options='-c synchronous_commit=off'");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("durable"), std::string::npos);
  // Only where there is a standby to wait for.
  const std::string local = test_postgres() + " options='-c synchronous_commit=local'";
  EXPECT_TRUE(open({{"0001", kFirst}}, local));
  ports::Step standby("SELECT current_setting('synchronous_standby_names')");
}

TEST_F(PostgresSchema, AServerThatIsNotThereIsNamedInTheRefusal) {
  const auto refused = open({{"0001", kFirst}}, "host=127.0.0.1 port=1 user=kassa dbname=postgres");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kStoreUnavailable);
  EXPECT_NE(refused.error().detail.find("127.0.0.1"), std::string::npos) << refused.error().detail;
}

TEST(PostgresDialect, OnlyTheTypeTextIsTranslated) {
  EXPECT_EQ(
      platform::to_postgres_schema("CREATE TABLE t (a TEXT NOT NULL, CONTEXT TEXT_2 'TEXT' /*x*/) -- it's TEXT\nTEXT"),
      "CREATE TABLE t (a TEXT COLLATE \"C\" NOT NULL, CONTEXT TEXT_2 'TEXT' /*x*/) -- it's TEXT\n"
      "TEXT COLLATE \"C\"");
}

TEST(PostgresDialect, SchemaNamesNeedNoQuotes) {
  for (const char* good : {"kassa", "_k1", "a"}) EXPECT_TRUE(platform::is_schema_name(good)) << good;
  for (const char* bad : {"", "1a", "Kassa", "a b", "a;b", "pg_x", "a\"b"}) {
    EXPECT_FALSE(platform::is_schema_name(bad)) << bad;
  }
  EXPECT_FALSE(platform::is_schema_name(std::string(64, 'a')));
}

/// What a listener was told, in order.
class Heard {
 public:
  void add(const std::string& store) {
    const std::lock_guard lock(mutex_);
    stores_.push_back(store);
    changed_.notify_all();
  }
  /// Waits for at most `time` until `count` were heard.
  std::vector<std::string> wait_for(std::size_t count, std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [&] { return stores_.size() >= count; });
    return stores_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> stores_;
};

platform::PostgresListener::Options hearing(const World& world, Heard& heard, const std::string& name = "listener") {
  platform::PostgresListener::Options options;
  options.conninfo = test_postgres() + " application_name=" + name;
  options.schema = world.schema;
  options.on_change = [&heard](const std::string& message) { heard.add(message); };
  return options;
}

ports::Transaction move_revision() {
  return transaction_of("change", {Step("UPDATE store SET revision = revision + 1 WHERE store_id = 's1'")});
}

boost::asio::awaitable<void> read_from(ports::Store& store, Step step) {
  const auto rows = co_await store.query(std::move(step));
  EXPECT_FALSE(rows);  // Its session is ended.
}

TEST(PostgresSchemaExtras, AreRunOnceSoThatAStartWaitsForNobodyWhoReads) {
  constexpr std::string_view kAlters = "ALTER TABLE store ADD COLUMN IF NOT EXISTS extra BIGINT NOT NULL DEFAULT 7;";
  World world(1, test_postgres(), kAlters);
  EXPECT_EQ(world.number("SELECT extra FROM store"), 7);
  const auto reader = world.open(test_postgres() + " application_name=victim_reader", 1, {});
  auto& io = world.contexts.emplace_back();
  Step slow("SELECT 1 FROM store CROSS JOIN pg_sleep(300)");
  boost::asio::co_spawn(io, read_from(*reader, std::move(slow)), boost::asio::detached);
  std::thread reading([&io] { io.run(); });
  const std::string busy =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim_reader' AND wait_event = 'PgSleep'";
  while (world.number(busy) == 0) std::this_thread::yield();
  const auto again = world.open(test_postgres(), 1, kAlters);
  EXPECT_EQ(world.number(busy), 1);
  world.end_sessions("victim_reader");
  reading.join();
  const auto changed = world.open(test_postgres(), 1, "ALTER TABLE store ADD COLUMN IF NOT EXISTS other BIGINT;");
  EXPECT_EQ(world.number("SELECT count(*) FROM schema_extra"), 1);
  EXPECT_EQ(world.number("SELECT count(other) FROM store"), 0);
}

TEST(PostgresNotifications, AChangeIsHeardWithinASecond) {
  World world(1, test_postgres(), platform::kTellStoreChanges);
  Heard heard;
  platform::PostgresListener listener(hearing(world, heard), world.log);
  ASSERT_EQ(heard.wait_for(1, std::chrono::seconds(5)), std::vector<std::string>{""});
  ASSERT_TRUE(applied(world.store->commit_blocking(move_revision())));
  EXPECT_EQ(heard.wait_for(2, std::chrono::seconds(1)), (std::vector<std::string>{"", "s1"}));
  auto refused = move_revision();
  refused.add(Step("UPDATE counter SET n = 1 WHERE name = 'none'", {}, Guard::exactly(1, "none")));
  ASSERT_FALSE(applied(world.store->commit_blocking(std::move(refused))));
  auto same = transaction_of("same", {Step("UPDATE store SET revision = revision WHERE store_id = 's1'")});
  ASSERT_TRUE(applied(world.store->commit_blocking(std::move(same))));
  ASSERT_TRUE(applied(world.store->commit_blocking(move_revision())));
  EXPECT_EQ(heard.wait_for(3, std::chrono::seconds(1)), (std::vector<std::string>{"", "s1", "s1"}));
}

TEST(PostgresNotifications, AListenerThatLostItsConnectionComesBackAndSaysSo) {
  World world(1, test_postgres(), platform::kTellStoreChanges);
  Heard heard;
  platform::PostgresListener listener(hearing(world, heard, "victim_listener"), world.log);
  ASSERT_EQ(heard.wait_for(1, std::chrono::seconds(5)).size(), 1U);
  world.end_sessions("victim_listener");
  ASSERT_EQ(heard.wait_for(2, std::chrono::seconds(5)), (std::vector<std::string>{"", ""}));
  ASSERT_TRUE(applied(world.store->commit_blocking(move_revision())));
  EXPECT_EQ(heard.wait_for(3, std::chrono::seconds(1)).back(), "s1");
}

TEST(PostgresNotifications, WhatOneTellsAllHearEvenIfItWasSaidWhileTheConnectionWasAway) {
  World world(1);
  Heard heard;
  Heard elsewhere;
  platform::PostgresListener listener(hearing(world, heard, "victim_teller"), world.log);
  platform::PostgresListener other(hearing(world, elsewhere), world.log);
  ASSERT_EQ(elsewhere.wait_for(1, std::chrono::seconds(5)).size(), 1U);
  ASSERT_EQ(heard.wait_for(1, std::chrono::seconds(5)).size(), 1U);
  listener.tell("news one");
  EXPECT_EQ(elsewhere.wait_for(2, std::chrono::seconds(5)).back(), "news one");
  EXPECT_EQ(heard.wait_for(2, std::chrono::seconds(5)).back(), "news one");
  world.end_sessions("victim_teller");
  listener.tell("news two");
  EXPECT_EQ(elsewhere.wait_for(3, std::chrono::seconds(5)).back(), "news two");
}

/// Whoever wants to serve beside nobody, or beside others who share.
class Places : public testing::Test {
 protected:
  using Beside = platform::PostgresPlace;
  std::unique_ptr<platform::PostgresListener> come(Beside beside, const std::string& name = "guest") {
    auto options = hearing(world_, heard_, name);
    options.beside = beside;
    options.patience = std::chrono::milliseconds(300);
    options.on_displaced = [this] { displaced_.add("displaced"); };
    return std::make_unique<platform::PostgresListener>(std::move(options), world_.log);
  }
  World world_{1};
  Heard heard_;
  Heard displaced_;
};

TEST_F(Places, OneAloneKeepsOutEverybodyElseUntilItGoes) {
  auto alone = come(Beside::kNobody);
  ASSERT_TRUE(alone->wait_for_place());
  EXPECT_EQ(come(Beside::kNobody)->wait_for_place().error().code, Errc::kGuardFailed);
  EXPECT_EQ(come(Beside::kOthersWhoShare)->wait_for_place().error().code, Errc::kGuardFailed);
  alone.reset();
  EXPECT_TRUE(come(Beside::kOthersWhoShare)->wait_for_place());
}

TEST_F(Places, WhoNeverHadThePlaceIsNotDisplaced) {
  auto alone = come(Beside::kNobody);
  ASSERT_TRUE(alone->wait_for_place());
  auto refused = come(Beside::kNobody, "victim_refused");
  EXPECT_EQ(refused->wait_for_place().error().code, Errc::kGuardFailed);
  // It asks again while it lives.
  EXPECT_TRUE(displaced_.wait_for(1, std::chrono::milliseconds(500)).empty());
}

TEST_F(Places, ThoseWhoShareAreMany) {
  auto one = come(Beside::kOthersWhoShare);
  auto two = come(Beside::kOthersWhoShare);
  ASSERT_TRUE(one->wait_for_place());
  ASSERT_TRUE(two->wait_for_place());
  EXPECT_EQ(come(Beside::kNobody)->wait_for_place().error().code, Errc::kGuardFailed);
}

TEST_F(Places, WhoWaitsForADeadOneGetsItsPlace) {
  auto first = come(Beside::kNobody);
  ASSERT_TRUE(first->wait_for_place());
  auto next = come(Beside::kNobody);
  first.reset();
  EXPECT_TRUE(next->wait_for_place());
}

TEST_F(Places, WhoLosesTheConnectionTakesThePlaceAgainUnlessOthersHave) {
  auto first = come(Beside::kNobody, "victim_alone");
  ASSERT_TRUE(first->wait_for_place());
  world_.end_sessions("victim_alone");
  EXPECT_EQ(heard_.wait_for(2, std::chrono::seconds(5)).size(), 2U);
  EXPECT_TRUE(displaced_.wait_for(1, std::chrono::milliseconds(0)).empty());
  // Somebody who is quicker, each time.
  std::unique_ptr<platform::PostgresListener> quicker;
  for (bool taken = false; !taken;) {
    quicker = come(Beside::kNobody, "quicker");
    world_.end_sessions("victim_alone");
    taken = quicker->wait_for_place().has_value();
  }
  EXPECT_EQ(displaced_.wait_for(1, std::chrono::seconds(5)).size(), 1U);
}

}  // namespace
}  // namespace kassa
