// The SQLite store when its process is killed and its disk fails. The store runs in a process of its own
// (tests/support/store_writer.cpp); what that process was promised is compared with what a new process finds.

#include <gtest/gtest.h>

#include <cstring>
#include <iostream>
#include <random>

#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/support/store_writer.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa {
namespace {

using ports::Step;

std::vector<std::string> writer(std::string_view mode, const std::filesystem::path& file, std::string_view more = {}) {
  std::vector<std::string> arguments{KASSA_STORE_WRITER, std::string(mode), file.string()};
  if (!more.empty()) arguments.emplace_back(more);
  return arguments;
}

/// `fault`: "<call>:<n>:<what>", see tests/support/fsync_fault.cpp. Struck: the file "struck" in `folder`
/// exists.
std::vector<std::string> with_fault(const std::string& fault, const TemporaryFolder& folder) {
  // The sanitizers want to be loaded first; here the shim has to be.
  return {std::string("LD_PRELOAD=") + KASSA_FSYNC_FAULT_LIBRARY, "KASSA_FSYNC_FAULT=store_writer:" + fault,
          "KASSA_FSYNC_FAULT_MARK=" + (folder.path() / "struck").string(), "ASAN_OPTIONS=verify_asan_link_order=0"};
}

std::vector<std::int64_t> ids_in(const std::string& bytes) {
  std::vector<std::int64_t> ids(bytes.size() / sizeof(std::int64_t));
  if (!ids.empty()) std::memcpy(ids.data(), bytes.data(), ids.size() * sizeof(std::int64_t));
  return ids;
}

bool struck(const TemporaryFolder& folder) { return std::filesystem::exists(folder.path() / "struck"); }

/// What a new process would find.
class Reopened {
 public:
  explicit Reopened(const std::filesystem::path& file) {
    platform::SqliteOptions options;
    options.file = file;
    store_ = std::make_unique<platform::SqliteStore>(options, failpoints_, log_, metrics_, [] { FAIL(); });
    const auto opened = store_->open(store_writer::kMigrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }
  std::vector<ports::Row> rows(std::string_view sql) { return store_->query_blocking(Step{sql}).value(); }
  bool holds(std::int64_t id) {
    return !store_->query_blocking(Step{"SELECT 1 FROM row WHERE id = $1", {id}}).value().empty();
  }
  std::int64_t number(std::string_view sql) { return ports::as_int(rows(sql)[0][0]); }
  [[nodiscard]] bool was_unclean() const { return log_.saw("store.unclean_end"); }

 private:
  GateFailpoints failpoints_;
  EventLog log_;
  SummingMetrics metrics_;
  std::unique_ptr<platform::SqliteStore> store_;
};

TEST(SqliteFaults, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  constexpr int kCycles = 20;
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  const auto file = folder.path() / "store.db";
  std::vector<std::int64_t> promised;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    ChildProcess child(writer("crowd", file, std::to_string(cycle * 1'000'000)));
    const std::size_t enough = 8 * std::uniform_int_distribution<std::size_t>(1, 300)(random);
    std::string output;
    while (output.size() < enough) {
      const std::string piece = child.read_some();
      ASSERT_FALSE(piece.empty()) << "the writer ended by itself in cycle " << cycle;
      output += piece;
    }
    child.kill_now();
    output += child.read_all();
    EXPECT_EQ(child.wait(), -SIGKILL);
    const auto fresh = ids_in(output);
    promised.insert(promised.end(), fresh.begin(), fresh.end());

    Reopened found(file);
    EXPECT_TRUE(found.was_unclean());
    for (const std::int64_t id : fresh) ASSERT_TRUE(found.holds(id)) << "row " << id << ", cycle " << cycle;
  }
  Reopened found(file);
  EXPECT_FALSE(found.was_unclean());
  for (const std::int64_t id : promised) ASSERT_TRUE(found.holds(id)) << "row " << id;
  std::cout << promised.size() << " rows promised, " << found.number("SELECT count(*) FROM row") << " found\n";
}

struct FaultLoop {
  const char* name;
  const char* call;
  const char* what;
  int dense;   // Every call up to here,
  int stride;  // then every so many.
};

/// Fails the first call, then the second, and so on until a run meets no fault.
class SqliteFaultLoop : public testing::TestWithParam<FaultLoop> {
 protected:
  /// False when the run was over before its fault.
  bool run_with_fault(int n) {
    SCOPED_TRACE("fault at call " + std::to_string(n));
    const TemporaryFolder folder(TemporaryFolder::On::kMemory);
    const auto file = folder.path() / "store.db";
    const std::string fault = std::string(GetParam().call) + ":" + std::to_string(n) + ":" + GetParam().what;
    ChildProcess child(writer("line", file), with_fault(fault, folder));
    const auto promised = ids_in(child.read_all());
    ++endings_[child.wait()];
    Reopened found(file);
    const auto kept = static_cast<std::size_t>(found.number("SELECT count(*) FROM row"));
    for (const std::int64_t id : promised) EXPECT_TRUE(found.holds(id)) << "row " << id;
    EXPECT_LE(kept, promised.size() + 1);
    EXPECT_EQ(found.number("SELECT count(*) FROM filled"), 1'000);
    EXPECT_EQ(found.rows("PRAGMA integrity_check"), (std::vector<ports::Row>{{std::string("ok")}}));
    durable_unpromised_ += kept - promised.size();
    return struck(folder);
  }
  void TearDown() override {
    std::cout << GetParam().name << ": " << durable_unpromised_ << " rows durable but not promised;";
    for (const auto& [code, times] : endings_) std::cout << " exit " << code << " x" << times;
    std::cout << "\n";
  }

  std::size_t durable_unpromised_{};
  std::map<int, int> endings_;
};

TEST_P(SqliteFaultLoop, EveryPromiseIsKept) {
  int runs = 1;
  for (int n = 1; run_with_fault(n) && !HasFailure(); n += n < GetParam().dense ? 1 : GetParam().stride) ++runs;
  EXPECT_GT(runs, 20);
}

constexpr FaultLoop kLoops[] = {
    {"FsyncFails", "fdatasync", "eio", 1'000, 1},  {"KilledAtFsync", "fdatasync", "kill", 1'000, 1},
    {"WriteFails", "pwrite64", "eio", 15, 97},     {"DiskFull", "pwrite64", "enospc", 15, 89},
    {"KilledAtWrite", "pwrite64", "kill", 15, 83},
};
INSTANTIATE_TEST_SUITE_P(All, SqliteFaultLoop, testing::ValuesIn(kLoops),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SqliteFaults, MigrationsSurviveACrashAtEveryWrite) {
  for (const std::string call : {"fdatasync", "pwrite64"}) {
    int crashes = 0;
    for (bool again = true; again && !testing::Test::HasFailure();) {
      SCOPED_TRACE(call + " " + std::to_string(crashes + 1));
      const TemporaryFolder folder(TemporaryFolder::On::kMemory);
      const auto file = folder.path() / "store.db";
      ChildProcess child(writer("migrate", file),
                         with_fault(call + ":" + std::to_string(crashes + 1) + ":kill", folder));
      const int ending = child.wait();
      again = struck(folder);
      EXPECT_EQ(ending, again ? -SIGKILL : store_writer::kDone);
      Reopened found(file);
      EXPECT_EQ(found.number("SELECT count(*) FROM filled"), 1'000);
      EXPECT_EQ(found.number("SELECT count(*) FROM schema_version"), 3);
      crashes += again ? 1 : 0;
    }
    EXPECT_GT(crashes, 3);
    std::cout << crashes << " crashes at " << call << "\n";
  }
}

TEST(SqliteFaults, AFailedSyncOfACommitIsUnknownAndStopsTheStore) {
  int observed = 0;
  for (int n = 1; observed < 3 && n < 60; ++n) {
    const TemporaryFolder folder(TemporaryFolder::On::kMemory);
    const auto file = folder.path() / "store.db";
    ChildProcess child(writer("observe", file), with_fault("fdatasync:" + std::to_string(n) + ":eio", folder));
    const std::string said = child.read_all();
    if (child.wait() == store_writer::kCannotOpen) continue;
    // SQLite ignores a failing sync of the folder.
    if (said.starts_with("never")) continue;
    ++observed;
    EXPECT_TRUE(
        said.starts_with("store_commit_unknown fatal 1 next store_unavailable read store_unavailable failed_id "))
        << said;
    Reopened found(file);
    const std::int64_t failed = std::stoll(said.substr(said.rfind(' ') + 1));
    EXPECT_EQ(found.number("SELECT count(*) FROM row WHERE id < 100000"), failed + (found.holds(failed) ? 1 : 0));
    EXPECT_FALSE(found.holds(100'000)) << "accepted after the store had failed";
    std::cout << "after the restart the unknown row " << failed << (found.holds(failed) ? " is" : " is not")
              << " there\n";
  }
  EXPECT_EQ(observed, 3);
}

TEST(SqliteFaults, AFullDiskRefusesWritesAndHealsByItself) {
  const TemporaryFolder folder;
  ChildProcess child(writer("fill", folder.path()));
  const std::string said = child.read_all();
  const int ending = child.wait();
  if (ending == store_writer::kCannotMount) GTEST_SKIP() << "no permission to mount a tmpfs: run as root";
  EXPECT_EQ(ending, store_writer::kDone);
  EXPECT_EQ(said, "store_unavailable large store_unavailable fatal 0 next applied read works kept all\n");
}

}  // namespace
}  // namespace kassa
