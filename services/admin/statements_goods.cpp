#include "services/admin/statements.hpp"

namespace kassa::admin::statements {

using ports::Guard;

Step read_levels(const StoreId& store, const VariantId& variant) {
  return Step(
      "SELECT location_id, on_hand, allowance, reserved FROM stock WHERE store_id = $1 AND variant_id = $2 "
      "ORDER BY location_id",
      {store.value, variant.value});
}

Step set_level(const LevelKey& key, std::int64_t on_hand, OnHandNow now) {
  // A first level at a place takes its allowance (whether it may be sold below zero) from the variant's other
  // places.
  return Step(
      "INSERT INTO stock (store_id, variant_id, location_id, on_hand, allowance) SELECT $1, v.variant_id, "
      "l.location_id, $4, "
      "(SELECT coalesce(max(allowance), 0) FROM stock WHERE store_id = $1 AND variant_id = $2) FROM variant "
      "AS v, "
      "location AS l WHERE v.store_id = $1 AND v.variant_id = $2 AND l.store_id = $1 AND l.location_id = $3 "
      "AND l.closed = 0 ON CONFLICT (store_id, variant_id, location_id) DO UPDATE SET on_hand = "
      "excluded.on_hand, version = stock.version + 1 "
      "WHERE stock.on_hand BETWEEN $5 AND $6 "
      "AND (stock.reserved = 0 OR stock.reserved <= excluded.on_hand + stock.allowance) "
      "RETURNING on_hand, allowance, reserved, version",
      {key.store.value, key.variant.value, key.location.value, on_hand, now.least, now.most},
      Guard::exactly(1, "stock_refused"));
}

Step adjust_level(const LevelKey& key, std::int64_t by, OnHandNow now, std::int64_t on_hand_max) {
  return Step(
      "UPDATE stock SET on_hand = on_hand + $4, version = version + 1 "
      "WHERE store_id = $1 AND variant_id = $2 AND location_id = $3 "
      "AND on_hand BETWEEN $5 AND $6 AND on_hand + $4 BETWEEN -CAST($7 AS BIGINT) AND $7 "
      "AND (reserved = 0 OR reserved <= on_hand + $4 + allowance) RETURNING on_hand, allowance, reserved, version",
      {key.store.value, key.variant.value, key.location.value, by, now.least, now.most, on_hand_max},
      Guard::exactly(1, "stock_refused"));
}

}  // namespace kassa::admin::statements
