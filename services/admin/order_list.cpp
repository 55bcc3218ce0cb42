#include "services/admin/order_list.hpp"

#include "services/admin/statements.hpp"
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
  return order;
}

}  // namespace

asio::awaitable<Result<Page<OrderSummary>>> OrderList::list(StoreId store, OrderFilter filter, PageRequest page) {
  ports::Step read =
      statements::read_orders(store, filter.order_state, filter.payment_state, page.after, page.most + 1);
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
