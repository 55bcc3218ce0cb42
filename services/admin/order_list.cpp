#include "services/admin/order_list.hpp"

#include <algorithm>
#include <charconv>

#include "services/admin/statements_search.hpp"
#include "services/base/ensure.hpp"
#include "services/base/id_time.hpp"

namespace kassa::admin {
namespace {

constexpr std::string_view kAfterAllIds = "~";  ///< Ids are letters, digits and underscores.

OrderSummary summary_at(const ports::Row& row) {
  OrderSummary order;
  order.id = OrderId{ports::as_string(row[0])};
  order.checkout = CheckoutId{ports::as_string(row[1])};
  if (!ports::is_null(row[2])) order.number = ports::as_int(row[2]);
  order.order_state = ports::as_string(row[3]);
  order.payment_state = ports::as_string(row[4]);
  order.fulfil_state = ports::as_string(row[5]);
  const auto currency = Currency::from_code(ports::as_string(row[6]));
  ensure(currency.has_value(), "a stored currency is one");
  order.total = Money{ports::as_int(row[7]), *currency};
  order.created_at = from_millis(ports::as_int(row[8]));
  if (!ports::is_null(row[9])) order.confirmed_at = from_millis(ports::as_int(row[9]));
  order.updated_at = from_millis(ports::as_int(row[10]));
  order.live = ports::as_string(row[11]) == "live";
  return order;
}

/// "<milliseconds>.<order id>"
Result<statements::ChangeRange> range_after(const OrderFilter& filter, std::string_view after) {
  statements::ChangeRange range;
  range.since = to_millis(*filter.changed_since);
  range.until = to_millis(filter.changed_until);
  if (after.empty()) return range;
  const char* const end = after.data() + after.size();
  const auto [stop, failed] = std::from_chars(after.data(), end, range.since);
  if (failed != std::errc{} || stop == end || *stop != '.') {
    return Error{Errc::kInvalidRequest, "this is no cursor of this list", "?cursor"};
  }
  range.after = std::string(stop + 1, end);
  return range;
}

/// What the times say of the ids. Ids are made moments before the order is, by the same clock.
statements::OrderRange range_before(const OrderFilter& filter, std::string after) {
  constexpr std::chrono::days kApart{1};
  statements::OrderRange range;
  range.before = after.empty() ? std::string(kAfterAllIds) : std::move(after);
  if (filter.placed_from > 0) {
    range.least = "ord_" + id_time_digits(from_millis(filter.placed_from) - kApart);
  }
  if (filter.placed_until < std::numeric_limits<std::int64_t>::max() - Millis(kApart).count()) {
    range.before = std::min(range.before, "ord_" + id_time_digits(from_millis(filter.placed_until) + kApart));
  }
  return range;
}

/// Those of one number, or of one buyer, are few.
bool looks_at_all(const OrderFilter& filter) {
  return filter.number == 0 && filter.email_hash.empty() && filter.phone_hash.empty();
}

}  // namespace

std::string key_of(const OrderSummary& order, bool by_change) {
  if (!by_change) return order.id.value;
  return std::to_string(to_millis(order.updated_at)).append(".").append(order.id.value);
}

asio::awaitable<Result<Page<OrderSummary>>> OrderList::list(StoreId store, OrderFilter filter, PageRequest page) {
  if (filter.changed_since) return by_change(std::move(store), std::move(filter), std::move(page));
  return by_age(std::move(store), std::move(filter), std::move(page));
}

asio::awaitable<Result<Page<OrderSummary>>> OrderList::by_age(StoreId store, OrderFilter filter, PageRequest page) {
  statements::OrderRange range = range_before(filter, page.after);
  bool ends_early = false;
  if (looks_at_all(filter)) {
    ports::Step find = statements::find_least_order(store, range, looked_at_);
    KASSA_CO_TRY(const auto least, co_await store_.query(std::move(find)));
    ends_early = !least.empty();
    if (ends_early) range.least = ports::as_string(least[0][0]);
  }
  ports::Step read = statements::read_orders(store, filter, range, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  auto found = page_of<OrderSummary>(rows, page, summary_at);
  found.next = found.more ? key_of(found.items.back(), false) : range.least;
  found.more = found.more || ends_early;
  co_return found;
}

asio::awaitable<Result<Page<OrderSummary>>> OrderList::by_change(StoreId store, OrderFilter filter, PageRequest page) {
  KASSA_CO_TRY(auto range, range_after(filter, page.after));
  ports::Step find = statements::find_last_change(store, range, looked_at_);
  KASSA_CO_TRY(const auto last, co_await store_.query(std::move(find)));
  range.last = kAfterAllIds;
  if (!last.empty()) {
    range.until = ports::as_int(last[0][0]);
    range.last = ports::as_string(last[0][1]);
  }
  ports::Step read = statements::read_changed_orders(store, filter, range, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  auto found = page_of<OrderSummary>(rows, page, summary_at);
  found.next = found.more ? key_of(found.items.back(), true) : std::to_string(range.until) + "." + range.last;
  found.more = found.more || !last.empty();
  co_return found;
}

asio::awaitable<Result<OrderSummary>> OrderList::find(StoreId store, OrderId order) {
  ports::Step read = statements::read_order(store, order);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such order"};
  co_return summary_at(rows.front());
}

}  // namespace kassa::admin
