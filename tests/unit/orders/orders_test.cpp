// Orders over the real store: reading, changing, telling, and changing at the same time.

#include <boost/asio/detached.hpp>

#include "services/orders/statements.hpp"
#include "tests/unit/orders/bench.hpp"

namespace kassa::orders {
namespace {

namespace asio = boost::asio;

std::string render(const StoreId& /*store*/, const ports::OrderRecord& order, const json::array& events,
                   const json::array& adjustments, std::int64_t number) {
  json::object body;
  body["id"] = order.id.value;
  body["events"] = events;
  body["adjustments"] = adjustments;
  body["number"] = number;
  return json::serialize(body);
}

class OrdersTest : public testing::Test, public OrderStores {
 protected:
  OrdersTest() : orders({main.store(), persons, box, clock, random, log, "test", &render, [this] { ++wakes; }}) {}

  Result<PlacedOrder> ship(json::object event) {
    return run(orders.add_fulfilment_event(store, OrderId{"ord_1"}, std::move(event)));
  }
  Result<PlacedOrder> adjust(json::object adjustment) {
    return run(orders.add_adjustment(store, OrderId{"ord_1"}, std::move(adjustment)));
  }
  Result<PlacedOrder> get(const std::string& id = "ord_1") { return run(orders.get(store, OrderId{id})); }
  std::int64_t events_waiting() { return main.number("SELECT count(*) FROM outbox"); }

