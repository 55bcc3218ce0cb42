#include <algorithm>

#include "services/base/limits.hpp"
#include "services/checkout/statements.hpp"

namespace kassa::checkout::statements {

Step reserve_stock(const StoreId& store, const ports::Allocation& allocation) {
  return Step(
      "UPDATE stock SET reserved = reserved + $4, version = version + 1 "
      "WHERE store_id = $1 AND variant_id = $2 AND location_id = $3 AND reserved + $4 <= on_hand + allowance "
      "RETURNING 'stock', variant_id, location_id, on_hand, allowance, reserved, version",
      {store.value, allocation.variant.value, allocation.location.value, allocation.quantity},
      ports::Guard::exactly(1, "out_of_stock"));
}

Step sell_reserved(const StoreId& store, const OrderId& order) {
  return Step(
      "UPDATE stock SET on_hand = stock.on_hand - held.quantity, reserved = stock.reserved - held.quantity, "
      "sold = stock.sold + held.quantity, version = stock.version + 1 FROM reservation AS held "
      "WHERE held.store_id = $1 AND held.order_id = $2 AND held.state = 'live' AND stock.store_id = held.store_id "
      "AND stock.variant_id = held.variant_id AND stock.location_id = held.location_id "
      "RETURNING 'stock', stock.variant_id, stock.location_id, stock.on_hand, stock.allowance, stock.reserved, "
      "stock.version",
      {store.value, order.value});
}

Step release_reserved(const StoreId& store, const OrderId& order) {
  return Step(
      "UPDATE stock SET reserved = stock.reserved - held.quantity, version = stock.version + 1 "
      "FROM reservation AS held "
      "WHERE held.store_id = $1 AND held.order_id = $2 AND held.state = 'live' AND stock.store_id = held.store_id "
      "AND stock.variant_id = held.variant_id AND stock.location_id = held.location_id "
      "RETURNING 'stock', stock.variant_id, stock.location_id, stock.on_hand, stock.allowance, stock.reserved, "
      "stock.version",
      {store.value, order.value});
}

Step add_reservation(const StoreId& store, const OrderId& order, const ports::Allocation& allocation,
                     Instant expires_at) {
  return Step(
      "INSERT INTO reservation (store_id, order_id, variant_id, location_id, quantity, state, expires_at) "
      "VALUES ($1, $2, $3, $4, $5, 'live', $6)",
      {store.value, order.value, allocation.variant.value, allocation.location.value, allocation.quantity,
       to_millis(expires_at)});
}

Step forget_released(const StoreId& store, const OrderId& order) {
  return Step("DELETE FROM reservation WHERE store_id = $1 AND order_id = $2 AND state = 'released'",
              {store.value, order.value});
}

Step mark_reservations(const StoreId& store, const OrderId& order, std::string state) {
  return Step("UPDATE reservation SET state = $3 WHERE store_id = $1 AND order_id = $2 AND state = 'live'",
              {store.value, order.value, std::move(state)});
}

Step use_discount(const StoreId& store, const std::string& rule) {
  return Step(
      "UPDATE discount SET used = used + 1 WHERE store_id = $1 AND discount_id = $2 "
      "AND (max_uses IS NULL OR used < max_uses)",
      {store.value, rule}, ports::Guard::exactly(1, std::string(kUsedUp) + rule));
}

Step redeem(const Redemption& use) {
  return Step(
      "INSERT INTO redemption (store_id, discount_id, customer, n, order_id, currency, amount) "
      "SELECT $1, $2, $3, next.n, $4, $6, $7 FROM (SELECT min(place.n) AS n FROM (SELECT 1 AS n UNION ALL SELECT n + 1 "
      "FROM redemption WHERE store_id = $1 AND discount_id = $2 AND customer = $3) AS place WHERE NOT EXISTS "
      "(SELECT 1 FROM redemption AS taken WHERE taken.store_id = $1 AND taken.discount_id = $2 "
      "AND taken.customer = $3 AND taken.n = place.n)) AS next WHERE next.n <= $5",
      {use.store.value, use.rule, use.customer, use.order.value, use.per_customer_max,
       use.spends ? std::string(use.spends->currency.code()) : std::string(), use.spends ? use.spends->minor : 0},
      ports::Guard::exactly(1, std::string(kCustomerLimit) + use.rule));
}

Step spend_budget(const StoreId& store, const std::string& rule, Money amount, std::int64_t most) {
  return Step(
      "INSERT INTO discount_budget (store_id, discount_id, currency, spent) SELECT $1, $2, $3, CAST($4 AS BIGINT) "
      "WHERE CAST($4 AS BIGINT) <= CAST($5 AS BIGINT) ON CONFLICT (store_id, discount_id, currency) "
      "DO UPDATE SET spent = discount_budget.spent + excluded.spent "
      "WHERE discount_budget.spent + excluded.spent <= CAST($5 AS BIGINT)",
      {store.value, rule, std::string(amount.currency.code()), amount.minor, most},
      ports::Guard::exactly(1, std::string(kBudget) + rule));
}

Step read_spent(const StoreId& store, const std::string& rule, Currency currency) {
  return Step("SELECT spent FROM discount_budget WHERE store_id = $1 AND discount_id = $2 AND currency = $3",
              {store.value, rule, std::string(currency.code())});
}

Step take_limited(const LimitedTake& take) {
  return Step(
      "INSERT INTO customer_item (store_id, variant_id, customer, bought) SELECT $1, $2, $3, CAST($4 AS BIGINT) "
      "WHERE CAST($4 AS BIGINT) <= CAST($5 AS BIGINT) ON CONFLICT (store_id, variant_id, customer) "
      "DO UPDATE SET bought = customer_item.bought + excluded.bought "
      "WHERE customer_item.bought + excluded.bought <= CAST($5 AS BIGINT)",
      {take.store.value, take.variant, take.customer, take.quantity, take.most},
      ports::Guard::exactly(1, std::string(kItemLimit) + take.variant));
}

Step note_limited(const LimitedTake& take) {
  return Step(
      "INSERT INTO customer_item_order (store_id, order_id, variant_id, customer, quantity) "
      "VALUES ($1, $2, $3, $4, $5)",
      {take.store.value, take.order.value, take.variant, take.customer, take.quantity});
}

Step read_limited(const StoreId& store, const std::string& variant, const std::string& customer) {
  return Step("SELECT bought FROM customer_item WHERE store_id = $1 AND variant_id = $2 AND customer = $3",
              {store.value, variant, customer});
}

Step return_limited(const StoreId& store, const OrderId& order) {
  return Step(
      "UPDATE customer_item SET bought = customer_item.bought - taken.quantity FROM customer_item_order AS taken "
      "WHERE taken.store_id = $1 AND taken.order_id = $2 AND customer_item.store_id = taken.store_id "
      "AND customer_item.variant_id = taken.variant_id AND customer_item.customer = taken.customer",
      {store.value, order.value});
}

Step forget_limited(const StoreId& store, const OrderId& order) {
  return Step("DELETE FROM customer_item_order WHERE store_id = $1 AND order_id = $2", {store.value, order.value});
}

Step find_codes(const StoreId& store, const std::vector<std::string>& hashes) {
  std::vector<ports::SqlValue> params{store.value};
  for (std::size_t i = 0; i < limits::kCodesPerCheckoutMax; ++i)
    params.emplace_back(hashes[std::min(i, hashes.size() - 1)]);
  return Step(
      "SELECT code_hash, discount_id, order_id FROM discount_code WHERE store_id = $1 AND code_hash IN ($2, $3, $4, "
      "$5, "
      "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
      std::move(params));
}

Step use_code(const StoreId& store, const std::string& hash, const std::string& rule, const OrderId& order) {
  return Step(
      "UPDATE discount_code SET order_id = $4 WHERE store_id = $1 AND code_hash = $2 AND discount_id = $3 "
      "AND order_id IS NULL",
      {store.value, hash, rule, order.value}, ports::Guard::exactly(1, std::string(kCodeUsed)));
}

Step return_codes(const StoreId& store, const OrderId& order) {
  return Step("UPDATE discount_code SET order_id = NULL WHERE store_id = $1 AND order_id = $2",
              {store.value, order.value});
}

Step return_uses(const StoreId& store, const OrderId& order) {
  return Step(
      "UPDATE discount SET used = discount.used - 1 FROM redemption AS spent "
      "WHERE spent.store_id = $1 AND spent.order_id = $2 AND discount.store_id = spent.store_id "
      "AND discount.discount_id = spent.discount_id",
      {store.value, order.value});
}

Step return_budgets(const StoreId& store, const OrderId& order) {
  return Step(
      "UPDATE discount_budget SET spent = discount_budget.spent - given.amount FROM redemption AS given "
      "WHERE given.store_id = $1 AND given.order_id = $2 AND given.amount > 0 "
      "AND discount_budget.store_id = given.store_id AND discount_budget.discount_id = given.discount_id "
      "AND discount_budget.currency = given.currency",
      {store.value, order.value});
}

Step forget_redemptions(const StoreId& store, const OrderId& order) {
  return Step("DELETE FROM redemption WHERE store_id = $1 AND order_id = $2", {store.value, order.value});
}

Step stale_reservations(Instant now, std::int64_t most) {
  return Step(
      "SELECT DISTINCT held.store_id, held.order_id FROM reservation AS held WHERE held.state = 'live' "
      "AND held.expires_at <= $1 AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.store_id = held.store_id "
      "AND attempt.order_id = held.order_id AND attempt.state IN "
      "('created', 'sending', 'unknown', 'requires_action', 'processing', 'partially_authorized', "
      "'void_pending', 'review')) LIMIT $2",
      {to_millis(now), most});
}

Step claim_stale(const StoreId& store, const OrderId& order, Instant now) {
  return Step(
      "UPDATE reservation SET expires_at = $4 WHERE store_id = $1 AND order_id = $2 AND state = 'live' "
      "AND expires_at <= $3",
      {store.value, order.value, to_millis(now), to_millis(kNotByItself)}, ports::Guard::some("not_stale"));
}

}  // namespace kassa::checkout::statements
