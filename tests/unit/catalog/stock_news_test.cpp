// Two processes' views of one store's stock: what one changes, the other reads again when it is told.

#include "services/catalog/stock_news.hpp"

#include <gtest/gtest.h>

#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

using std::chrono::seconds;

const VariantId kWhiteMug{"quay-mug--white"};
const VariantId kCone{"pour-over-cone"};

/// A store that may be away.
struct AwayStore final : ports::Store {
  explicit AwayStore(ports::Store& store) : real(store) {}
  boost::asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override {
    return real.commit(std::move(transaction));
  }
  boost::asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    if (away) co_return Error{Errc::kStoreUnavailable, "away"};
    asked += 1;
    co_return co_await real.query(std::move(step));
  }
  ports::Store& real;
  bool away{false};
  int asked{};
};

/// A process: its view and its news.
struct Seller {
  explicit Seller(ports::Store& store) : news(store, view, [this] { ++woken; }) {}
  void look(const std::vector<StoreId>& served) {
    now += seconds(1);
    ASSERT_TRUE(run(news.look(served, now)));
  }
  [[nodiscard]] std::int64_t on_hand(const StoreId& store, const VariantId& variant) const {
    std::int64_t sum = 0;
    for (const auto& level : view.levels(store, variant)) sum += level.on_hand;
    return sum;
  }
  MemoryStockView view;
  int woken{};
  StockNews news;
  StockNews::Steady::time_point now{std::chrono::hours(1)};
};

class StockNewsTest : public testing::Test {
 protected:
  StockNewsTest() {
    bench_.import(repository() / "infra/sample-store");
    for (Seller* seller : {&one_, &two_}) seller->look({bench_.id});
    set_all(7);
    one_.news.update(bench_.id, {level(kWhiteMug), level(kCone)});
  }
  /// In the Store, where the truth is.
  void set_all(std::int64_t on_hand) {
    bench_.main.execute("UPDATE stock SET on_hand = $2, reserved = 0 WHERE store_id = $1", {bench_.id.value, on_hand});
  }
  static ports::StockLevel level(const VariantId& variant) {
    ports::StockLevel made;
    made.variant = variant;
    made.location = LocationId{"quay"};
    made.on_hand = 7;
    return made;
  }
  void pass_on() {
    for (const std::string& message : one_.news.take_messages()) ASSERT_TRUE(two_.news.hear(message));
  }
  ImportBench bench_;
  AwayStore store_{bench_.main.store()};
  Seller one_{store_};
  Seller two_{store_};
};

TEST_F(StockNewsTest, what_is_told_is_read_from_the_store_and_nothing_else_is) {
  const auto others = two_.on_hand(bench_.id, VariantId{"quay-mug--ink-blue"});
  pass_on();
  two_.look({bench_.id});
  const auto places = static_cast<std::int64_t>(two_.view.levels(bench_.id, kWhiteMug).size());
  EXPECT_EQ(two_.on_hand(bench_.id, kWhiteMug), 7 * places);
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7);
  EXPECT_EQ(two_.on_hand(bench_.id, VariantId{"quay-mug--ink-blue"}), others);
}

TEST_F(StockNewsTest, many_changes_are_one_message_and_one_wake) {
  for (int i = 0; i < 1'000; ++i) one_.news.update(bench_.id, {level(kWhiteMug)});
  EXPECT_EQ(one_.woken, 1);
  const auto messages = one_.news.take_messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0], "stock\n" + bench_.id.value + "\n" + kCone.value + "\n" + kWhiteMug.value);
  EXPECT_TRUE(one_.news.take_messages().empty());
  one_.news.update(bench_.id, {level(kWhiteMug)});
  EXPECT_EQ(one_.woken, 2);
}

TEST_F(StockNewsTest, what_is_read_is_not_told_again) {
  pass_on();
  two_.look({bench_.id});
  EXPECT_TRUE(two_.news.take_messages().empty());
}

