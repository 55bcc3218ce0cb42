// Snapshots as many threads and many stores see them: who loads, how often, what goes and what is learnt at once.

#include "services/app/snapshot_loader.hpp"

#include <gmock/gmock.h>

#include <boost/asio/executor_work_guard.hpp>
#include <future>
#include <set>
#include <thread>

#include "services/catalog/stock_view_memory.hpp"
#include "services/platform/crypto/signer.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::app {
namespace {

/// Counts reads of settings, which begin each load, and tells on which thread they were made.
class WatchedStore final : public ports::Store {
 public:
  explicit WatchedStore(ports::Store& store) : store_(store) {}
  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override {
    co_return co_await store_.commit(std::move(transaction));
  }
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    if (step.sql.find("settings, revision") != std::string_view::npos) {
      const std::lock_guard lock(mutex_);
      loads_ += 1;
      by_.insert(std::this_thread::get_id());
    }
    if (step.sql.find("FROM stock") != std::string_view::npos) stock_reads_ += 1;
    if (moves_) {
      ports::Transaction change("change", StoreId{"s0"});
      change.add(ports::Step("UPDATE store SET revision = revision + 1"));
      KASSA_CO_TRY(co_await store_.commit(std::move(change)));
    }
    if (fails_) co_return Error{Errc::kStoreUnavailable, "away"};
    co_return co_await store_.query(std::move(step));
  }

  [[nodiscard]] int loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }
  [[nodiscard]] std::set<std::thread::id> by() const {
    const std::lock_guard lock(mutex_);
    return by_;
  }
  void fail(bool fails) { fails_ = fails; }
  void move(bool moves) { moves_ = moves; }  ///< The stores' revisions, before everything that is read.
  [[nodiscard]] int stock_reads() const { return stock_reads_; }

 private:
  ports::Store& store_;
  mutable std::mutex mutex_;
  int loads_{};
  std::set<std::thread::id> by_;
  std::atomic<bool> fails_{false};
  std::atomic<bool> moves_{false};
  std::atomic<int> stock_reads_{};
};

/// A database with stores s0, s1 ..., a worker thread, and the loader between them.
class SnapshotLoaderTest : public ::testing::Test {
 protected:
  void make_stores(int count) {
    const auto key = signer_.generate();
    for (int i = 0; i < count; ++i) add_store("s" + std::to_string(i), key.value().private_pem);
  }

  void add_store(const std::string& id, const std::string& pem) {
    main_.execute(
        "INSERT INTO store (store_id, mode, settings, revision, created_at) "
        "VALUES ($1, 'test', '{\"name\":\"Test\",\"currencies\":[\"EUR\"]}', 1, 0)",
        {id});
    main_.execute("INSERT INTO signing_key (store_id, kid, sealed_pem, created_at) VALUES ($1, 'k', $2, 0)",
                  {id, box_.seal(signing_aad(StoreId{id}, "k"), pem)});
  }

  SnapshotLoader& loader(std::size_t stores_max = 1'000, std::chrono::milliseconds rest = {}) {
    SnapshotLoader::Dependencies dependencies{
        watched_,   box_,
        signer_,    stock_,
        log_,       worker_.get_executor(),
        stores_max, [this](const StoreId& store) { dropped_.push_back(store.value); },
        rest,       used_up_look_};
    loader_ = std::make_unique<SnapshotLoader>(std::move(dependencies));
    return *loader_;
  }

  template <class T>
  static asio::awaitable<void> keep(asio::awaitable<T> work, std::shared_ptr<std::promise<T>> promise) {
    promise->set_value(co_await std::move(work));
  }
  template <class T>
  std::future<T> on(asio::io_context& io, asio::awaitable<T> work) {
    auto promise = std::make_shared<std::promise<T>>();
    asio::co_spawn(io, keep(std::move(work), promise), asio::detached);
    return promise->get_future();
  }
  /// From this thread's own context, as an I/O thread would.
  Result<SnapshotPtr> ask(const std::string& store) {
    asio::io_context io;
    const StoreId asked{store};
    auto answer = on(io, loader_->get(asked));
    io.run();
    return answer.get();
  }
  static asio::awaitable<Result<void>> refreshing(SnapshotLoader& loader) {
    co_await loader.refresh();
    co_return ok();
  }
  void refresh() { ASSERT_TRUE(on(worker_, refreshing(*loader_)).get()); }
  Result<void> read_levels(const std::string& store) {
    const StoreId asked{store};
    return on(worker_, loader_->refresh_levels(asked)).get();
  }

