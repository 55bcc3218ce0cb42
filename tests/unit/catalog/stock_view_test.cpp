#include "services/catalog/stock_view_memory.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace kassa::catalog {
namespace {

ports::StockLevel level(std::string variant, std::string location, std::int64_t on_hand) {
  return {VariantId{std::move(variant)}, LocationId{std::move(location)}, on_hand, 0, 0};
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
