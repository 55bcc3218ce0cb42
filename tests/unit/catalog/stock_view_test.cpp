#include "services/catalog/stock_view_memory.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace kassa::catalog {
namespace {

ports::StockLevel level(std::string variant, std::string location, std::int64_t on_hand, std::int64_t version = 0) {
  return {VariantId{std::move(variant)}, LocationId{std::move(location)}, on_hand, 0, 0, version};
}

const StoreId kStockStore{"s"};

std::int64_t on_hand_of(const MemoryStockView& view, const std::string& location) {
  for (const ports::StockLevel& known : view.levels(kStockStore, VariantId{"a"})) {
    if (known.location.value == location) return known.on_hand;
  }
  return -1;
}

TEST(MemoryStockView, knows_nothing_until_told) {
  const MemoryStockView view;
  EXPECT_TRUE(view.levels(StoreId{"s"}, VariantId{"a"}).empty());
}

TEST(MemoryStockView, an_update_replaces_the_levels_it_names_and_no_other) {
  MemoryStockView view;
  view.update(StoreId{"s"}, {level("a", "x", 1), level("a", "y", 2), level("b", "x", 3)});
  view.update(StoreId{"s"}, {level("a", "y", 9)});
  const auto levels = view.levels(StoreId{"s"}, VariantId{"a"});
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(levels[0].on_hand, 1);
  EXPECT_EQ(levels[1].on_hand, 9);
  EXPECT_EQ(view.levels(StoreId{"s"}, VariantId{"b"}).at(0).on_hand, 3);
}

TEST(MemoryStockView, stores_do_not_see_each_other) {
  MemoryStockView view;
  view.update(StoreId{"s"}, {level("a", "x", 1)});
  EXPECT_TRUE(view.levels(StoreId{"t"}, VariantId{"a"}).empty());
}

TEST(MemoryStockView, a_counter_follows_what_is_available_until_its_store_is_forgotten) {
  MemoryStockView view;
  const ports::StockCounter counter = view.counter(StoreId{"s"}, VariantId{"a"});
  EXPECT_EQ(counter->load(), 0);
  view.update(StoreId{"s"}, {level("a", "x", 1), level("a", "y", 2)});
  view.update(StoreId{"t"}, {level("a", "x", 50)});
  EXPECT_EQ(counter->load(), 3);
  EXPECT_EQ(view.counter(StoreId{"s"}, VariantId{"a"}), counter);
  view.forget(StoreId{"s"});
  EXPECT_EQ(counter->load(), ports::kForgotten);
  view.update(StoreId{"s"}, {level("a", "x", 7)});
  EXPECT_EQ(counter->load(), ports::kForgotten) << "its successor counts now";
  EXPECT_EQ(view.counter(StoreId{"s"}, VariantId{"a"})->load(), 7);
}

TEST(MemoryStockView, a_read_that_began_before_the_last_news_does_not_overwrite_them) {
  MemoryStockView view;
  view.update(kStockStore, {level("a", "x", 10, 1), level("a", "y", 10, 1)});
  const std::uint64_t begun = view.begin_read();
  view.update(kStockStore, {level("a", "x", 9, 2)});
  view.take_read(kStockStore, {level("a", "x", 10, 1), level("a", "y", 4, 1)}, begun);
  EXPECT_EQ(on_hand_of(view, "x"), 9) << "the read is of before the change";
  EXPECT_EQ(on_hand_of(view, "y"), 4) << "nobody told anything of this one";
  EXPECT_EQ(view.available(kStockStore, VariantId{"a"}), 13);
}

TEST(MemoryStockView, a_read_that_saw_more_than_was_told_is_taken_and_what_is_told_late_is_not) {
  MemoryStockView view;
  view.update(kStockStore, {level("a", "x", 10, 1)});
  const std::uint64_t begun = view.begin_read();
  view.update(kStockStore, {level("a", "x", 9, 2)});
  view.take_read(kStockStore, {level("a", "x", 7, 4)}, begun);
  EXPECT_EQ(on_hand_of(view, "x"), 7);
  view.update(kStockStore, {level("a", "x", 8, 3)});
  EXPECT_EQ(on_hand_of(view, "x"), 7);
  view.update(kStockStore, {level("a", "x", 6, 5)});
  EXPECT_EQ(on_hand_of(view, "x"), 6);
}

TEST(MemoryStockView, of_two_commits_told_in_the_wrong_order_the_later_counts) {
  MemoryStockView view;
  view.update(kStockStore, {level("a", "x", 8, 3)});
  view.update(kStockStore, {level("a", "x", 9, 2)});
  EXPECT_EQ(on_hand_of(view, "x"), 8);
}

TEST(MemoryStockView, of_two_reads_that_overlap_the_later_counts) {
  MemoryStockView view;
  view.update(kStockStore, {level("a", "x", 10, 1)});
  const std::uint64_t first = view.begin_read();
  const std::uint64_t second = view.begin_read();
  view.take_read(kStockStore, {level("a", "x", 8, 3)}, second);
  view.take_read(kStockStore, {level("a", "x", 9, 2)}, first);
  EXPECT_EQ(on_hand_of(view, "x"), 8);
}

TEST(MemoryStockView, a_store_that_went_back_to_a_backup_is_believed) {
  MemoryStockView view;
  view.update(kStockStore, {level("a", "x", 5, 17)});
  const std::uint64_t begun = view.begin_read();
  view.take_read(kStockStore, {level("a", "x", 7, 15)}, begun);
  EXPECT_EQ(on_hand_of(view, "x"), 7);
  view.update(kStockStore, {level("a", "x", 6, 16)});
  EXPECT_EQ(on_hand_of(view, "x"), 6);
}

TEST(MemoryStockView, threads_read_and_write_at_once) {
  MemoryStockView view;
  const StoreId store{"s"};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&view, &store, t] {
      for (int i = 0; i < 2'000; ++i) {
        const std::string variant = "v" + std::to_string(i % 97);
        view.update(store, {level(variant, "l" + std::to_string(t), i)});
        EXPECT_LE(view.levels(store, VariantId{variant}).size(), 4U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 97; ++i) {
    EXPECT_EQ(view.levels(store, VariantId{"v" + std::to_string(i)}).size(), 4U);
  }
}

}  // namespace
}  // namespace kassa::catalog
