// Opening: migrations, refusals, the lock, permissions, damage.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>

#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa::platform {
namespace {

using Migrations = std::vector<std::pair<std::string_view, std::string_view>>;
using ports::Step;

const std::pair<std::string_view, std::string_view> kFirst{"0001_first", "CREATE TABLE t (a BIGINT PRIMARY KEY);"};
const std::pair<std::string_view, std::string_view> kSecond{"0002_second",
                                                            "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);"};

const std::pair<std::string_view, std::string_view> kBig{
    "0002_big",
    "CREATE TABLE big (a BIGINT PRIMARY KEY, b TEXT);"
    "INSERT INTO big WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
    " SELECT i, 'some text to fill pages with' FROM n;"};

class OpenStore : public testing::Test {
 protected:
  /// Opens and says why not; empty when it went well.
  std::string open(const Migrations& migrations) {
    store.reset();
    SqliteOptions options;
    options.file = file;
    store = std::make_unique<SqliteStore>(options, failpoints, log, metrics, [this] { ++fatal; });
    const auto opened = store->open(migrations);
    return opened ? "" : opened.error().detail;
  }
  std::string answer(std::string_view sql) {
    const auto rows = store->query_blocking(Step{sql});
    if (!rows) return "error";
    std::string all;
    for (const auto& row : rows.value()) {
      const auto* text = std::get_if<std::string>(&row[0]);
      all += (all.empty() ? "" : ",") + (text != nullptr ? *text : std::to_string(ports::as_int(row[0])));
    }
    return all;
  }
  bool apply(std::string_view sql) {
    ports::Transaction work("test", StoreId{"a"});
    work.add(Step{sql});
    const auto committed = store->commit_blocking(std::move(work));
    return committed && committed.value().applied;
  }

  TemporaryFolder folder{TemporaryFolder::On::kMemory};
  std::filesystem::path file = folder.path() / "store.db";
  GateFailpoints failpoints;
  SummingMetrics metrics;
  EventLog log;
  std::atomic<int> fatal{0};
  std::unique_ptr<SqliteStore> store;
};

TEST_F(OpenStore, TellsWhetherThereIsRoomToWrite) {
  ASSERT_EQ(open({kFirst, {"0002_text", "CREATE TABLE texts (b TEXT);"}}), "");
  EXPECT_TRUE(store->has_space());
  ASSERT_TRUE(apply("PRAGMA max_page_count = 20"));
  const std::string_view large = "INSERT INTO texts VALUES (printf('%.*c', 1000000, 'x'))";
  EXPECT_FALSE(apply(large));
  EXPECT_FALSE(store->has_space());
  EXPECT_TRUE(apply("DELETE FROM t WHERE a = 99")) << "a commit that writes nothing";
  EXPECT_FALSE(store->has_space()) << "says nothing about room";
  ASSERT_TRUE(apply("PRAGMA max_page_count = 100000"));
  EXPECT_FALSE(store->has_space()) << "nothing has been written since";
  EXPECT_TRUE(apply(large));
  EXPECT_TRUE(store->has_space());
  EXPECT_EQ(fatal, 0);
}

TEST_F(OpenStore, MigratesFromNothingAndOnlyOnce) {
  EXPECT_EQ(open({kFirst}), "");
  EXPECT_EQ(answer("SELECT version FROM schema_version"), "1");
  EXPECT_EQ(open({kFirst, kSecond}), "");
  EXPECT_EQ(open({kFirst, kSecond}), "");
  EXPECT_EQ(answer("SELECT a FROM t ORDER BY a"), "1,2");
  EXPECT_EQ(answer("SELECT name FROM schema_version ORDER BY version"), "0001_first,0002_second");
}

TEST_F(OpenStore, RefusesASchemaItDoesNotKnow) {
  ASSERT_EQ(open({kFirst, kSecond}), "");
  EXPECT_EQ(open({kFirst}), "the database has schema 2, newer than the schema 1 of this program");
  EXPECT_EQ(open({{"0001_first", "CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT);"}, kSecond}),
            "migration 0001_first was changed after it had been applied");
  EXPECT_EQ(open({kFirst, {"0002_other", kSecond.second}}),
            "the database was migrated by 0002_second where this program has 0002_other");
  EXPECT_EQ(open({kFirst, kSecond}), "") << "the refusals changed nothing";
}

TEST_F(OpenStore, AFailingMigrationLeavesNothingBehind) {
  ASSERT_EQ(open({kFirst}), "");
  const auto why = open({kFirst, {"0002_broken", "INSERT INTO t VALUES (9); CREATE TABLE u (a NOSUCHTYPE);"}});
  EXPECT_TRUE(why.starts_with("migration 0002_broken failed: ")) << why;
  ASSERT_EQ(open({kFirst}), "");
  EXPECT_EQ(answer("SELECT count(*) FROM t"), "0");
}

TEST_F(OpenStore, AppliesTheMigrationsOfThisRepository) {
  for (const auto& database : std::filesystem::directory_iterator("infra/migrations")) {
    SCOPED_TRACE(database.path().string());
    std::map<std::string, std::string> texts;
    for (const auto& entry : std::filesystem::directory_iterator(database.path())) {
      std::ifstream input(entry.path());
      texts[entry.path().stem().string()].assign(std::istreambuf_iterator<char>(input), {});
    }
    const std::vector<std::pair<std::string_view, std::string_view>> migrations(texts.begin(), texts.end());
    file = folder.path() / (database.path().filename().string() + ".db");
    ASSERT_EQ(open(migrations), "");
    EXPECT_EQ(answer("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT'"), "");
  }
}

TEST_F(OpenStore, RefusesEverythingWhenItCouldNotBeOpened) {
  EXPECT_NE(open({{"bad", "NONSENSE"}}), "");
  EXPECT_FALSE(apply("SELECT 1"));
  EXPECT_EQ(answer("SELECT 1"), "error");
}

TEST_F(OpenStore, RefusesAFileThatAnotherWriterHolds) {
  ASSERT_EQ(open({kFirst}), "");
  SqliteOptions options;
  options.file = file;
  SqliteStore second(options, failpoints, log, metrics, [] {});
  const auto refused = second.open(Migrations{kFirst});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, file.string() + ": another process has this database open for writing");
  EXPECT_TRUE(apply("INSERT INTO t VALUES (1)"));
  store.reset();
  EXPECT_TRUE(second.open(Migrations{kFirst}));
}

