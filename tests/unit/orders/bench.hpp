#pragma once
// Orders over a real SQLite store with the shipped schema: what step D2 leaves behind, and what it takes to
// read it.

#include "services/orders/orders.hpp"
#include "services/shoppers/person_keys.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa {

inline ports::OrderLine order_line(std::string id, std::int64_t quantity, std::int64_t price) {
  ports::OrderLine line;
  line.id = std::move(id);
  line.item = "item_" + line.id;
  line.title = "Thing " + line.id;
  line.quantity = quantity;
  line.unit_price = price;
  line.subtotal = quantity * price;
  return line;
}

inline ports::OrderComponent order_component(std::string kind, std::string label, std::int64_t amount) {
  ports::OrderComponent component;
  component.kind = std::move(kind);
  component.label = std::move(label);
  component.amount = amount;
  return component;
}

/// Two lines ("li_1" twice 3500, "li_2" once 1500), one package, 10 % off: 8150.
inline ports::OrderRecord sample_order(std::string id = "ord_1") {
  ports::OrderRecord order;
  order.id = OrderId{std::move(id)};
  order.checkout = CheckoutId{"chk_of_" + order.id.value};
  order.currency = *Currency::from_code("USD");
  order.lines = {order_line("li_1", 2, 3'500), order_line("li_2", 1, 1'500)};
  order.components = {order_component("subtotal", "", 8'500), order_component("discount", "10% Off", -850),
                      order_component("fulfillment", "Standard Shipping", 500)};
  ports::OrderDelivery delivery;
  delivery.id = "group_1";
  delivery.type = "shipping";
  delivery.lines = {"li_1", "li_2"};
  delivery.address.first_name = "Jane";
  delivery.address.last_name = "Doe";
  delivery.address.street = "123 Main St";
  delivery.address.locality = "Springfield";
  delivery.address.region = "IL";
  delivery.address.postal_code = "62704";
  delivery.address.country = "US";
  delivery.option = "std-ship";
  delivery.title = "Standard Shipping";
  delivery.amount = 500;
  delivery.earliest = ManualClock::kStart + std::chrono::hours{24};
  order.deliveries = {delivery};
  order.total = 8'150;
  order.email = "jane.doe@example.com";
  order.audience.owner = "ucp:https://platform.example/profile.json";
  order.audience.profile_url = "https://platform.example/profile.json";
  order.audience.webhook_url = "https://platform.example/hooks/order";
  order.audience.version = "2026-04-08";
  return order;
}

inline json::object shipped(std::string id, std::string line, std::int64_t quantity, std::string tracking = "") {
  json::object event;
  event["id"] = std::move(id);
  event["type"] = "shipped";
  event["occurred_at"] = "2026-04-08T12:00:00Z";
  event["line_items"] = json::array{json::object{{"id", line}, {"quantity", quantity}}};
  if (!tracking.empty()) event["tracking_number"] = tracking;
  return event;
}

inline json::object adjusted(std::string id, std::string status, std::string line, std::int64_t quantity) {
  json::object adjustment;
  adjustment["id"] = std::move(id);
  adjustment["type"] = "return";
  adjustment["occurred_at"] = "2026-04-08T12:00:00Z";
  adjustment["status"] = std::move(status);
  adjustment["line_items"] = json::array{json::object{{"id", line}, {"quantity", quantity}}};
  return adjustment;
}

/// The stores, the keys and the clock; what tests of orders, deliveries and order routes have in common.
class OrderStores {
 public:
  /// An order as D2 leaves it, with its first event in the outbox when it has an audience.
  PersonId place(const ports::OrderRecord& order, const std::string& state = "confirmed",
                 std::optional<std::int64_t> number = 1'042) {
    const PersonId person = persons.create(store);
    const auto key = run(persons.key_of(store, person)).value();
    const Bytes sealed = box.seal_for(key, orders::purchase_aad(store, order.id), ports::encode(order));
    ports::SqlValue number_value = std::monostate{};
    if (number) number_value = *number;
    main.execute(
        "INSERT INTO purchase (store_id, order_id, checkout_id, person_id, number, order_state, "
        "payment_state, fulfil_state, "
        "currency, total, owner, sealed_body, version, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, 'paid', 'none', $7, $8, $9, $10, 1, $11)",
        {store.value, order.id.value, order.checkout.value, person.value, number_value, state,
         std::string(order.currency.code()), order.total, order.audience.owner, sealed, to_millis(clock.now())});
    return person;
  }

  /// A waiting event in the outbox; returns its id.
  EventId post(const PersonId& person, const std::string& order, std::int64_t seq, const std::string& target,
               const std::string& body, const std::string& dialect = "test") {
    const EventId event{"evt_" + order + "_" + std::to_string(seq)};
    const auto key = run(persons.key_of(store, person)).value();
    const Bytes sealed = box.seal_for(key, orders::event_aad(store, event), body);
    main.execute(
        "INSERT INTO outbox (store_id, event_id, order_id, seq, dialect, target, person_id, sealed_body, "
        "created_at, due_at, "
        "state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'waiting')",
        {store.value, event.value, order, seq, dialect, target, person.value, sealed, to_millis(clock.now())});
    return event;
  }

  /// The opened body of an event.
  std::string body_of(const EventId& event) {
    const auto rows = main.rows("SELECT person_id, sealed_body FROM outbox WHERE store_id = $1 AND event_id = $2",
                                {store.value, event.value});
    const auto key = run(persons.key_of(store, PersonId{ports::as_string(rows.at(0)[0])})).value();
    return box.open_for(key, orders::event_aad(store, event), ports::as_blob(rows.at(0)[1])).value();
  }

  std::string text(std::string_view sql) { return ports::as_string(main.rows(sql).at(0).at(0)); }

  const StoreId store{"s1"};
  ManualClock clock;
  SeededRandom random;
  platform::SodiumSecretBox box{test_box()};
  Database main{"main"};
  Database keys{"keys"};
  shoppers::CachedPersonKeys persons{keys.store(), box, clock, random, [] {}};
  EventLog log;
  SummingMetrics metrics;
};

}  // namespace kassa