  /// A rule of s0 with five uses.
  void add_five(std::int64_t used) {
    main_.execute(
        "INSERT INTO discount (store_id, discount_id, body, max_uses, used, revision) "
        "VALUES ('s0', 'five', $1, 5, $2, 1)",
        {std::string(R"({"id":"five","title":"Five","class":"order","trigger":"automatic",)"
                     R"("value":{"type":"percent","bps":1000},"limits":{"global":5}})"),
         used});
  }
  [[nodiscard]] std::int64_t used() const { return loader_->peek(StoreId{"s0"})->usage.used("five"); }
  bool comes_to(std::int64_t wanted) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (used() != wanted && std::chrono::steady_clock::now() < until) refresh();
    return used() == wanted;
  }

  ~SnapshotLoaderTest() override {
    guard_.reset();
    thread_.join();
  }

  Database main_{"main"};
  WatchedStore watched_{main_.store()};
  platform::SodiumSecretBox box_ = test_box();
  platform::OpenSslSigner signer_;
  catalog::MemoryStockView stock_;
  EventLog log_;
  std::vector<std::string> dropped_;
  std::chrono::milliseconds used_up_look_{std::chrono::hours{1}};
  asio::io_context worker_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_{worker_.get_executor()};
  std::unique_ptr<SnapshotLoader> loader_;
  std::thread thread_{[this] { worker_.run(); }};
};

TEST_F(SnapshotLoaderTest, a_store_is_loaded_once_on_the_worker_however_many_threads_ask_at_once) {
  make_stores(1);
  loader();
  const StoreId store{"s0"};
  std::vector<std::thread> askers;
  std::atomic<int> served{};
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&] {
      asio::io_context io;
      std::vector<std::future<Result<SnapshotPtr>>> answers;
      for (int n = 0; n < 25; ++n) answers.push_back(on(io, loader_->get(store)));
      io.run();
      for (auto& answer : answers) served += answer.get() ? 1 : 0;
    });
  }
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(served, 200);
  EXPECT_EQ(watched_.loads(), 1);
  EXPECT_EQ(watched_.by(), std::set{thread_.get_id()});
}

TEST_F(SnapshotLoaderTest, who_waits_for_a_load_that_fails_is_told_and_the_next_one_tries_again) {
  make_stores(1);
  loader();
  watched_.fail(true);
  EXPECT_EQ(ask("s0").error().code, Errc::kStoreUnavailable);
  watched_.fail(false);
  EXPECT_TRUE(ask("s0"));
  EXPECT_EQ(ask("nowhere").error().code, Errc::kNotFound);
}

TEST_F(SnapshotLoaderTest, rows_that_cannot_be_read_are_told_and_end_nothing_else) {
  make_stores(2);
  main_.execute("INSERT INTO rate_table (store_id, kind, body, revision) VALUES ('s0', 'tax', '[{\"country\":1}]', 1)");
  loader();
  EXPECT_EQ(ask("s0").error().code, Errc::kInternal);
  EXPECT_TRUE(log_.saw("snapshot.broken"));
  EXPECT_TRUE(ask("s1"));
}

TEST_F(SnapshotLoaderTest, of_many_stores_those_asked_for_longest_ago_go) {
  make_stores(40);
  loader(10);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(ask("s" + std::to_string(i)));
    refresh();
    ASSERT_TRUE(ask("s0")) << "asked for again and again";
    EXPECT_LE(loader_->size(), 11U);
  }
  refresh();
  EXPECT_EQ(loader_->size(), 10U);
  EXPECT_EQ(dropped_.size(), 30U);
  EXPECT_THAT(dropped_, ::testing::Not(::testing::Contains("s0")));
  EXPECT_THAT(dropped_, ::testing::Contains("s5"));
  EXPECT_EQ(loader_->peek(StoreId{"s5"}), nullptr);
  EXPECT_TRUE(ask("s5")) << "loaded again";
}

TEST_F(SnapshotLoaderTest, what_was_asked_for_a_moment_ago_stays_beyond_the_limit) {
  make_stores(5);
  loader(2, std::chrono::hours{1});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ask("s" + std::to_string(i)));
  refresh();
  EXPECT_EQ(loader_->size(), 5U);
}

TEST_F(SnapshotLoaderTest, a_changed_store_is_loaded_again_and_the_others_are_not) {
  make_stores(3);
  loader();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask("s" + std::to_string(i)));
  main_.execute("UPDATE store SET revision = 2 WHERE store_id = 's1'");
  refresh();
  EXPECT_EQ(watched_.loads(), 4);
  EXPECT_EQ(loader_->peek(StoreId{"s1"})->revision, 2);
  EXPECT_EQ(loader_->peek(StoreId{"s0"})->revision, 1);
}

TEST_F(SnapshotLoaderTest, goods_that_change_all_the_time_keep_no_store_from_being_loaded) {
  make_stores(1);
  add_five(0);
  loader();
  watched_.move(true);
  const auto loaded = ask("s0");
  watched_.move(false);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ(used(), 0);
}

TEST_F(SnapshotLoaderTest, a_rule_found_used_up_is_so_at_once_and_until_the_table_is_read_again) {
  make_stores(1);
  add_five(4);
  loader();
  ASSERT_TRUE(ask("s0")) << ask("s0").error().detail;
  const StoreId store{"s0"};
  EXPECT_EQ(loader_->peek(store)->usage.used("five"), 4);
  ASSERT_TRUE(on(worker_, loader_->refresh_levels(store)).get());
  main_.execute("UPDATE discount SET used = 5 WHERE discount_id = 'five'");
  ASSERT_TRUE(on(worker_, loader_->refresh_levels(store)).get()) << "too soon: reads nothing";
  EXPECT_EQ(loader_->peek(store)->usage.used("five"), 4);
  loader_->note_used_up(store, "five");
  EXPECT_GE(loader_->peek(store)->usage.used("five"), 5);
  main_.execute("UPDATE discount SET used = 3 WHERE discount_id = 'five'");
  EXPECT_TRUE(comes_to(3)) << "two uses came back";
}

