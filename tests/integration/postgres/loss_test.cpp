// Connections and servers that go away in the middle: what was promised is there, what was refused is not, and what is
// unknown is there once or not at all.

#include <boost/asio/post.hpp>
#include <map>

#include "tests/integration/postgres/world.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/cutting_proxy.hpp"

namespace kassa {
namespace {

std::uint16_t server_port() {
  const std::string conninfo = test_postgres();
  const auto at = conninfo.find("port=") + 5;
  return static_cast<std::uint16_t>(std::stoi(conninfo.substr(at)));
}

std::string through(const CuttingProxy& proxy) {
  return "host=127.0.0.1 sslmode=disable user=kassa dbname=postgres port=" + std::to_string(proxy.port());
}

void control_server(const std::string& action, const std::string& mode = "") {
  std::vector<std::string> command{"/usr/bin/env", "python3", "tests/support/postgres_server.py", action,
                                   test_environment("KASSA_TEST_POSTGRES_FOLDER")};
  if (!mode.empty()) command.insert(command.end(), {"--mode", mode});
  ChildProcess child(std::move(command));
  ASSERT_EQ(child.wait(), 0) << action;
}

TEST(PostgresLoss, AConnectionThatEndsBeforeCommitIsSentChangesNothing) {
  World world(1, test_postgres() + " application_name=victim_before");
  world.failpoints.close("group.before");
  auto& io = world.contexts.emplace_back();
  std::optional<Answer> answer;
  boost::asio::co_spawn(io, commit_into(*world.store, guarded_item(1), answer), boost::asio::detached);
  io.poll();
  world.failpoints.wait_until_reached();
  world.end_sessions("victim_before");
  world.failpoints.open();
  io.restart();
  io.run();
  EXPECT_TRUE(applied(*answer)) << "surely not applied at first, so it was tried again";
  EXPECT_EQ(world.number("SELECT count(*) FROM item"), 1);
}

struct CutCase {
  const char* name;
  CuttingProxy::Direction direction;
  bool guarded;
};

class PostgresCut : public testing::TestWithParam<CutCase> {};

/// The line is cut after one byte, then after the next, and so on until a transaction fits.
TEST_P(PostgresCut, AtEveryByteNoAnswerIsWrong) {
  CuttingProxy proxy(server_port());
  World world(1, through(proxy));
  std::map<std::string, int> endings;
  int cuts = 0;
  std::int64_t id = 1;
  for (bool cut = true; cut; ++id) {
    proxy.cut_after(GetParam().direction, 3 * cuts);
    const auto answer = world.store->commit_blocking(GetParam().guarded ? guarded_item(id)
                                                                        : transaction_of("unguarded", {add_item(id)}));
    cut = proxy.disarm();
    cuts += cut ? 1 : 0;
    const auto there = world.number("SELECT count(*) FROM item WHERE id = " + std::to_string(id));
    if (applied(answer)) {
      EXPECT_EQ(there, 1) << "after " << 3 * (cuts - 1) << " bytes";
      ++endings["applied"];
    } else {
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code, Errc::kStoreCommitUnknown) << "a new connection was to be had";
      ++endings[there > 0 ? "unknown, and there" : "unknown, and not there"];
    }
  }
  EXPECT_GT(cuts, 10);
  std::cout << GetParam().name << ": " << cuts << " cuts;";
  for (const auto& [ending, times] : endings) std::cout << " " << ending << " x" << times;
  std::cout << "\n";
}

constexpr CutCase kCuts[] = {
    {"RequestOfGuarded", CuttingProxy::Direction::kToServer, true},
    {"AnswerOfGuarded", CuttingProxy::Direction::kToClient, true},
    {"RequestOfUnguarded", CuttingProxy::Direction::kToServer, false},
    {"AnswerOfUnguarded", CuttingProxy::Direction::kToClient, false},
};
INSTANTIATE_TEST_SUITE_P(All, PostgresCut, testing::ValuesIn(kCuts),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(PostgresLoss, SessionsThatEndWhileTheyRestAreReplacedUnnoticed) {
  World world(3, test_postgres() + " application_name=victim_resting");
  for (std::int64_t id = 1; id <= 5; ++id) {
    world.end_sessions("victim_resting");
    EXPECT_TRUE(applied(world.store->commit_blocking(guarded_item(id))));
    world.end_sessions("victim_resting");
    EXPECT_TRUE(world.store->query_blocking(Step("SELECT count(*) FROM item")));
  }
  EXPECT_EQ(world.number("SELECT count(*) FROM item"), 5);
}

struct Tally {
  std::vector<std::int64_t> promised;
  std::vector<std::int64_t> unknown;
  std::vector<std::int64_t> refused;
  bool stop{};
};

boost::asio::awaitable<void> keep_writing(ports::Store& store, std::int64_t from, Tally& tally) {
  for (std::int64_t id = from; !tally.stop; ++id) {
    auto work = guarded_item(id);
    const auto answer = co_await store.commit(std::move(work));
    if (applied(answer)) {
      tally.promised.push_back(id);
    } else if (!answer && answer.error().code == Errc::kStoreCommitUnknown) {
      tally.unknown.push_back(id);
    } else {
      EXPECT_FALSE(answer);
      EXPECT_EQ(answer.error().code, Errc::kStoreUnavailable);
      tally.refused.push_back(id);
    }
  }
}

class PostgresRestart : public testing::TestWithParam<const char*> {};

TEST_P(PostgresRestart, UnderLoadKeepsEveryPromise) {
  World world(8);
  auto& io = world.contexts.emplace_back();
  Tally tally;
  for (std::int64_t i = 0; i < 16; ++i) {
    boost::asio::co_spawn(io, keep_writing(*world.store, i * 1'000'000, tally), boost::asio::detached);
  }
  std::thread operation([&] {
    for (int i = 0; i < 3; ++i) control_server("restart", GetParam());
    boost::asio::post(io, [&tally] { tally.stop = true; });
  });
  io.run();
  operation.join();
  const std::size_t before = tally.promised.size();
  EXPECT_TRUE(applied(world.store->commit_blocking(guarded_item(-1)))) << "it heals by itself";
  const auto holds = [&world](std::int64_t id) {
    return world.number("SELECT count(*) FROM item WHERE id = " + std::to_string(id)) == 1;
  };
  EXPECT_EQ(static_cast<std::int64_t>(before) + 1 + std::count_if(tally.unknown.begin(), tally.unknown.end(), holds),
            world.number("SELECT count(*) FROM item"));
  EXPECT_TRUE(std::all_of(tally.promised.begin(), tally.promised.end(), holds));
  EXPECT_TRUE(std::none_of(tally.refused.begin(), tally.refused.end(), holds));
  EXPECT_GT(before, 50U);
  std::cout << GetParam() << ": " << before << " promised, " << tally.unknown.size() << " unknown, "
            << tally.refused.size() << " refused\n";
}

INSTANTIATE_TEST_SUITE_P(All, PostgresRestart, testing::Values("fast", "immediate"),
                         [](const auto& row) { return std::string(row.param); });

/// Refusals come at once, so this asks as often as it can.
void until_it_heals(platform::PostgresStore& store, std::int64_t id) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!applied(store.commit_blocking(guarded_item(id)))) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "it did not heal";
  }
}

TEST(PostgresLoss, AnOutageRefusesAtOnceAfterAMomentAndHealsByItself) {
  World world(2);
  ASSERT_TRUE(applied(world.store->commit_blocking(guarded_item(1))));
  control_server("stop", "fast");
  const auto first = world.store->commit_blocking(guarded_item(2));
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, Errc::kStoreUnavailable);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(world.store->commit_blocking(guarded_item(3)));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
  control_server("start");
  until_it_heals(*world.store, 4);
  until_it_heals(*world.aside, 5);
  EXPECT_EQ(world.number("SELECT count(*) FROM item"), 3);
}

}  // namespace
}  // namespace kassa
