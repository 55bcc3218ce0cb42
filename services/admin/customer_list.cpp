#include "services/admin/customer_list.hpp"

#include <algorithm>

#include "services/admin/statements_search.hpp"
#include "services/base/ensure.hpp"

namespace kassa::admin {
namespace {

Customer customer_at(const ports::Row& row) {
  Customer customer;
  customer.id = PersonId{ports::as_string(row[0])};
  customer.created_at = from_millis(ports::as_int(row[1]));
  customer.shopper = ports::as_int(row[3]) == 1;
  return customer;
}

void add_bought(const std::vector<ports::Row>& rows, Customer& customer) {
  for (const ports::Row& row : rows) {
    const auto currency = Currency::from_code(ports::as_string(row[0]));
    ensure(currency.has_value(), "a stored currency is one");
    customer.totals.push_back({ports::as_int(row[1]), Money{ports::as_int(row[2]), *currency}});
    const Instant first = from_millis(ports::as_int(row[3]));
    const Instant last = from_millis(ports::as_int(row[4]));
    customer.first_order_at = std::min(customer.first_order_at.value_or(first), first);
    customer.last_order_at = std::max(customer.last_order_at.value_or(last), last);
    const std::string& order = ports::as_string(row[5]);
    if (!customer.last_order || customer.last_order->value < order) customer.last_order = OrderId{order};
  }
}

}  // namespace

asio::awaitable<Result<Page<Customer>>> CustomerList::list(StoreId store, CustomerFilter filter, PageRequest page) {
  ports::Step read = statements::read_customers(store, filter, page.after, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  Page<Customer> found = page_of<Customer>(rows, page, customer_at);
  for (std::size_t i = 0; i < found.items.size(); ++i) {
    Customer& customer = found.items[i];
    const ports::SqlValue& email = rows[i][2];
    ports::Step sum = ports::is_null(email)
                          ? statements::read_bought_by_person(store, customer.id, filter.live)
                          : statements::read_bought_by_email(store, ports::as_blob(email), filter.live);
    KASSA_CO_TRY(const auto bought, co_await store_.query(std::move(sum)));
    add_bought(bought, customer);
  }
  co_return found;
}

}  // namespace kassa::admin