TEST_F(SnapshotLoaderTest, uses_that_came_back_are_learnt_though_nobody_tries_the_rule_any_more) {
  make_stores(1);
  add_five(5);
  loader();
  ASSERT_TRUE(ask("s0"));
  refresh();  // The first one looks.
  EXPECT_EQ(used(), 5);
  main_.execute("UPDATE discount SET used = 4");
  refresh();
  EXPECT_EQ(used(), 5) << "nothing is read that nobody has asked for";
  loader_->note_uses_returned(StoreId{"s0"});
  loader_->note_uses_returned(StoreId{"nowhere"});
  EXPECT_TRUE(comes_to(4));
}

TEST_F(SnapshotLoaderTest, what_another_process_gave_back_of_a_used_up_rule_is_looked_for) {
  make_stores(1);
  add_five(5);
  used_up_look_ = std::chrono::milliseconds{0};
  loader();
  ASSERT_TRUE(ask("s0"));
  main_.execute("UPDATE discount SET used = 4");
  EXPECT_TRUE(comes_to(4));
  main_.execute("UPDATE discount SET used = 3");
  refresh();
  EXPECT_EQ(used(), 4) << "it is not used up, so whoever takes a use finds out";
}

TEST_F(SnapshotLoaderTest, what_another_process_gave_back_of_a_spent_budget_is_looked_for) {
  make_stores(1);
  main_.execute(
      "INSERT INTO discount (store_id, discount_id, body, revision) VALUES ('s0', 'purse', $1, 1)",
      {std::string(R"({"id":"purse","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},)"
                   R"("limits":{"budget":{"EUR":500}}})")});
  main_.execute("INSERT INTO discount_budget VALUES ('s0', 'purse', 'EUR', 500)");
  used_up_look_ = std::chrono::milliseconds{0};
  loader();
  ASSERT_TRUE(ask("s0"));
  const Currency euro = Currency::from_code("EUR").value();
  const auto spent = [&] { return loader_->peek(StoreId{"s0"})->usage.spent("purse", euro); };
  EXPECT_EQ(spent(), 500);
  main_.execute("UPDATE discount_budget SET spent = 420");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (spent() != 420 && std::chrono::steady_clock::now() < until) refresh();
  EXPECT_EQ(spent(), 420);
  loader_->note_used_up(StoreId{"s0"}, "purse");
  EXPECT_GE(spent(), 500) << "whoever says that nothing is left means the money, too";
}

TEST_F(SnapshotLoaderTest, levels_that_could_not_be_read_are_still_wanted) {
  make_stores(1);
  add_five(4);
  loader();
  ASSERT_TRUE(ask("s0"));
  loader_->note_used_up(StoreId{"s0"}, "five");
  watched_.fail(true);
  EXPECT_EQ(read_levels("s0").error().code, Errc::kStoreUnavailable);
  watched_.fail(false);
  EXPECT_TRUE(comes_to(4));
}

TEST_F(SnapshotLoaderTest, levels_of_a_store_that_is_not_held_are_not_read) {
  make_stores(2);
  loader();
  ASSERT_TRUE(ask("s0"));
  const int before = watched_.stock_reads();
  EXPECT_TRUE(read_levels("s1"));
  loader_->note_used_up(StoreId{"s1"}, "five");
  refresh();
  EXPECT_EQ(watched_.stock_reads(), before);
  EXPECT_TRUE(read_levels("s0"));
  EXPECT_EQ(watched_.stock_reads(), before + 1);
}

TEST_F(SnapshotLoaderTest, a_change_of_goods_alone_reads_goods_alone) {
  make_stores(1);
  loader();
  ASSERT_TRUE(ask("s0"));
  const auto rules = loader_->peek(StoreId{"s0"})->rules;
  main_.execute("UPDATE store SET revision = 3, goods_moves = 2");
  refresh();
  EXPECT_EQ(loader_->peek(StoreId{"s0"})->revision, 3);
  EXPECT_EQ(loader_->peek(StoreId{"s0"})->rules, rules);
  EXPECT_EQ(watched_.loads(), 1);
  main_.execute("UPDATE store SET revision = 5, goods_moves = 3");
  refresh();
  EXPECT_EQ(loader_->peek(StoreId{"s0"})->revision, 5);
  EXPECT_EQ(watched_.loads(), 2) << "one of the two was something else";
  main_.execute("UPDATE store SET revision = 6, goods_moves = 4");
  refresh();
  EXPECT_EQ(loader_->peek(StoreId{"s0"})->revision, 6);
  EXPECT_EQ(watched_.loads(), 2);
}

}  // namespace
}  // namespace kassa::app
