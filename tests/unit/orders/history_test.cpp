// The fold of an order's history: quantities and fulfilment state follow from the entries alone.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/orders/bench.hpp"

namespace kassa::orders {
namespace {

json::object event(std::string type, std::string line, std::int64_t quantity, std::string tracking = "") {
  json::object out = shipped("e", std::move(line), quantity, std::move(tracking));
  out["type"] = std::move(type);
  return out;
}

struct Outcome {
  std::int64_t total;      // Of li_1, of which 2 were bought.
  std::int64_t fulfilled;  // Of li_1.
  FulfilState state;
};

struct Case {
  const char* name;
  json::array events;
  json::array adjustments;
  Outcome expected;
};

class Progresses : public testing::TestWithParam<Case> {};

TEST_P(Progresses, matches) {
  const Case& row = GetParam();
  const Progress progress = progress_of(sample_order(), row.events, row.adjustments);
  const LineProgress* line = progress.find("li_1");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->original, 2);
  EXPECT_EQ(line->total, row.expected.total);
  EXPECT_EQ(line->fulfilled, row.expected.fulfilled);
  EXPECT_EQ(to_text(progress.state), to_text(row.expected.state));
}

using enum FulfilState;

INSTANTIATE_TEST_SUITE_P(
    All, Progresses,
    testing::Values(
        Case{"nothing_happened", {}, {}, {2, 0, kNone}},
        Case{"processing_ships_nothing", {event("processing", "li_1", 2)}, {}, {2, 0, kNone}},
        Case{"one_of_two_shipped", {event("shipped", "li_1", 1)}, {}, {2, 1, kPartial}},
        Case{"a_line_complete_the_order_not", {event("shipped", "li_1", 2)}, {}, {2, 2, kPartial}},
        Case{"everything_shipped", {event("shipped", "li_1", 2), event("shipped", "li_2", 1)}, {}, {2, 2, kFulfilled}},
        Case{"two_shipments_add_up",
             {event("shipped", "li_1", 1, "A"), event("shipped", "li_1", 1, "B")},
             {},
             {2, 2, kPartial}},
        Case{"a_package_and_its_delivery_count_once",
             {event("shipped", "li_1", 1, "A"), event("delivered", "li_1", 1, "A")},
             {},
             {2, 1, kPartial}},
        Case{"scans_under_way_count_once",
             {event("shipped", "li_1", 1, "A"), event("in_transit", "li_1", 1, "A"),
              event("in_transit", "li_1", 1, "A")},
             {},
             {2, 1, kPartial}},
        Case{"delivered_without_a_shipment", {event("delivered", "li_1", 2)}, {}, {2, 2, kPartial}},
        Case{"never_more_than_the_total", {event("shipped", "li_1", 9)}, {}, {2, 2, kPartial}},
        Case{"a_package_came_back",
             {event("shipped", "li_1", 2, "A"), event("returned_to_sender", "li_1", 2, "A")},
             {},
             {2, 0, kReturned}},
        Case{"lost_then_sent_back_counts_once",
             {event("shipped", "li_1", 2, "A"), event("undeliverable", "li_1", 2, "A"),
              event("returned_to_sender", "li_1", 2, "A")},
             {},
             {2, 0, kReturned}},
        Case{"canceled_before_it_left", {event("canceled", "li_1", 2)}, {}, {2, 0, kNone}},
        Case{"one_came_back_one_stayed",
             {event("shipped", "li_1", 2, "A"), event("returned_to_sender", "li_1", 1, "A")},
             {},
             {2, 1, kPartial}},
        Case{"an_unknown_line_is_nothing", {event("shipped", "li_9", 1)}, {}, {2, 0, kNone}},
        Case{"a_pending_return_changes_nothing",
             {event("shipped", "li_1", 2)},
             {adjusted("a", "pending", "li_1", -1)},
             {2, 2, kPartial}},
        Case{"a_completed_return_lowers_the_total",
             {event("shipped", "li_1", 2)},
             {adjusted("a", "completed", "li_1", -1)},
             {1, 1, kPartial}},
        Case{"cancelling_the_rest_completes_the_order",
             {event("shipped", "li_1", 2)},
             {adjusted("a", "completed", "li_2", -1)},
             {2, 2, kFulfilled}},
        Case{"never_below_nothing", {}, {adjusted("a", "completed", "li_1", -5)}, {0, 0, kNone}},
        Case{"everything_returned",
             {event("shipped", "li_1", 2), event("shipped", "li_2", 1)},
             {adjusted("a", "completed", "li_1", -2), adjusted("b", "completed", "li_2", -1)},
             {0, 0, kReturned}},
        Case{"an_exchange_adds",
             {event("shipped", "li_1", 2)},
             {adjusted("a", "completed", "li_1", 1)},
             {3, 2, kPartial}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Progress, waits_for_goods_that_ship_only) {
  ports::OrderRecord order = sample_order();
  order.lines[1].ships = false;
  EXPECT_EQ(progress_of(order, {event("shipped", "li_1", 2)}, {}).state, kFulfilled);
  order.lines[0].ships = false;
  EXPECT_EQ(progress_of(order, {event("delivered", "li_1", 2)}, {}).state, kPartial);
}

TEST(History, keeps_the_last_entry_of_an_id_in_the_first_ones_place) {
  json::array entries;
  fold_entry(entries, shipped("a", "li_1", 1));
  fold_entry(entries, shipped("b", "li_1", 1));
  fold_entry(entries, shipped("a", "li_1", 2));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0], json::value(shipped("a", "li_1", 2)));
}

TEST(History, sees_no_news_in_another_spelling_of_the_same_moment) {
  const json::object mine = shipped("a", "li_1", 1);
  json::object same = mine;
  same["occurred_at"] = "2026-04-08T14:00:00.000000+02:00";
  json::object moved = mine;
  moved["occurred_at"] = "2026-04-08T12:00:01Z";
  json::object more = mine;
  more["note"] = "x";
  EXPECT_TRUE(news_in({mine}, {same}).empty());
  EXPECT_EQ(news_in({mine}, {moved}).size(), 1U);
  EXPECT_EQ(news_in({mine}, {more}).size(), 1U);
  EXPECT_EQ(news_in({}, {mine, same, mine}).size(), 1U);
  EXPECT_TRUE(news_in({mine}, {}).empty());
}

json::array any_events() {
  constexpr std::array<const char*, 8> kTypes{"processing", "shipped",       "in_transit",         "delivered",
                                              "canceled",   "undeliverable", "returned_to_sender", "failed_attempt"};
  json::array events;
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    const auto type = *rc::gen::inRange<std::size_t>(0, kTypes.size());
    const auto line = *rc::gen::inRange(1, 4);
    const auto tracking = *rc::gen::inRange(0, 3);
    json::object entry = event(kTypes.at(type), "li_" + std::to_string(line), *rc::gen::inRange(1, 4),
                               tracking == 0 ? "" : "T" + std::to_string(tracking));
    entry["id"] = std::to_string(i);
    events.push_back(std::move(entry));
  }
  return events;
}

RC_GTEST_PROP(Progress, never_leaves_its_bounds, ()) {
  const Progress progress = progress_of(sample_order(), any_events(), {});
  for (const LineProgress& line : progress.lines) {
    RC_ASSERT(line.fulfilled >= 0);
    RC_ASSERT(line.fulfilled <= line.total);
    RC_ASSERT(line.shipped >= line.fulfilled);
  }
}

RC_GTEST_PROP(History, is_the_same_when_it_is_told_twice, ()) {
  const json::array events = any_events();
  json::array twice;
  for (int round = 0; round < 2; ++round) {
    for (const json::value& entry : events) fold_entry(twice, entry.as_object());
  }
  RC_ASSERT(twice == events);
  RC_ASSERT(news_in(events, events).empty());
}

}  // namespace
}  // namespace kassa::orders
