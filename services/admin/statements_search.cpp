#include "services/admin/statements_search.hpp"

namespace kassa::admin::statements {
namespace {

// Whole texts, each for itself: a test prepares every literal on both databases. A text with many filters has them all,
// and each list has one for every index at which the database may start to look. Ids with an empty text behind them
// keep it from starting at the ids instead.

constexpr std::string_view kOrders =
    "SELECT purchase.order_id, checkout_id, number, order_state, payment_state, fulfil_state, currency, total, "
    "purchase.created_at, confirmed_at, updated_at, CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' "
    "END FROM purchase WHERE store_id = $1 AND order_state <> 'draft' AND ($2 = '' OR order_state = $2) AND ($3 = '' "
    "OR payment_state = $3) AND ($4 = '' OR fulfil_state = $4) AND ($5 = '' OR currency = $5) AND total BETWEEN $6 "
    "AND $7 AND coalesce(number, 0) BETWEEN $8 AND $9 AND purchase.created_at >= $10 AND purchase.created_at < $11 "
    "AND CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' END = $12 AND ($13 = '' OR EXISTS (SELECT 1 "
    "FROM person AS e WHERE e.store_id = $1 AND e.person_id = purchase.person_id AND e.erased_at IS NULL AND "
    "e.email_hash = $14)) AND ($15 = '' OR EXISTS (SELECT 1 FROM person AS t WHERE t.store_id = $1 AND t.person_id = "
    "purchase.person_id AND t.erased_at IS NULL AND t.phone_hash = $16)) AND purchase.order_id < $17 AND "
    "purchase.order_id >= $18 ORDER BY purchase.order_id DESC LIMIT $19";

constexpr std::string_view kOrdersByNumber =
    "SELECT purchase.order_id, checkout_id, number, order_state, payment_state, fulfil_state, currency, total, "
    "purchase.created_at, confirmed_at, updated_at, CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' "
    "END FROM purchase WHERE store_id = $1 AND number = $8 AND order_state <> 'draft' AND ($2 = '' OR order_state = "
    "$2) AND ($3 = '' OR payment_state = $3) AND ($4 = '' OR fulfil_state = $4) AND ($5 = '' OR currency = $5) AND "
    "total BETWEEN $6 AND $7 AND coalesce(number, 0) BETWEEN $8 AND $9 AND purchase.created_at >= $10 AND "
    "purchase.created_at < $11 AND CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' END = $12 AND "
    "($13 = '' OR EXISTS (SELECT 1 FROM person AS e WHERE e.store_id = $1 AND e.person_id = purchase.person_id AND "
    "e.erased_at IS NULL AND e.email_hash = $14)) AND ($15 = '' OR EXISTS (SELECT 1 FROM person AS t WHERE "
    "t.store_id = $1 AND t.person_id = purchase.person_id AND t.erased_at IS NULL AND t.phone_hash = $16)) AND "
    "purchase.order_id || '' < $17 AND purchase.order_id || '' >= $18 ORDER BY number LIMIT $19";

constexpr std::string_view kOrdersByEmail =
    "SELECT purchase.order_id, checkout_id, number, order_state, payment_state, fulfil_state, currency, total, "
    "purchase.created_at, confirmed_at, updated_at, CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' "
    "END FROM person CROSS JOIN purchase WHERE person.store_id = $1 AND person.erased_at IS NULL AND "
    "purchase.store_id = $1 AND purchase.person_id = person.person_id AND person.email_hash = $14 AND order_state <> "
    "'draft' AND ($2 = '' OR order_state = $2) AND ($3 = '' OR payment_state = $3) AND ($4 = '' OR fulfil_state = "
    "$4) AND ($5 = '' OR currency = $5) AND total BETWEEN $6 AND $7 AND coalesce(number, 0) BETWEEN $8 AND $9 AND "
    "purchase.created_at >= $10 AND purchase.created_at < $11 AND CASE WHEN substr(owner, 1, 5) = 'live:' THEN "
    "'live' ELSE 'test' END = $12 AND ($13 = '' OR EXISTS (SELECT 1 FROM person AS e WHERE e.store_id = $1 AND "
    "e.person_id = purchase.person_id AND e.erased_at IS NULL AND e.email_hash = $14)) AND ($15 = '' OR EXISTS "
    "(SELECT 1 FROM person AS t WHERE t.store_id = $1 AND t.person_id = purchase.person_id AND t.erased_at IS NULL "
    "AND t.phone_hash = $16)) AND purchase.order_id || '' < $17 AND purchase.order_id || '' >= $18 ORDER BY "
    "purchase.order_id DESC LIMIT $19";

constexpr std::string_view kOrdersByPhone =
    "SELECT purchase.order_id, checkout_id, number, order_state, payment_state, fulfil_state, currency, total, "
    "purchase.created_at, confirmed_at, updated_at, CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' "
    "END FROM person CROSS JOIN purchase WHERE person.store_id = $1 AND person.erased_at IS NULL AND "
    "purchase.store_id = $1 AND purchase.person_id = person.person_id AND person.phone_hash = $16 AND order_state <> "
    "'draft' AND ($2 = '' OR order_state = $2) AND ($3 = '' OR payment_state = $3) AND ($4 = '' OR fulfil_state = "
    "$4) AND ($5 = '' OR currency = $5) AND total BETWEEN $6 AND $7 AND coalesce(number, 0) BETWEEN $8 AND $9 AND "
    "purchase.created_at >= $10 AND purchase.created_at < $11 AND CASE WHEN substr(owner, 1, 5) = 'live:' THEN "
    "'live' ELSE 'test' END = $12 AND ($13 = '' OR EXISTS (SELECT 1 FROM person AS e WHERE e.store_id = $1 AND "
    "e.person_id = purchase.person_id AND e.erased_at IS NULL AND e.email_hash = $14)) AND ($15 = '' OR EXISTS "
    "(SELECT 1 FROM person AS t WHERE t.store_id = $1 AND t.person_id = purchase.person_id AND t.erased_at IS NULL "
    "AND t.phone_hash = $16)) AND purchase.order_id || '' < $17 AND purchase.order_id || '' >= $18 ORDER BY "
    "purchase.order_id DESC LIMIT $19";

constexpr std::string_view kChangedOrders =
    "SELECT purchase.order_id, checkout_id, number, CASE WHEN order_state = 'draft' THEN 'withdrawn' ELSE "
    "order_state END, payment_state, fulfil_state, currency, total, purchase.created_at, confirmed_at, updated_at, "
    "CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' END FROM purchase WHERE store_id = $1 AND "
    "(order_state <> 'draft' OR updated_at > created_at) AND ($2 = '' OR CASE WHEN order_state = 'draft' THEN "
    "'withdrawn' ELSE order_state END = $2) AND ($3 = '' OR payment_state = $3) AND ($4 = '' OR fulfil_state = $4) "
    "AND ($5 = '' OR currency = $5) AND total BETWEEN $6 AND $7 AND coalesce(number, 0) BETWEEN $8 AND $9 AND "
    "purchase.created_at >= $10 AND purchase.created_at < $11 AND CASE WHEN substr(owner, 1, 5) = 'live:' THEN "
    "'live' ELSE 'test' END = $12 AND ($13 = '' OR EXISTS (SELECT 1 FROM person AS e WHERE e.store_id = $1 AND "
    "e.person_id = purchase.person_id AND e.erased_at IS NULL AND e.email_hash = $14)) AND ($15 = '' OR EXISTS "
    "(SELECT 1 FROM person AS t WHERE t.store_id = $1 AND t.person_id = purchase.person_id AND t.erased_at IS NULL "
    "AND t.phone_hash = $16)) AND (updated_at, order_id) > ($17, $18) AND (updated_at, order_id) <= ($19, $20) ORDER "
    "BY updated_at, order_id LIMIT $21";

constexpr std::string_view kCustomers =
    "SELECT p.person_id, p.created_at, p.email_hash, CAST(CASE WHEN EXISTS (SELECT 1 FROM shopper AS s WHERE "
    "s.store_id = $1 AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM person AS m CROSS JOIN shopper AS s "
    "WHERE m.store_id = $1 AND m.email_hash = p.email_hash AND m.erased_at IS NULL AND s.store_id = $1 AND "
    "s.person_id = m.person_id) THEN 1 ELSE 0 END AS BIGINT) FROM person AS p WHERE p.store_id = $1 AND p.erased_at "
    "IS NULL AND p.person_id > $2 AND (EXISTS (SELECT 1 FROM shopper AS s WHERE s.store_id = $1 AND s.person_id = "
    "p.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE o.store_id = $1 AND o.person_id = p.person_id AND "
    "o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' END = $3)) AND "
    "NOT EXISTS (SELECT 1 FROM person AS q WHERE q.store_id = $1 AND q.email_hash = p.email_hash AND q.person_id < "
    "p.person_id AND q.erased_at IS NULL AND (EXISTS (SELECT 1 FROM shopper AS s WHERE s.store_id = $1 AND "
    "s.person_id = q.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE o.store_id = $1 AND o.person_id = "
    "q.person_id AND o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' "
    "END = $3))) ORDER BY p.person_id LIMIT $4";

constexpr std::string_view kCustomerById =
    "SELECT p.person_id, p.created_at, p.email_hash, CAST(CASE WHEN EXISTS (SELECT 1 FROM shopper AS s WHERE "
    "s.store_id = $1 AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM person AS m CROSS JOIN shopper AS s "
    "WHERE m.store_id = $1 AND m.email_hash = p.email_hash AND m.erased_at IS NULL AND s.store_id = $1 AND "
    "s.person_id = m.person_id) THEN 1 ELSE 0 END AS BIGINT) FROM person AS p WHERE p.store_id = $1 AND p.erased_at "
    "IS NULL AND p.person_id > $2 AND p.person_id = $5 AND (EXISTS (SELECT 1 FROM shopper AS s WHERE s.store_id = $1 "
    "AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE o.store_id = $1 AND o.person_id = "
    "p.person_id AND o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' "
    "END = $3)) ORDER BY p.person_id LIMIT $4";

constexpr std::string_view kCustomersByEmail =
    "SELECT p.person_id, p.created_at, p.email_hash, CAST(CASE WHEN EXISTS (SELECT 1 FROM shopper AS s WHERE "
    "s.store_id = $1 AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM person AS m CROSS JOIN shopper AS s "
    "WHERE m.store_id = $1 AND m.email_hash = p.email_hash AND m.erased_at IS NULL AND s.store_id = $1 AND "
    "s.person_id = m.person_id) THEN 1 ELSE 0 END AS BIGINT) FROM person AS p WHERE p.store_id = $1 AND p.erased_at "
    "IS NULL AND p.person_id > $2 AND p.email_hash = $5 AND (EXISTS (SELECT 1 FROM shopper AS s WHERE s.store_id = "
    "$1 AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE o.store_id = $1 AND o.person_id "
    "= p.person_id AND o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) = 'live:' THEN 'live' ELSE "
    "'test' END = $3)) AND NOT EXISTS (SELECT 1 FROM person AS q WHERE q.store_id = $1 AND q.email_hash = "
    "p.email_hash AND q.person_id < p.person_id AND q.erased_at IS NULL AND (EXISTS (SELECT 1 FROM shopper AS s "
    "WHERE s.store_id = $1 AND s.person_id = q.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE o.store_id = "
    "$1 AND o.person_id = q.person_id AND o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) = 'live:' "
    "THEN 'live' ELSE 'test' END = $3))) ORDER BY p.person_id LIMIT $4";

constexpr std::string_view kCustomersByPhone =
    "SELECT p.person_id, p.created_at, p.email_hash, CAST(CASE WHEN EXISTS (SELECT 1 FROM shopper AS s WHERE "
    "s.store_id = $1 AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM person AS m CROSS JOIN shopper AS s "
    "WHERE m.store_id = $1 AND m.email_hash = p.email_hash AND m.erased_at IS NULL AND s.store_id = $1 AND "
    "s.person_id = m.person_id) THEN 1 ELSE 0 END AS BIGINT) FROM person AS p WHERE p.store_id = $1 AND p.erased_at "
    "IS NULL AND p.person_id || '' > $2 AND p.person_id IN (SELECT coalesce((SELECT q.person_id FROM person AS q "
    "WHERE q.store_id = $1 AND q.email_hash = m.email_hash AND q.erased_at IS NULL AND (EXISTS (SELECT 1 FROM "
    "shopper AS s WHERE s.store_id = $1 AND s.person_id = q.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE "
    "o.store_id = $1 AND o.person_id = q.person_id AND o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) "
    "= 'live:' THEN 'live' ELSE 'test' END = $3)) ORDER BY q.person_id LIMIT 1), m.person_id) FROM person AS m WHERE "
    "m.store_id = $1 AND m.phone_hash = $5 AND m.erased_at IS NULL) AND (EXISTS (SELECT 1 FROM shopper AS s WHERE "
    "s.store_id = $1 AND s.person_id = p.person_id) OR EXISTS (SELECT 1 FROM purchase AS o WHERE o.store_id = $1 AND "
    "o.person_id = p.person_id AND o.order_state <> 'draft' AND CASE WHEN substr(o.owner, 1, 5) = 'live:' THEN "
    "'live' ELSE 'test' END = $3)) ORDER BY p.person_id LIMIT $4";

std::string mode_word(bool live) { return live ? "live" : "test"; }

std::string flag_of(const Bytes& hash) { return hash.empty() ? "" : "given"; }

std::vector<ports::SqlValue> filter_values(const StoreId& store, const OrderFilter& filter) {
  const std::int64_t number_max = filter.number == 0 ? std::numeric_limits<std::int64_t>::max() : filter.number;
  return {store.value,
          filter.order_state,
          filter.payment_state,
          filter.fulfil_state,
          filter.currency,
          filter.amount_min,
          filter.amount_max,
          filter.number,
          number_max,
          filter.placed_from,
          filter.placed_until,
          mode_word(filter.live),
          flag_of(filter.email_hash),
          filter.email_hash,
          flag_of(filter.phone_hash),
          filter.phone_hash};
}

std::string_view order_text(const OrderFilter& filter) {
  if (filter.number != 0) return kOrdersByNumber;
  if (!filter.email_hash.empty()) return kOrdersByEmail;
  return filter.phone_hash.empty() ? kOrders : kOrdersByPhone;
}

}  // namespace

Step read_orders(const StoreId& store, const OrderFilter& filter, const OrderRange& range, std::int64_t most) {
  auto values = filter_values(store, filter);
  values.emplace_back(range.before);
  values.emplace_back(range.least);
  values.emplace_back(most);
  return Step(order_text(filter), std::move(values));
}

Step read_changed_orders(const StoreId& store, const OrderFilter& filter, const ChangeRange& range, std::int64_t most) {
  auto values = filter_values(store, filter);
  values.emplace_back(range.since);
  values.emplace_back(range.after);
  values.emplace_back(range.until);
  values.emplace_back(range.last);
  values.emplace_back(most);
  return Step(kChangedOrders, std::move(values));
}

Step find_least_order(const StoreId& store, const OrderRange& range, std::int64_t looked_at) {
  return Step(
      "SELECT order_id FROM purchase WHERE store_id = $1 AND order_id < $2 AND order_id >= $3 ORDER BY order_id DESC "
      "LIMIT 1 OFFSET $4",
      {store.value, range.before, range.least, looked_at - 1});
}

Step find_last_change(const StoreId& store, const ChangeRange& range, std::int64_t looked_at) {
  return Step(
      "SELECT updated_at, order_id FROM purchase WHERE store_id = $1 AND (order_state <> 'draft' OR updated_at > "
      "created_at) AND (updated_at, order_id) > ($2, $3) AND updated_at <= $4 ORDER BY updated_at, order_id LIMIT 1 "
      "OFFSET $5",
      {store.value, range.since, range.after, range.until, looked_at - 1});
}

Step read_order(const StoreId& store, const OrderId& order) {
  return Step(
      "SELECT order_id, checkout_id, number, order_state, payment_state, fulfil_state, currency, total, created_at, "
      "confirmed_at, updated_at, CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE 'test' END "
      "FROM purchase WHERE store_id = $1 AND order_id = $2 AND order_state <> 'draft'",
      {store.value, order.value});
}

Step read_customers(const StoreId& store, const CustomerFilter& filter, const std::string& after, std::int64_t most) {
  std::vector<ports::SqlValue> values{store.value, after, mode_word(filter.live), most};
  if (!filter.person.value.empty()) {
    values.emplace_back(filter.person.value);
    return Step(kCustomerById, std::move(values));
  }
  if (filter.email_hash.empty() && filter.phone_hash.empty()) return Step(kCustomers, std::move(values));
  const bool email = !filter.email_hash.empty();
  values.emplace_back(email ? filter.email_hash : filter.phone_hash);
  return Step(email ? kCustomersByEmail : kCustomersByPhone, std::move(values));
}

Step read_bought_by_email(const StoreId& store, const Bytes& email_hash, bool live) {
  return Step(
      "SELECT currency, CAST(count(*) AS BIGINT), CAST(sum(total) AS BIGINT), min(purchase.created_at), "
      "max(purchase.created_at), max(purchase.order_id) FROM person CROSS JOIN purchase WHERE person.store_id = "
      "$1 AND person.erased_at IS NULL AND purchase.store_id = $1 AND purchase.person_id = person.person_id AND "
      "person.email_hash = $2 AND order_state NOT IN ('draft', 'cancelled') AND CASE WHEN substr(owner, 1, 5) = "
      "'live:' THEN 'live' ELSE 'test' END = $3 GROUP BY currency ORDER BY currency",
      {store.value, email_hash, mode_word(live)});
}

Step read_bought_by_person(const StoreId& store, const PersonId& person, bool live) {
  return Step(
      "SELECT currency, CAST(count(*) AS BIGINT), CAST(sum(total) AS BIGINT), min(purchase.created_at), "
      "max(purchase.created_at), max(purchase.order_id) FROM purchase WHERE store_id = $1 AND person_id = $2 AND "
      "order_state NOT IN ('draft', 'cancelled') AND CASE WHEN substr(owner, 1, 5) = 'live:' THEN 'live' ELSE "
      "'test' END = $3 GROUP BY currency ORDER BY currency",
      {store.value, person.value, mode_word(live)});
}

}  // namespace kassa::admin::statements