  int wakes{};
  Orders orders;
};

TEST_F(OrdersTest, reads_an_order_by_its_id_and_by_its_checkout) {
  place(sample_order());
  const PlacedOrder order = get().value();
  EXPECT_EQ(order.record.total, 8'150);
  EXPECT_EQ(order.number, 1'042);
  EXPECT_EQ(order.order_state, "confirmed");
  EXPECT_EQ(order.payment_state, "paid");
  EXPECT_EQ(order.fulfil_state, "none");
  EXPECT_TRUE(order.confirmed());
  EXPECT_TRUE(order.events.empty());
  EXPECT_EQ(run(orders.by_checkout(store, CheckoutId{"chk_of_ord_1"})).value().record.id, order.record.id);
}

TEST_F(OrdersTest, finds_no_draft_no_stranger_and_nobody_who_was_erased) {
  place(sample_order("ord_draft"), "draft", std::nullopt);
  const PersonId person = place(sample_order("ord_erased"));
  ASSERT_TRUE(run(persons.erase(store, person)));
  EXPECT_EQ(get("ord_draft").error().code, Errc::kNotFound);
  EXPECT_EQ(get("ord_none").error().code, Errc::kNotFound);
  EXPECT_EQ(get("ord_erased").error().code, Errc::kNotFound);
  EXPECT_EQ(run(orders.get(StoreId{"s2"}, OrderId{"ord_erased"})).error().code, Errc::kNotFound);
}

TEST_F(OrdersTest, a_held_order_can_be_read_and_not_be_changed) {
  place(sample_order(), "held", std::nullopt);
  EXPECT_FALSE(get().value().confirmed());
  EXPECT_EQ(ship(shipped("f1", "li_1", 1)).error().code, Errc::kNotFound);
}

TEST_F(OrdersTest, a_shipment_changes_state_history_and_outbox_together) {
  const PersonId person = place(sample_order());
  post(person, "ord_1", 1, "https://platform.example/hooks/order", "{}");
  const PlacedOrder after = ship(shipped("f1", "li_1", 2)).value();
  EXPECT_EQ(after.fulfil_state, "partial");
  EXPECT_EQ(after.version, 2);
  EXPECT_EQ(text("SELECT fulfil_state FROM purchase"), "partial");
  EXPECT_EQ(main.number("SELECT version FROM purchase"), 2);
  EXPECT_EQ(text("SELECT kind FROM purchase_event"), "fulfilment");
  const auto rows = main.rows("SELECT event_id, seq, dialect, target, person_id FROM outbox ORDER BY seq");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(ports::as_int(rows[1][1]), 2);
  EXPECT_EQ(ports::as_string(rows[1][2]), "test");
  EXPECT_EQ(ports::as_string(rows[1][3]), "https://platform.example/hooks/order");
  EXPECT_EQ(ports::as_string(rows[1][4]), person.value);
  const json::object body = json::parse(body_of(EventId{ports::as_string(rows[1][0])})).as_object();
  EXPECT_EQ(body.at("events").as_array().size(), 1U);
  EXPECT_EQ(body.at("number").as_int64(), 1'042);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(get().value().events, after.events);
}

TEST_F(OrdersTest, makes_an_id_and_a_time_for_an_event_without) {
  place(sample_order());
  json::object event = shipped("", "li_1", 1);
  event.erase("occurred_at");
  const PlacedOrder after = ship(std::move(event)).value();
  const json::object& entry = after.events[0].as_object();
  EXPECT_TRUE(text_in(entry, "id").starts_with("ful_"));
  EXPECT_EQ(text_in(entry, "occurred_at"), "2026-04-08T12:00:00.000Z");
}

TEST_F(OrdersTest, tells_nobody_about_an_order_without_an_audience) {
  ports::OrderRecord order = sample_order();
  order.audience.webhook_url.clear();
  place(order);
  ASSERT_TRUE(ship(shipped("f1", "li_1", 1)));
  EXPECT_EQ(events_waiting(), 0);
  EXPECT_EQ(wakes, 0);
}

TEST_F(OrdersTest, repeating_an_entry_changes_nothing_and_editing_it_adds_a_row) {
  place(sample_order());
  ASSERT_TRUE(ship(shipped("f1", "li_1", 1)));
  ASSERT_TRUE(ship(shipped("f1", "li_1", 1)));
  EXPECT_EQ(main.number("SELECT count(*) FROM purchase_event"), 1);
  EXPECT_EQ(events_waiting(), 1);
  const PlacedOrder after = ship(shipped("f1", "li_1", 2)).value();
  EXPECT_EQ(after.events.size(), 1U);
  EXPECT_EQ(main.number("SELECT count(*) FROM purchase_event"), 2);
  EXPECT_EQ(main.number("SELECT max(seq) FROM purchase_event"), 2);
  EXPECT_EQ(get().value().events, after.events);
}

TEST_F(OrdersTest, refuses_lines_that_the_order_does_not_have) {
  place(sample_order());
  EXPECT_EQ(ship(shipped("f1", "li_9", 1)).error().code, Errc::kInvalidRequest);
  EXPECT_EQ(adjust(adjusted("a1", "pending", "li_9", -1)).error().code, Errc::kInvalidRequest);
  EXPECT_EQ(main.number("SELECT count(*) FROM purchase_event"), 0);
}

TEST_F(OrdersTest, refuses_to_ship_more_than_was_bought) {
  place(sample_order());
  ASSERT_TRUE(ship(shipped("f1", "li_1", 2)));
  EXPECT_EQ(ship(shipped("f2", "li_1", 1)).error().code, Errc::kInvalidRequest);
  EXPECT_EQ(events_waiting(), 1);
}

TEST_F(OrdersTest, a_return_that_completes_is_the_same_adjustment) {
  place(sample_order());
  ASSERT_TRUE(ship(shipped("f1", "li_1", 2)));
  ASSERT_TRUE(adjust(adjusted("a1", "pending", "li_1", -2)));
  const PlacedOrder after = adjust(adjusted("a1", "completed", "li_1", -2)).value();
  EXPECT_EQ(after.adjustments.size(), 1U);
  EXPECT_EQ(after.fulfil_state, "returned");
  EXPECT_EQ(main.number("SELECT count(*) FROM purchase_event WHERE kind = 'adjustment'"), 2);
}

TEST_F(OrdersTest, replacing_keeps_unknown_members_and_never_forgets) {
  place(sample_order());
  ASSERT_TRUE(ship(shipped("f1", "li_1", 1)));
  json::object refund = adjusted("a1", "pending", "li_1", -1);
  refund["amount"] = 500;
  const PlacedOrder after = run(orders.replace(store, OrderId{"ord_1"}, {shipped("f2", "li_1", 1)}, {refund})).value();
  ASSERT_EQ(after.events.size(), 2U);
  EXPECT_EQ(after.adjustments[0].at("amount").as_int64(), 500);
  EXPECT_EQ(events_waiting(), 2);
  const PlacedOrder again = run(orders.replace(store, OrderId{"ord_1"}, after.events, after.adjustments)).value();
  EXPECT_EQ(again.version, after.version);
  EXPECT_EQ(events_waiting(), 2);
}

TEST_F(OrdersTest, five_changes_at_once_are_all_kept_in_one_order) {
  place(sample_order());
  asio::io_context io;
  std::array<std::optional<Result<PlacedOrder>>, 5> answers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    json::object refund = adjusted("a" + std::to_string(i), "pending", "li_1", -1);
    auto work = orders.add_adjustment(store, OrderId{"ord_1"}, std::move(refund));
    asio::co_spawn(io, keep_answer(std::move(work), answers[i]), asio::detached);
  }
  io.run();
  for (const auto& answer : answers) EXPECT_TRUE(answer && *answer);
  EXPECT_EQ(get().value().adjustments.size(), 5U);
  EXPECT_EQ(main.number("SELECT version FROM purchase"), 6);
  EXPECT_EQ(main.number("SELECT count(DISTINCT seq) FROM outbox"), 5);
  EXPECT_EQ(main.number("SELECT max(seq) - min(seq) FROM outbox"), 4);
}

TEST_F(OrdersTest, an_event_after_the_earlier_ones_were_dropped_goes_on_counting) {
  const PersonId person = place(sample_order());
  post(person, "ord_1", 1, "https://platform.example/hooks/order", "{}");
  ASSERT_TRUE(ship(shipped("f1", "li_1", 1)));
  EXPECT_EQ(main.number("SELECT max(seq) FROM outbox"), 2);
  main.execute("DELETE FROM outbox", {});
  ASSERT_TRUE(ship(shipped("f2", "li_1", 1)));
  EXPECT_EQ(main.number("SELECT max(seq) FROM outbox"), 3);
}

}  // namespace
}  // namespace kassa::orders
