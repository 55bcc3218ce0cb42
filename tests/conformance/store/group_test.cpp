// What transactions promise each other: isolation in a group, order, fairness, bounds, durability.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "services/base/limits.hpp"
#include "tests/conformance/store/backend.hpp"

namespace kassa {
namespace {

namespace asio = boost::asio;
using ports::Guard;
using ports::Step;

/// Holds the writer inside one commit, so that whatever is submitted meanwhile waits for the next ones.
class HeldWriter {
 public:
  explicit HeldWriter(StoreUnderTest& subject) : subject_(subject), io_(subject.fresh_context()) {
    subject_.failpoints.close("group.before");
    submit("holder", transaction("holder", "store_holder", {insert_item(-1)}));
    subject_.failpoints.wait_until_reached();
  }

  void submit(std::string label, ports::Transaction work) {
    asio::co_spawn(io_, commit_and_note(subject_.store(), std::move(work), std::move(label), order_), asio::detached);
    io_.poll();
    io_.restart();
  }

  /// Answers in the order in which they came.
  std::vector<std::pair<std::string, Committed>> release() {
    subject_.failpoints.open();
    io_.run();
    return std::move(order_);
  }

 private:
  StoreUnderTest& subject_;
  asio::io_context& io_;
  std::vector<std::pair<std::string, Committed>> order_;
};

std::int64_t commits(const StoreUnderTest& subject) { return subject.metrics.total("store_commits_total"); }

TEST_P(OneWriterConformance, MembersOfAGroupFailAlone) {
  auto subject = fresh();
  HeldWriter held(*subject);
  held.submit("good 1", transaction("good", "a", {insert_item(1)}));
  held.submit("refused",
              transaction("refused", "a",
                          {insert_item(2),
                           Step{"UPDATE item SET amount = 0 WHERE id = 77", {}, Guard::exactly(1, "missing")}}));
  held.submit("constraint", transaction("constraint", "a", {insert_item(3), insert_item(1)}));
  held.submit("mistake", transaction("mistake", "a", {insert_item(4), Step{"SELEC"}}));
  held.submit("good 2", transaction("good", "a", {insert_item(5)}));
  const auto order = held.release();
  ASSERT_EQ(order.size(), 6U);
  EXPECT_TRUE(order[1].second.value().applied);
  EXPECT_EQ(order[2].second.value().refused_label, "missing");
  EXPECT_EQ(order[3].second.value().refused_label, "constraint");
  EXPECT_EQ(order[4].second.error().code, Errc::kInternal);
  EXPECT_TRUE(order[5].second.value().applied);
  const auto rows = query_one(subject->store(), Step{"SELECT id FROM item WHERE id > 0 ORDER BY id"});
  EXPECT_EQ(rows.value(), (Rows{{std::int64_t{1}}, {std::int64_t{5}}}));
  EXPECT_EQ(subject->metrics.total("store_transactions_total", "good"), 2);
  EXPECT_EQ(subject->metrics.total("store_transactions_total", "refused"), 0);
}

TEST_P(OneWriterConformance, ALaterMemberSeesWhatAnEarlierOneDid) {
  auto subject = fresh();
  HeldWriter held(*subject);
  held.submit("first", transaction("first", "a", {insert_item(1)}));
  held.submit("second",
              transaction("second", "a",
                          {Step{"UPDATE item SET amount = 9 WHERE id = 1", {}, Guard::exactly(1, "not there")}}));
  const auto order = held.release();
  EXPECT_TRUE(order[2].second.value().applied);
}

TEST_P(OneWriterConformance, TransactionsOfOneStoreKeepTheirOrder) {
  auto subject = fresh(8);
  HeldWriter held(*subject);
  for (int i = 0; i < 100; ++i) {
    held.submit(
        std::to_string(i),
        transaction(
            "ordered", "a",
            {Step{"UPDATE counter SET n = n + 1 WHERE n = $1", {std::int64_t{i}}, Guard::exactly(1, "out of order")}}));
  }
  const auto order = held.release();
  ASSERT_EQ(order.size(), 101U);
  for (std::size_t i = 1; i < order.size(); ++i) {
    EXPECT_EQ(order[i].first, std::to_string(i - 1));
    EXPECT_TRUE(order[i].second.value().applied) << order[i].first;
  }
}

TEST_P(GroupCommitConformance, WaitingTransactionsShareOneCommit) {
  auto subject = fresh(64);
  HeldWriter held(*subject);
  for (int i = 0; i < 60; ++i) held.submit("x", transaction("grouped", "a", {insert_item(i)}));
  held.release();
  EXPECT_EQ(commits(*subject), 2);
  EXPECT_EQ(subject->metrics.total("store_transactions_total", "grouped"), 60);
  EXPECT_EQ(count_items(subject->store()), 61);
}

TEST_P(OneWriterConformance, GroupsOfOneCommitEach) {
  auto subject = fresh(1);
  HeldWriter held(*subject);
  for (int i = 0; i < 20; ++i) held.submit("x", transaction("single", "a", {insert_item(i)}));
  held.release();
  EXPECT_EQ(commits(*subject), 21);
}

TEST_P(StoreConformance, ARefusalAloneCommitsNothing) {
  auto subject = fresh();
  const auto answer = commit_one(
      subject->store(),
      transaction("refused", "a", {insert_item(1), Step{"DELETE FROM item WHERE id = 5", {}, Guard::some("missing")}}));
  EXPECT_FALSE(answer.value().applied);
  EXPECT_EQ(commits(*subject), 0);
}

TEST_P(OneWriterConformance, ABusyStoreDoesNotDelayAQuietOne) {
  auto subject = fresh(10);
  HeldWriter held(*subject);
  for (int i = 0; i < 1'000; ++i) held.submit("busy", transaction("busy", "store_busy", {insert_item(i)}));
  held.submit("quiet", transaction("quiet", "store_quiet", {insert_item(5'000)}));
  const auto order = held.release();
  ASSERT_EQ(order.size(), 1'002U);
  const auto quiet = std::find_if(order.begin(), order.end(), [](const auto& entry) { return entry.first == "quiet"; });
  EXPECT_LT(quiet - order.begin(), 40) << "of 1002";
}

TEST_P(OneWriterConformance, AFullQueueTurnsAwayTheStoreThatFillsIt) {
  auto subject = fresh();
  HeldWriter held(*subject);
  constexpr int kOver = 5;
  for (std::size_t i = 0; i < limits::kStoreQueueMax + kOver; ++i) {
    held.submit("busy", transaction("busy", "store_busy", {insert_item(static_cast<std::int64_t>(i))}));
  }
  held.submit("quiet", transaction("quiet", "store_quiet", {insert_item(100'000)}));
  const auto order = held.release();
  std::int64_t overloaded = 0;
  for (const auto& [label, answer] : order) {
    if (answer) continue;
    EXPECT_EQ(answer.error().code, Errc::kOverloaded);
    EXPECT_EQ(label, "busy");
    ++overloaded;
  }
  EXPECT_EQ(overloaded, kOver + 1) << "the last one made room for the quiet store";
  EXPECT_EQ(count_items(subject->store()), static_cast<std::int64_t>(limits::kStoreQueueMax) + 1);
}

TEST_P(StoreConformance, CrashPointsSurroundTheDurableCommit) {
  auto subject = fresh();
  ASSERT_TRUE(commit_one(subject->store(), transaction("reserve", "a", {insert_item(1)})));
  const std::vector<std::string> expected{"reserve.before", "group.before", "group.after", "reserve.after"};
  EXPECT_EQ(subject->failpoints.hits(), expected);
}

TEST_P(StoreConformance, NothingIsVisibleBeforeItIsCommitted) {
  auto subject = fresh();
  HeldWriter held(*subject);
  EXPECT_EQ(count_items(subject->store()), 0) << "the holder's row, not committed yet";
  held.release();
  EXPECT_EQ(count_items(subject->store()), 1);
}

TEST_P(StoreConformance, ARestartKeepsEverything) {
  auto subject = fresh();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(commit_one(subject->store(), transaction("kept", "a", {insert_item(i)})));
    subject->restart();
    EXPECT_EQ(count_items(subject->store()), i + 1);
  }
}

asio::awaitable<void> add_many(ports::Store& store, int times, std::thread::id here, int& applied) {
  for (int i = 0; i < times; ++i) {
    auto work = transaction("add", "a", {Step{"UPDATE counter SET n = n + 1", {}, Guard::exactly(1, "one")}});
    auto answer = co_await store.commit(std::move(work));
    EXPECT_EQ(std::this_thread::get_id(), here) << "resumed on a foreign thread";
    if (answer && answer.value().applied) ++applied;
    Step read{"SELECT n FROM counter"};
    const auto seen = co_await store.query(std::move(read));
    EXPECT_TRUE(seen);
  }
}

TEST_P(StoreConformance, WritersOfTwoThreadsLoseNoUpdate) {
  constexpr int kCoroutines = 16;
  constexpr int kTimes = 25;
  auto subject = fresh();
  int applied[2]{};
  std::vector<std::thread> threads;
  for (int& mine : applied) {
    threads.emplace_back([&subject, &mine, &io = subject->fresh_context()] {
      for (int i = 0; i < kCoroutines; ++i) {
        asio::co_spawn(io, add_many(subject->store(), kTimes, std::this_thread::get_id(), mine), asio::detached);
      }
      io.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied[0] + applied[1], 2 * kCoroutines * kTimes);
  const auto counter = query_one(subject->store(), Step{"SELECT n FROM counter"});
  EXPECT_EQ(ports::as_int(counter.value()[0][0]), 2 * kCoroutines * kTimes);
  if (GetParam().groups) {
    EXPECT_LT(commits(*subject), 2 * kCoroutines * kTimes) << "group commit never grouped";
  }
  std::cout << "commits per transaction: " << commits(*subject) << " / " << 2 * kCoroutines * kTimes << "\n";
}

const auto name_of = [](const auto& row) { return std::string(row.param.name); };
INSTANTIATE_TEST_SUITE_P(All, OneWriterConformance, testing::ValuesIn(store_backends_in_order()), name_of);
INSTANTIATE_TEST_SUITE_P(All, GroupCommitConformance, testing::ValuesIn(store_backends_with_groups()), name_of);

}  // namespace
}  // namespace kassa
