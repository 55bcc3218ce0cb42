// The audit chain: every admin write is in it, nothing can be changed in it unnoticed, and writers at the
// same time leave no gap.

#include "services/admin/audit.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <future>

#include "tests/unit/admin/bench.hpp"

namespace kassa::admin {
namespace {

namespace asio = boost::asio;

AuditRow row_after(const AuditRow& before) {
  AuditRow row = before;
  ++row.seq;
  row.previous = before.hash.empty() ? std::string(kChainStart) : before.hash;
  row.hash = audit_step(row.previous, row);
  return row;
}

std::vector<AuditRow> chain(int length) {
  AuditRow row;
  row.store = StoreId{"s1"};
  row.at = ManualClock::kStart;
  row.actor = "key:abc";
  row.action = "settings.replaced";
  row.detail = R"({"ip":"192.0.2.7"})";
  std::vector<AuditRow> rows;
  for (int n = 0; n < length; ++n) rows.push_back(row = row_after(row));
  return rows;
}

ChainReport checked(const std::vector<AuditRow>& rows) {
  ChainReport report;
  for (const AuditRow& row : rows) check_row(report, row);
  return report;
}

TEST(AuditChain, holds_from_its_start_to_its_head) {
  const auto rows = chain(5);
  const ChainReport report = checked(rows);
  EXPECT_TRUE(report.valid);
  EXPECT_EQ(report.rows, 5);
  EXPECT_EQ(report.head, rows.back().hash);
  EXPECT_TRUE(checked({}).valid);
}

TEST(AuditChain, has_hashes_that_do_not_change_with_the_code) {
  EXPECT_EQ(
      chain(1).front().hash,
      sha256_hex(std::string(kChainStart) + R"({"action":"settings.replaced","actor":"key:abc","at":1775649600000,)"
                                            R"("detail":"{\"ip\":\"192.0.2.7\"}","seq":1,"store":"s1","subject":""})"));
}

TEST(AuditChain, breaks_at_the_row_that_anything_was_done_to) {
  struct Case {
    const char* name;
    std::function<void(std::vector<AuditRow>&)> tamper;
    std::int64_t broken_at;
  };
  const Case cases[] = {
      {"another actor", [](auto& rows) { rows[2].actor = "key:xyz"; }, 3},
      {"another action", [](auto& rows) { rows[2].action = "key.revoked"; }, 3},
      {"another subject", [](auto& rows) { rows[2].subject = "x"; }, 3},
      {"another detail", [](auto& rows) { rows[2].detail = "{}"; }, 3},
      {"another time", [](auto& rows) { rows[2].at += Millis{1}; }, 3},
      {"another store", [](auto& rows) { rows[2].store = StoreId{"s2"}; }, 3},
      {"a row changed with its hash",
       [](auto& rows) {
         rows[2].actor = "x";
         rows[2].hash = audit_step(rows[2].previous, rows[2]);
       },
       4},
      {"a row removed", [](auto& rows) { rows.erase(rows.begin() + 2); }, 3},
      {"the first row removed", [](auto& rows) { rows.erase(rows.begin()); }, 1},
      {"two rows swapped", [](auto& rows) { std::swap(rows[2], rows[3]); }, 3},
      {"a row twice", [](auto& rows) { rows.insert(rows.begin() + 2, rows[2]); }, 4},
  };
  for (const Case& c : cases) {
    auto rows = chain(5);
    c.tamper(rows);
    const ChainReport report = checked(rows);
    EXPECT_FALSE(report.valid) << c.name;
    EXPECT_EQ(report.broken_at, c.broken_at) << c.name;
  }
}

class Audit : public testing::Test, public AdminBench {
 public:
  AuditEntry entry(std::string action) {
    Actor actor;
    actor.name = "key:abc";
    actor.address = "192.0.2.7";
    actor.request_id = "req_1";
    return AuditEntry(std::move(actor), std::move(action), "subject");
  }
  Result<ports::Committed> write(std::string_view sql, ports::Guard guard) {
    AuditedStore audited_store(main.store(), clock, entry("test"));
    ports::Transaction transaction("test", store);
    transaction.add(ports::Step(sql, {}, std::move(guard)));
    return run(audited_store.commit(std::move(transaction)));
  }
};

TEST_F(Audit, is_written_with_the_change_or_not_at_all) {
  const auto kept = write("UPDATE store SET next_order = 7 WHERE store_id = 's1'", ports::Guard::exactly(1, "gone"));
  EXPECT_TRUE(kept.value().applied);
  EXPECT_EQ(kept.value().steps.size(), 1U);
  EXPECT_EQ(audited(), Words{"test"});
  const auto refused =
      write("UPDATE store SET next_order = 8 WHERE store_id = 'none'", ports::Guard::exactly(1, "gone"));
  EXPECT_FALSE(refused.value().applied);
  EXPECT_EQ(refused.value().refused_label, "gone");
  EXPECT_EQ(refused.value().refused_at, 0U);
  EXPECT_EQ(audited(), Words{"test"});
}

TEST_F(Audit, says_who_from_where_and_what) {
  ASSERT_TRUE(write("UPDATE store SET next_order = 7 WHERE store_id = 's1'", ports::Guard::any()).value().applied);
  const auto page = run(AuditLog(main.store()).list(store, PageRequest{})).value();
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].actor, "key:abc");
  EXPECT_EQ(page.items[0].subject, "subject");
  EXPECT_EQ(page.items[0].detail, R"({"ip":"192.0.2.7","request_id":"req_1"})");
  EXPECT_EQ(page.items[0].at, clock.now());
}

TEST_F(Audit, notices_rows_that_were_changed_in_the_database) {
  for (int n = 0; n < 600; ++n) {
    ASSERT_TRUE(write("UPDATE store SET next_order = next_order + 1 WHERE store_id = 's1'", ports::Guard::any()));
  }
  EXPECT_EQ(run(AuditLog(main.store()).verify(store)).value().rows, 600);
  main.execute("UPDATE audit SET actor = 'key:other' WHERE seq = 555");
  const Answer report = get("/audit/verification");
  EXPECT_EQ(report.status, 200);
  EXPECT_FALSE(report.body.at("valid").as_bool());
  EXPECT_EQ(report.body.at("broken_at").as_int64(), 555);
  EXPECT_TRUE(log.saw("audit.broken"));
}

/// Sixteen writers at once, from many threads, each with a transaction of its own.
TEST_F(Audit, keeps_one_chain_without_gaps_when_many_write_at_once) {
  constexpr int kWriters = 16;
  constexpr int kEach = 8;
  asio::thread_pool pool(8);
  std::vector<std::future<int>> writers;
  const auto work = [](Audit& test, int n) -> asio::awaitable<int> {
    int kept = 0;
    for (int i = 0; i < kEach; ++i) {
      AuditedStore audited_store(test.main.store(), test.clock, test.entry("write." + std::to_string(n)));
      ports::Transaction transaction("test", test.store);
      transaction.add(ports::Step("UPDATE store SET next_order = next_order + 1 WHERE store_id = 's1'", {},
                                  ports::Guard::exactly(1, "gone")));
      const auto done = co_await audited_store.commit(std::move(transaction));
      kept += done && done.value().applied ? 1 : 0;
    }
    co_return kept;
  };
  const std::int64_t before = main.number("SELECT next_order FROM store WHERE store_id = 's1'");
  for (int n = 0; n < kWriters; ++n) writers.push_back(asio::co_spawn(pool, work(*this, n), asio::use_future));
  int kept = 0;
  for (auto& writer : writers) kept += writer.get();
  pool.join();
  EXPECT_EQ(kept, kWriters * kEach);
  EXPECT_EQ(main.number("SELECT next_order FROM store WHERE store_id = 's1'"), before + kept);
  const ChainReport report = run(AuditLog(main.store()).verify(store)).value();
  EXPECT_TRUE(report.valid) << report.why;
  EXPECT_EQ(report.rows, kept);
  EXPECT_EQ(main.number("SELECT max(seq) FROM audit WHERE store_id = 's1'"), kept);
}

TEST_F(Audit, has_a_chain_for_each_store) {
  ASSERT_EQ(post("/keys", R"({"kind":"secret"})").status, 201);
  ASSERT_EQ(ask({http::Method::kPost, "/keys", R"({"kind":"secret"})", other_secret, {}}).status, 201);
  EXPECT_EQ(audited(), Words{"key.created"});
  EXPECT_EQ(audited(other), Words{"key.created"});
  EXPECT_EQ(main.number("SELECT max(seq) FROM audit"), 1);
}

}  // namespace
}  // namespace kassa::admin
