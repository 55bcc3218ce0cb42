#include "services/admin/statements.hpp"

#include <algorithm>

namespace kassa::admin::statements {
namespace {

/// In discount.retired.
constexpr std::int64_t kLive = 0;
constexpr std::int64_t kSwitchedOff = 2;

}  // namespace

Step read_rules(const StoreId& store, const std::string& after, std::int64_t most) {
  return Step(
      "SELECT discount_id, body, used, max_uses, revision, retired FROM discount WHERE store_id = $1 AND retired <> 1 "
      "AND discount_id > $2 ORDER BY discount_id LIMIT $3",
      {store.value, after, most});
}

Step read_rule(const StoreId& store, const DiscountId& rule) {
  return Step(
      "SELECT discount_id, body, used, max_uses, revision, retired FROM discount WHERE store_id = $1 "
      "AND discount_id = $2 AND retired <> 1",
      {store.value, rule.value});
}

Step read_rules_since(const StoreId& store, std::int64_t revision) {
  return Step(
      "SELECT discount_id, body, used, max_uses, revision, retired FROM discount WHERE store_id = $1 AND revision > $2 "
      "ORDER BY discount_id",
      {store.value, revision});
}

Step read_rules_off(const StoreId& store) {
  return Step(
      "SELECT discount_id, body, used, max_uses, revision, retired FROM discount WHERE store_id = $1 AND retired = 2 "
      "ORDER BY discount_id",
      {store.value});
}

Step read_named_rules(const StoreId& store, std::span<const std::string> ids) {
  std::vector<ports::SqlValue> params{store.value};
  for (std::size_t i = 0; i < kNamedAtOnce; ++i) params.emplace_back(ids[std::min(i, ids.size() - 1)]);
  return Step(
      "SELECT discount_id, body, used, max_uses, revision, retired FROM discount WHERE store_id = $1 "
      "AND discount_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, "
      "$22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33) AND retired <> 1 ORDER BY discount_id",
      std::move(params));
}

Step read_live_ids(const StoreId& store, std::int64_t most) {
  return Step("SELECT discount_id FROM discount WHERE store_id = $1 AND retired = 0 ORDER BY discount_id LIMIT $2",
              {store.value, most});
}

Step read_goods(const StoreId& store, std::span<const std::string> names) {
  std::vector<ports::SqlValue> params{store.value};
  for (std::size_t i = 0; i < kNamedAtOnce; ++i) params.emplace_back(names[std::min(i, names.size() - 1)]);
  return Step(
      "SELECT variant_id, 1, CAST(1 AS BIGINT) FROM variant WHERE store_id = $1 AND (flags & 16) = 0 AND variant_id IN "
      "($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, "
      "$25, $26, $27, $28, $29, $30, $31, $32, $33) UNION ALL SELECT product_id, 0, count(*) FROM variant WHERE "
      "store_id = $1 AND (flags & 16) = 0 AND product_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33) AND sku <> "
      "product_id GROUP BY product_id UNION ALL SELECT sku, 0, count(*) FROM variant WHERE store_id = $1 AND (flags & "
      "16) = 0 AND sku IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, "
      "$22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33) GROUP BY sku",
      std::move(params));
}

Step read_spent(const StoreId& store, const std::string& first, const std::string& last) {
  return Step(
      "SELECT discount_id, currency, spent FROM discount_budget WHERE store_id = $1 AND discount_id >= $2 "
      "AND discount_id <= $3 ORDER BY discount_id, currency",
      {store.value, first, last});
}

Step read_versions(const StoreId& store, const DiscountId& rule, std::int64_t before, std::int64_t most) {
  return Step(
      "SELECT revision, body, retired, CAST(NULL AS BIGINT) AS replaced_at, '' AS replaced_by FROM discount "
      "WHERE store_id = $1 AND discount_id = $2 AND revision < $3 UNION ALL "
      "SELECT revision, body, retired, replaced_at, replaced_by FROM discount_version "
      "WHERE store_id = $1 AND discount_id = $2 AND revision < $3 ORDER BY revision DESC LIMIT $4",
      {store.value, rule.value, before, most});
}

Step move_revision(const StoreId& store, std::int64_t revision) {
  return Step("UPDATE store SET revision = revision + 1 WHERE store_id = $1 AND revision = $2", {store.value, revision},
              ports::Guard::exactly(1, "store_moved"));
}

Step keep_version(const StoreId& store, const DiscountId& rule, Replaced how) {
  return Step(
      "INSERT INTO discount_version (store_id, discount_id, revision, body, retired, replaced_at, replaced_by) "
      "SELECT store_id, discount_id, revision, body, retired, $3, $4 FROM discount WHERE store_id = $1 "
      "AND discount_id = $2 ON CONFLICT (store_id, discount_id, revision) DO NOTHING",
      {store.value, rule.value, to_millis(how.at), std::move(how.by)});
}

Step put_rule(const StoreId& store, const RuleRow& rule, std::int64_t revision) {
  const auto max_uses = rule.max_uses ? ports::SqlValue(*rule.max_uses) : ports::SqlValue();
  return Step(
      "INSERT INTO discount (store_id, discount_id, body, max_uses, retired, revision) VALUES ($1, $2, $3, $4, $5, $6) "
      "ON CONFLICT (store_id, discount_id) DO UPDATE SET body = excluded.body, max_uses = excluded.max_uses, "
      "retired = excluded.retired, revision = excluded.revision "
      "WHERE excluded.max_uses IS NULL OR discount.used <= excluded.max_uses",
      {store.value, rule.id.value, rule.body, max_uses, rule.enabled ? kLive : kSwitchedOff, revision},
      ports::Guard::exactly(1, "limit_below_uses"));
}

Step enable_rule(const StoreId& store, const DiscountId& rule, bool enabled, std::int64_t revision) {
  return Step(
      "UPDATE discount SET retired = $3, revision = $4 WHERE store_id = $1 AND discount_id = $2 AND retired <> 1",
      {store.value, rule.value, enabled ? kLive : kSwitchedOff, revision}, ports::Guard::exactly(1, "rule_moved"));
}

Step retire_rule(const StoreId& store, const DiscountId& rule, std::int64_t revision) {
  return Step(
      "UPDATE discount SET retired = 1, revision = $3 WHERE store_id = $1 AND discount_id = $2 AND retired <> 1",
      {store.value, rule.value, revision}, ports::Guard::exactly(1, "rule_moved"));
}

Step open_pools(const StoreId& store) {
  return Step(
      "UPDATE store SET revision = revision + CASE WHEN EXISTS (SELECT 1 FROM discount_code "
      "WHERE discount_code.store_id = $1) THEN 0 ELSE 1 END WHERE store_id = $1",
      {store.value}, ports::Guard::exactly(1, "store_moved"));
}

Step check_rules(const StoreId& store, std::int64_t revision) {
  return Step("SELECT 1 FROM discount WHERE store_id = $1 AND revision > $2 LIMIT 1", {store.value, revision},
              ports::Guard::exactly(0, "store_moved"));
}

Step add_codes(const StoreId& store, const DiscountId& rule, std::string hashes, std::int64_t count, Instant now) {
  return Step(
      "WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n + 1 < $4) "
      "INSERT INTO discount_code (store_id, code_hash, discount_id, created_at) "
      "SELECT $1, substr($3, n * 22 + 1, 22), $2, $5 FROM part WHERE true "
      "ON CONFLICT (store_id, code_hash) DO NOTHING",
      {store.value, rule.value, std::move(hashes), count, to_millis(now)}, ports::Guard::exactly(count, "code_taken"));
}

Step read_hashes(const StoreId& store, std::string hashes, std::int64_t count) {
  return Step(
      "WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n + 1 < $3) "
      "SELECT code_hash FROM discount_code WHERE store_id = $1 "
      "AND code_hash IN (SELECT substr($2, n * 22 + 1, 22) FROM part)",
      {store.value, std::move(hashes), count});
}

Step refuse_hashes(const StoreId& store, std::string hashes, std::int64_t count) {
  Step step = read_hashes(store, std::move(hashes), count);
  step.guard = ports::Guard::exactly(0, "code_taken");
  return step;
}

Step read_code(const StoreId& store, const std::string& hash) {
  return Step("SELECT discount_id, created_at, order_id FROM discount_code WHERE store_id = $1 AND code_hash = $2",
              {store.value, hash});
}

Step drop_code(const StoreId& store, const std::string& hash) {
  return Step("DELETE FROM discount_code WHERE store_id = $1 AND code_hash = $2 AND order_id IS NULL",
              {store.value, hash}, ports::Guard::exactly(1, "code_used"));
}

}  // namespace kassa::admin::statements
