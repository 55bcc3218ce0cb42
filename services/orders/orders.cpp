#include "services/orders/orders.hpp"

#include "services/base/ensure.hpp"
#include "services/base/text.hpp"
#include "services/orders/statements.hpp"

namespace kassa::orders {
namespace {

constexpr int kTries = 5;
constexpr std::size_t kEntriesMax = 1'000;
constexpr std::string_view kFulfilment = "fulfilment";
constexpr std::string_view kAdjustment = "adjustment";

PlacedOrder read_row(const ports::Row& row) {
  PlacedOrder order;
  order.person = PersonId{ports::as_string(row[2])};
  if (!ports::is_null(row[3])) order.number = ports::as_int(row[3]);
  order.order_state = ports::as_string(row[4]);
  order.payment_state = ports::as_string(row[5]);
  order.fulfil_state = ports::as_string(row[6]);
  order.version = ports::as_int(row[7]);
  order.created_at = from_millis(ports::as_int(row[9]));
  if (!ports::is_null(row[10])) order.confirmed_at = from_millis(ports::as_int(row[10]));
  return order;
}

void read_history(const std::vector<ports::Row>& rows, PlacedOrder& order) {
  for (const ports::Row& row : rows) {
    order.last_seq = ports::as_int(row[0]);
    const std::string& kind = ports::as_string(row[1]);
    if (kind != kFulfilment && kind != kAdjustment) continue;
    json::value entry = json::parse(ports::as_string(row[2]));
    ensure(entry.is_object(), "a history entry is no object");
    fold_entry(kind == kFulfilment ? order.events : order.adjustments, std::move(entry.get_object()));
  }
}

void apply(PlacedOrder& order, const std::vector<json::object>& events, const std::vector<json::object>& adjustments) {
  for (const json::object& entry : events) fold_entry(order.events, entry);
  for (const json::object& entry : adjustments) fold_entry(order.adjustments, entry);
}

/// A merchant's own change must fit the order; `order` is what it would be.
Result<void> check_lines(const PlacedOrder& order, const json::object& entry) {
  const Progress progress = progress_of(order.record, order.events, order.adjustments);
  const json::value* items = entry.if_contains("line_items");
  if (items != nullptr && !items->is_array())
    return Error{Errc::kInvalidRequest, "line_items is no list", "/line_items"};
  if (items == nullptr) return ok();
  for (const json::value& item : items->get_array()) {
    const std::string_view id = item.is_object() ? text_in(item.get_object(), "id") : std::string_view{};
    if (progress.find(id) == nullptr) return Error{Errc::kInvalidRequest, "the order has no such line", "/line_items"};
  }
  for (const LineProgress& line : progress.lines) {
    if (line.shipped > std::max(line.original, line.total)) {
      return Error{Errc::kInvalidRequest, "more of a line than was bought", "/line_items"};
    }
  }
  return ok();
}

}  // namespace

std::string purchase_aad(const StoreId& store, const OrderId& order) {
  return "purchase|" + store.value + "|" + order.value;
}

std::string event_aad(const StoreId& store, const EventId& event) {
  return "outbox|" + store.value + "|" + event.value;
}

asio::awaitable<Result<PlacedOrder>> Orders::get(StoreId store, OrderId order) {
  ports::Step read = statements::read_order(store, order);
  co_return co_await load(std::move(store), std::move(read));
}

asio::awaitable<Result<PlacedOrder>> Orders::by_checkout(StoreId store, CheckoutId checkout) {
  ports::Step read = statements::read_order_of_checkout(store, checkout);
  co_return co_await load(std::move(store), std::move(read));
}

asio::awaitable<Result<PlacedOrder>> Orders::load(StoreId store, ports::Step read) {
  // The order before its history: a change in between then fails on the version, not on the sequence.
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such order"};
  const ports::Row& row = rows.front();
  PlacedOrder order = read_row(row);
  order.store = store;
  const OrderId id{ports::as_string(row[0])};
  KASSA_CO_TRY(auto key, co_await d_.persons.key_of(store, order.person));
  KASSA_CO_TRY(auto text, d_.box.open_for(key, purchase_aad(store, id), ports::as_blob(row[8])));
  order.record = ports::decode_order(text);
  ports::Step read_events = statements::read_history(store, id);
  KASSA_CO_TRY(auto history, co_await d_.store.query(std::move(read_events)));
  read_history(history, order);
  co_return order;
}

void Orders::complete_entry(json::object& entry, std::string_view prefix) {
  if (text_in(entry, "id").empty()) entry["id"] = std::string(prefix) + unique_suffix(d_.clock, d_.random);
  if (text_in(entry, "occurred_at").empty()) entry["occurred_at"] = to_rfc3339(d_.clock.now());
}

asio::awaitable<Result<PlacedOrder>> Orders::add_fulfilment_event(StoreId store, OrderId order, json::object event) {
  complete_entry(event, "ful_");
  Plan plan = [entry = std::move(event)](const PlacedOrder& now) -> Result<Change> {
    Change change;
    change.events = news_in(now.events, json::array{entry});
    PlacedOrder after = now;
    apply(after, change.events, {});
    KASSA_TRY(check_lines(after, entry));
    return change;
  };
  co_return co_await this->change(std::move(store), std::move(order), std::move(plan));
}

asio::awaitable<Result<PlacedOrder>> Orders::add_adjustment(StoreId store, OrderId order, json::object adjustment) {
  complete_entry(adjustment, "adj_");
  Plan plan = [entry = std::move(adjustment)](const PlacedOrder& now) -> Result<Change> {
    Change change;
    change.adjustments = news_in(now.adjustments, json::array{entry});
    KASSA_TRY(check_lines(now, entry));
    return change;
  };
  co_return co_await this->change(std::move(store), std::move(order), std::move(plan));
}

asio::awaitable<Result<PlacedOrder>> Orders::replace(StoreId store, OrderId order, json::array events,
                                                     json::array adjustments) {
  Plan plan = [events = std::move(events),
               adjustments = std::move(adjustments)](const PlacedOrder& now) -> Result<Change> {
    Change change;
    change.events = news_in(now.events, events);
    change.adjustments = news_in(now.adjustments, adjustments);
    return change;
  };
  co_return co_await this->change(std::move(store), std::move(order), std::move(plan));
}

asio::awaitable<Result<PlacedOrder>> Orders::change(StoreId store, OrderId order, Plan plan) {
  for (int n = 0; n < kTries; ++n) {
    KASSA_CO_TRY(auto now, co_await get(store, order));
    if (!now.confirmed()) co_return Error{Errc::kNotFound, "the order is not confirmed yet"};
    KASSA_CO_TRY(const auto planned, plan(now));
    if (planned.events.empty() && planned.adjustments.empty()) co_return now;
    apply(now, planned.events, planned.adjustments);
    if (now.events.size() + now.adjustments.size() > kEntriesMax) {
      co_return Error{Errc::kInvalidRequest, "the order's history is full"};
    }
    now.fulfil_state = to_text(progress_of(now.record, now.events, now.adjustments).state);
    KASSA_CO_TRY(const bool done, co_await commit(store, now, planned));
    if (!done) continue;
    ++now.version;
    now.last_seq += static_cast<std::int64_t>(planned.events.size() + planned.adjustments.size());
    d_.log.info("order.changed", {{"order", order.value}, {"fulfilment", now.fulfil_state}});
    if (!now.record.audience.webhook_url.empty()) d_.wake_outbox();
    co_return now;
  }
  co_return Error{Errc::kVersionConflict, "the order keeps changing; try again"};
}

asio::awaitable<Result<bool>> Orders::commit(const StoreId& store, const PlacedOrder& order, const Change& change) {
  const OrderId& id = order.record.id;
  const Instant now = d_.clock.now();
  ports::Transaction transaction("order", store);
  transaction.add(statements::move_order(store, id, order.version, order.fulfil_state, now));
  std::int64_t seq = order.last_seq;
  const auto note = [&](std::string_view kind, const std::vector<json::object>& entries) {
    for (const json::object& entry : entries) {
      transaction.add(statements::add_history(store, id, ++seq, std::string(kind), json::serialize(entry), now));
    }
  };
  note(kFulfilment, change.events);
  note(kAdjustment, change.adjustments);
  if (!order.record.audience.webhook_url.empty()) {
    KASSA_CO_TRY(auto key, co_await d_.persons.key_of(store, order.person));
    statements::EventRow row;
    row.store = store;
    row.event = make_id<EventId>("evt_", d_.clock, d_.random);
    row.order = id;
    row.dialect = d_.dialect;
    row.target = order.record.audience.webhook_url;
    row.person = order.person;
    const std::string body = d_.render(store, order.record, order.events, order.adjustments, *order.number);
    row.sealed_body = d_.box.seal_for(key, event_aad(store, row.event), body);
    row.now = now;
    transaction.add(statements::add_event(row));
  }
  KASSA_CO_TRY(auto done, co_await d_.store.commit(std::move(transaction)));
  co_return done.applied;
}

}  // namespace kassa::orders