TEST_F(StockNewsTest, messages_stay_short_and_the_whole_store_stands_for_too_many_names) {
  std::vector<ports::StockLevel> levels;
  for (int i = 0; i < 200; ++i) levels.push_back(level(VariantId{std::string(200, 'v') + std::to_string(i)}));
  one_.news.update(bench_.id, levels);
  std::size_t names = 0;
  for (const std::string& message : one_.news.take_messages()) {
    EXPECT_LT(message.size(), 8'000U);
    names += static_cast<std::size_t>(std::ranges::count(message, '\n')) - 1;
  }
  EXPECT_EQ(names, 202U);
  for (int i = 0; i < 300; ++i) one_.news.update(bench_.id, {level(VariantId{"v" + std::to_string(i)})});
  EXPECT_EQ(one_.news.take_messages(), std::vector<std::string>{"stock\n" + bench_.id.value});
  pass_on();
  ASSERT_TRUE(two_.news.hear("stock\n" + bench_.id.value));
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, VariantId{"quay-mug--ink-blue"}) % 7, 0);
}

TEST_F(StockNewsTest, any_number_of_names_is_read) {
  for (const std::size_t names : {1U, 2U, 15U, 16U, 17U, 32U, 33U}) {
    std::string message = "stock\n" + bench_.id.value;
    for (std::size_t i = 1; i < names; ++i) message += "\nnone" + std::to_string(i);
    set_all(static_cast<std::int64_t>(names));
    ASSERT_TRUE(two_.news.hear(message + "\n" + kCone.value));
    two_.look({bench_.id});
    EXPECT_EQ(two_.on_hand(bench_.id, kCone), static_cast<std::int64_t>(names));
  }
}

TEST_F(StockNewsTest, after_a_silence_everything_is_read) {
  ASSERT_TRUE(two_.news.hear(""));
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7);
  // And once a minute anyway: whoever was killed told nobody.
  set_all(5);
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7);
  two_.now += seconds(60);
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 5);
}

TEST_F(StockNewsTest, of_many_stores_a_few_are_read_each_time_and_what_is_named_at_once) {
  std::vector<StoreId> served;
  for (int i = 0; i < 100; ++i) served.push_back(StoreId{"other" + std::to_string(i)});
  served.push_back(bench_.id);
  ASSERT_TRUE(two_.news.hear(""));
  pass_on();
  store_.asked = 0;
  two_.look(served);
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7) << "what is named does not wait";
  const int at_once = store_.asked;
  EXPECT_LT(at_once, 40);
  // "Anything" again and again: the last one has its turn all the same, and once.
  set_all(5);
  int looks = 0;
  for (; two_.on_hand(bench_.id, kCone) != 5 && looks < 20; ++looks) {
    ASSERT_TRUE(two_.news.hear(""));
    two_.look(served);
  }
  EXPECT_LT(looks, 8);
  // Whoever is not served any more is not read.
  store_.asked = 0;
  for (int i = 0; i < 20; ++i) two_.look({});
  EXPECT_EQ(store_.asked, 0);
}

TEST_F(StockNewsTest, news_of_a_store_that_is_just_being_loaded_wait_for_it) {
  pass_on();
  two_.look({});
  const auto before = two_.on_hand(bench_.id, kCone);
  EXPECT_NE(before, 7);
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7);
  set_all(5);
  ASSERT_TRUE(two_.news.hear("stock\n" + bench_.id.value + "\n" + kCone.value));
  for (int i = 0; i < 20; ++i) two_.look({});
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7) << "not for ever";
}

TEST_F(StockNewsTest, a_read_that_failed_is_made_again) {
  pass_on();
  two_.now += seconds(1);
  store_.away = true;
  EXPECT_FALSE(run(two_.news.look({bench_.id}, two_.now)));
  store_.away = false;
  two_.look({bench_.id});
  EXPECT_EQ(two_.on_hand(bench_.id, kCone), 7);
}

TEST_F(StockNewsTest, other_messages_are_not_about_stock) {
  EXPECT_FALSE(two_.news.hear(bench_.id.value));
  EXPECT_FALSE(two_.news.hear("stock"));
}

}  // namespace
}  // namespace kassa::catalog
