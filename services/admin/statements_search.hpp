#pragma once
// The SQL by which a merchant finds orders and customers, one function each. A list with many optional filters is one
// text; which of several texts is taken says where the database starts to look, so that each has its index.

#include "services/admin/customer_list.hpp"
#include "services/admin/order_list.hpp"

namespace kassa::admin::statements {

using ports::Step;

/// order_id, checkout_id, number, order_state, payment_state, fulfil_state, currency, total, created_at, confirmed_at,
/// updated_at, mode (live, test). Newest first: order ids grow with time, so the primary key is the order of the list.
struct OrderRange {
  std::string before;  ///< Not this one any more.
  std::string least;
};
Step read_orders(const StoreId& store, const OrderFilter& filter, const OrderRange& range, std::int64_t most);
/// The last one of so many of a range, whatever they are; none: there are fewer.
Step find_least_order(const StoreId& store, const OrderRange& range, std::int64_t looked_at);

/// Behind (since, after), up to (until, last), in milliseconds; the same columns. An order that was held and is a draft
/// again is "withdrawn": such drafts are those that were changed after they had been made.
struct ChangeRange {
  std::int64_t since{};
  std::string after;
  std::int64_t until{};
  std::string last;
};
Step read_changed_orders(const StoreId& store, const OrderFilter& filter, const ChangeRange& range, std::int64_t most);
/// updated_at and order_id of the last one of so many up to `until`; none: there are fewer.
Step find_last_change(const StoreId& store, const ChangeRange& range, std::int64_t looked_at);
Step read_order(const StoreId& store, const OrderId& order);

/// person_id, created_at, email_hash, whether there is a profile (1); by id. Of several persons with one e-mail the
/// first; somebody looked for by telephone is told as the first of their e-mail, too.
Step read_customers(const StoreId& store, const CustomerFilter& filter, const std::string& after, std::int64_t most);

/// currency, orders, total, the first order's created_at, the last one's, the last one's id; by currency. Of everybody
/// with this e-mail, or of one person without.
Step read_bought_by_email(const StoreId& store, const Bytes& email_hash, bool live);
Step read_bought_by_person(const StoreId& store, const PersonId& person, bool live);

}  // namespace kassa::admin::statements
