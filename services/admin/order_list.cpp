#include "services/admin/order_list.hpp"

#include <charconv>

#include "services/admin/statements_search.hpp"
#include "services/base/ensure.hpp"

namespace kassa::admin {
namespace {

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

Result<ports::Step> step_of(const StoreId& store, const OrderFilter& filter, const PageRequest& page) {
  const std::int64_t most = page.most + 1;
  if (filter.changed_since) {
    KASSA_TRY(const auto range, range_after(filter, page.after));
    return statements::read_changed_orders(store, filter, range, most);
  }
  return statements::read_orders(store, filter, page.after, most);
}

}  // namespace

std::string key_of(const OrderSummary& order, bool by_change) {
  if (!by_change) return order.id.value;
  return std::to_string(to_millis(order.updated_at)).append(".").append(order.id.value);
}

asio::awaitable<Result<Page<OrderSummary>>> OrderList::list(StoreId store, OrderFilter filter, PageRequest page) {
  KASSA_CO_TRY(ports::Step read, step_of(store, filter, page));
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  co_return page_of<OrderSummary>(rows, page, summary_at);
}

asio::awaitable<Result<OrderSummary>> OrderList::find(StoreId store, OrderId order) {
  ports::Step read = statements::read_order(store, order);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such order"};
  co_return summary_at(rows.front());
}

}  // namespace kassa::admin