TEST_F(OpenStore, ItsFilesAreForTheOwnerOnly) {
  ASSERT_EQ(open({kFirst}), "");
  ASSERT_TRUE(apply("INSERT INTO t VALUES (1)"));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    struct stat status{};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 4) << "database, log, its index, lock";
}

TEST_F(OpenStore, FoldsTheLogInWhenItCloses) {
  ASSERT_EQ(open({kFirst, kSecond}), "");
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
  ASSERT_EQ(open({kFirst, kSecond}), "");
  EXPECT_FALSE(log.saw("store.unclean_end"));
}

TEST_F(OpenStore, KeepsTheLogShortWhileItRuns) {
  ASSERT_EQ(open({{"0001", "CREATE TABLE blob (a BIGINT PRIMARY KEY, b BYTEA);"}}), "");
  for (std::int64_t i = 0; i < 100; ++i) {
    ports::Transaction work("test", StoreId{"a"});
    work.add(Step{"INSERT INTO blob VALUES ($1, $2)", {i, Bytes(400'000, std::byte{1})}});
    ASSERT_TRUE(store->commit_blocking(std::move(work)).value().applied);
  }
  EXPECT_LT(std::filesystem::file_size(file.string() + "-wal"), 10'000'000U) << "40 MB were written";
}

/// Leaves a database with a log, as a killed process would.
void copy_while_open(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const char* suffix : {"", "-wal"}) std::filesystem::copy_file(from.string() + suffix, to.string() + suffix);
}

TEST_F(OpenStore, LooksForDamageAfterAnUncleanEnd) {
  ASSERT_EQ(open({kFirst, kBig}), "");
  store.reset();
  ASSERT_EQ(open({kFirst, kBig}), "");
  ASSERT_TRUE(apply("INSERT INTO t VALUES (1)"));
  const auto copy = folder.path() / "copy.db";
  copy_while_open(file, copy);
  store.reset();
  std::fstream page(copy, std::ios::in | std::ios::out | std::ios::binary);
  page.seekp(std::streamoff{10} * 4096);
  page << std::string(4096, '\xee');
  page.close();
  file = copy;
  const auto why = open({kFirst});
  EXPECT_TRUE(why.starts_with("the database is damaged")) << why;
}

TEST_F(OpenStore, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file) << std::string(8192, 'x');
  EXPECT_EQ(open({kFirst}), file.string() + ": file is not a database");
}

TEST_F(OpenStore, DamageFoundWhileRunningStopsTheStore) {
  ASSERT_EQ(open({kFirst, kBig}), "");
  store.reset();
  std::fstream pages(file, std::ios::in | std::ios::out | std::ios::binary);
  pages.seekp(std::streamoff{4} * 4096);
  pages << std::string(std::size_t{20} * 4096, '\xee');
  pages.close();
  ASSERT_EQ(open({kFirst, kBig}), "") << "after a clean end nobody looks";
  EXPECT_EQ(answer("SELECT sum(length(b)) FROM big"), "error");
  EXPECT_EQ(fatal, 1);
  EXPECT_FALSE(apply("INSERT INTO t VALUES (1)"));
}

TEST_F(OpenStore, OpensQuickly) {
  ASSERT_EQ(open({kFirst, kSecond}), "");
  store.reset();
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_EQ(open({kFirst, kSecond}), "");
  const auto took = std::chrono::steady_clock::now() - begun;
  std::cout << "opened in " << std::chrono::duration_cast<std::chrono::microseconds>(took).count() << " us\n";
  EXPECT_LT(took, std::chrono::milliseconds{300});
}

}  // namespace
}  // namespace kassa::platform
