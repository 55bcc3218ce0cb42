#include "services/platform/store/fair_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace kassa::platform {
namespace {

using Queue = FairQueue<std::string>;

std::string pop_all(Queue& queue) {
  std::string order;
  while (!queue.empty()) order += queue.pop();
  return order;
}

void push_many(Queue& queue, const char* store, std::size_t cost, std::string_view items) {
  for (const char item : items) EXPECT_FALSE(queue.push(StoreId{store}, cost, std::string(1, item)));
}

TEST(FairQueue, OneStoreIsServedInOrder) {
  Queue queue(100, 1);
  push_many(queue, "a", 1, "12345");
  EXPECT_EQ(pop_all(queue), "12345");
}

TEST(FairQueue, StoresTakeTurns) {
  Queue queue(100, 1);
  push_many(queue, "a", 1, "aaaa");
  push_many(queue, "b", 1, "bb");
  push_many(queue, "c", 1, "c");
  EXPECT_EQ(pop_all(queue), "abcabaa");
}

TEST(FairQueue, AQuantumBuysSeveralCheapItems) {
  Queue queue(100, 2);
  push_many(queue, "a", 1, "aaaa");
  push_many(queue, "b", 1, "bbbb");
  EXPECT_EQ(pop_all(queue), "aabbaabb");
}

TEST(FairQueue, DearItemsWaitUntilTheirStoreHasSavedUp) {
  Queue queue(100, 1);
  push_many(queue, "a", 3, "AA");
  push_many(queue, "b", 1, "bbbbbb");
  EXPECT_EQ(pop_all(queue), "bbAbbbAb");
}

TEST(FairQueue, AStoreThatWentAwayStartsWithoutSavings) {
  Queue queue(100, 10);
  push_many(queue, "a", 1, "a");
  EXPECT_EQ(pop_all(queue), "a");
  push_many(queue, "a", 15, "A");
  push_many(queue, "b", 1, "b");
  EXPECT_EQ(pop_all(queue), "bA");
}

TEST(FairQueue, WhenFullTheLongestBacklogPays) {
  Queue queue(4, 1);
  push_many(queue, "a", 1, "123");
  push_many(queue, "b", 1, "4");
  EXPECT_EQ(queue.push(StoreId{"a"}, 1, "5"), "5") << "the longest is the newcomer's own";
  EXPECT_EQ(queue.push(StoreId{"c"}, 1, "6"), "3") << "the newest of the longest";
  EXPECT_EQ(queue.push(StoreId{"b"}, 1, "7"), "7") << "2 and 1: making room would only turn the tables";
  EXPECT_EQ(pop_all(queue), "1462");
}

RC_GTEST_PROP(FairQueue, LosesNothingKeepsOrderAndStaysBounded, ()) {
  constexpr std::size_t kMax = 20;
  FairQueue<std::pair<int, int>> queue(kMax, *rc::gen::inRange<std::size_t>(1, 20));
  std::map<int, std::vector<int>> waiting;  // The model: what each store still has, in order.
  int serial = 0;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(-2, 5), rc::gen::inRange(1, 60)));
  for (const auto& [store, cost] : steps) {
    if (store >= 0) {
      waiting[store].push_back(++serial);
      const auto refused = queue.push(StoreId{std::to_string(store)}, static_cast<std::size_t>(cost), {store, serial});
      if (refused) {
        RC_ASSERT(waiting[refused->first].back() == refused->second);
        waiting[refused->first].pop_back();
      }
    } else if (!queue.empty()) {
      const auto served = queue.pop();
      RC_ASSERT(waiting[served.first].front() == served.second);
      waiting[served.first].erase(waiting[served.first].begin());
    }
    std::size_t total = 0;
    for (const auto& [of, items] : waiting) total += items.size();
    RC_ASSERT(queue.size() == total);
    RC_ASSERT(total <= kMax);
  }
}

}  // namespace
}  // namespace kassa::platform
