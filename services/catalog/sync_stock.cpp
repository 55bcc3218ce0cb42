#include <algorithm>
#include <map>
#include <set>

#include "services/base/limits.hpp"
#include "services/catalog/cell.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/load.hpp"
#include "services/catalog/product_ndjson.hpp"
#include "services/catalog/sync.hpp"
#include "services/catalog/variant_flags.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

/// Orders change levels all the time; who loses against one judges again.
constexpr int kStockTriesMax = 10;

constexpr std::string_view kVariantsToStock =
    "SELECT variant_id, flags FROM variant WHERE store_id = $1 AND variant_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, "
    "$33)";
constexpr std::string_view kLevelsOfVariants =
    "SELECT variant_id, location_id, on_hand, allowance, reserved FROM stock WHERE store_id = $1 AND variant_id IN "
    "($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, "
    "$26, $27, $28, $29, $30, $31, $32, $33)";
constexpr std::string_view kCheckRevision = "SELECT revision FROM store WHERE store_id = $1 AND revision = $2";
constexpr std::string_view kSetLevel =
    "INSERT INTO stock (store_id, variant_id, location_id, on_hand, allowance) VALUES ($1, $2, $3, $4, $5) ON CONFLICT "
    "(store_id, variant_id, location_id) DO UPDATE SET on_hand = excluded.on_hand, allowance = excluded.allowance, "
    "version = stock.version + 1 WHERE stock.on_hand BETWEEN $6 AND $7 AND (stock.reserved = 0 OR stock.reserved <= "
    "excluded.on_hand + excluded.allowance) RETURNING on_hand, allowance, reserved, version";
constexpr std::string_view kMoveLevel =
    "UPDATE stock SET on_hand = on_hand + $4, version = version + 1 WHERE store_id = $1 AND variant_id = $2 AND "
    "location_id = $3 AND on_hand BETWEEN $5 AND $6 AND (reserved = 0 OR reserved <= on_hand + $4 + allowance) "
    "RETURNING on_hand, allowance, reserved, version";

using StockPlace = std::pair<std::string, std::string>;  ///< Variant and location.

struct StockRow {
  std::string location;
  std::optional<std::int64_t> on_hand;
  std::optional<std::int64_t> adjust;
  std::optional<std::int64_t> expected;
  std::optional<bool> backorder;
};

struct KnownLevel {
  std::int64_t on_hand{};
  std::int64_t allowance{};
  std::int64_t reserved{};
};

struct StockBatch {
  std::map<std::string, std::int64_t> flags;  ///< By variant.
  std::map<StockPlace, KnownLevel> levels;
  std::vector<std::string> open;  ///< Locations; the default one first.
  std::int64_t revision{};
};

StockRow read_stock_row(SyncRow& row) {
  ObjectReader reader(row.object, "", row.problems);
  ports::refuse_unknown_members(reader, {"variant", "location", "on_hand", "adjust", "expected_on_hand", "policy"});
  reader.require("variant");
  StockRow stock;
  row.id = reader.text("variant", limits::kIdBytesMax).value_or("");
  stock.location = reader.text("location", limits::kIdBytesMax).value_or("");
  stock.on_hand = reader.integer("on_hand", -kOnHandMax, kOnHandMax);
  stock.adjust = reader.integer("adjust", -kOnHandMax, kOnHandMax);
  stock.expected = reader.integer("expected_on_hand", -kOnHandMax, kOnHandMax);
  if (reader.has("policy")) stock.backorder = read_policy(reader);
  if (row.good() && stock.on_hand.has_value() == stock.adjust.has_value()) {
    reader.fault("on_hand", "required", "Give exactly one of on_hand and adjust.");
  }
  if (stock.adjust && stock.backorder)
    reader.fault("policy", "unknown_member", "A difference leaves the policy alone.");
  if (row.must_exist) row.reject("/if_match", "unknown_member", "Levels have no etag: use expected_on_hand.");
  return stock;
}

/// What the row leaves at its place, or nullopt with a problem.
std::optional<KnownLevel> wanted_level(SyncRow& row, const StockRow& stock, const StockBatch& batch) {
  const auto known = batch.levels.find({row.id, stock.location});
  const bool there = known != batch.levels.end();
  KnownLevel level = there ? known->second : KnownLevel{};
  if (!batch.flags.contains(row.id)) {
    row.reject("/variant", "unknown_variant", "No product has a variant of this id.");
  } else if (std::ranges::find(batch.open, stock.location) == batch.open.end()) {
    row.reject("/location", "unknown_location", "The store has no open location of this id.");
  } else if (stock.adjust && !there) {
    row.reject("/adjust", "no_level", "No stock is kept of this variant at this location: count it first.");
  } else if (stock.expected && *stock.expected != level.on_hand) {
    row.reject("/expected_on_hand", "version_conflict", "There are " + std::to_string(level.on_hand) + " on hand.");
  }
  if (!row.good()) return std::nullopt;
  level.on_hand = stock.on_hand ? *stock.on_hand : level.on_hand + *stock.adjust;
  const bool backorder = stock.backorder.value_or((batch.flags.at(row.id) & kFlagBackorder) != 0);
  if (stock.on_hand) level.allowance = backorder ? kBackorderAllowance : 0;
  if (level.on_hand < -kOnHandMax || level.on_hand > kOnHandMax) {
    row.reject(stock.adjust ? "/adjust" : "/on_hand", "out_of_range", "There would be too many on hand.");
  } else if (level.reserved > 0 && level.reserved > level.on_hand + level.allowance) {
    row.reject("", "stock_below_reserved", "Open orders hold " + std::to_string(level.reserved) + " of this.");
  }
  return row.good() ? std::optional(level) : std::nullopt;
}

ports::Step step_for(const StoreId& store, const SyncRow& row, const StockRow& stock, const KnownLevel& wanted) {
  const std::int64_t least = stock.expected.value_or(-kOnHandMax);
  const std::int64_t most = stock.expected.value_or(kOnHandMax);
  auto guard = ports::Guard::exactly(1, "stock_moved");
  if (stock.on_hand) {
    return ports::Step(kSetLevel, {store.value, row.id, stock.location, wanted.on_hand, wanted.allowance, least, most},
                       std::move(guard));
  }
  const std::int64_t by = *stock.adjust;
  return ports::Step(
      kMoveLevel,
      {store.value, row.id, stock.location, by, std::max(least, -kOnHandMax - by), std::min(most, kOnHandMax - by)},
      std::move(guard));
}

asio::awaitable<Result<void>> load_levels(ports::Store& store, StoreId id, const std::vector<SyncRow>& rows,
                                          StockBatch& batch) {
  KASSA_CO_TRY(batch.revision, co_await load_revision(store, id));
  std::set<std::string> unique;
  for (const SyncRow& row : rows) {
    if (row.good()) unique.insert(row.id);
  }
  const std::vector<std::string> ids(unique.begin(), unique.end());
  std::vector<ports::Row> variants;
  std::vector<ports::Row> levels;
  std::vector<ports::Row> locations;
  KASSA_CO_TRY(co_await read_by_ids(store, id, kVariantsToStock, ids, variants));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kLevelsOfVariants, ids, levels));
  KASSA_CO_TRY(co_await read_rows(store, id,
                                  "SELECT location_id FROM location WHERE store_id = $1 AND closed = 0 ORDER BY "
                                  "priority, location_id",
                                  locations));
  for (const ports::Row& row : variants) batch.flags[as_string(row[0])] = as_int(row[1]);
  for (const ports::Row& row : levels) {
    batch.levels[{as_string(row[0]), as_string(row[1])}] = {as_int(row[2]), as_int(row[3]), as_int(row[4])};
  }
  for (const ports::Row& row : locations) batch.open.push_back(as_string(row[0]));
  co_return ok();
}

/// The steps of the good rows in the order of their places, in which completions lock them, too.
std::map<StockPlace, ports::Step> judge_stock(const StoreId& store, std::vector<SyncRow>& rows,
                                              std::vector<StockRow>& stock, const StockBatch& batch) {
  std::map<StockPlace, ports::Step> steps;
  std::set<StockPlace> named;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SyncRow& row = rows[i];
    if (!row.good()) continue;
    if (stock[i].location.empty() && !batch.open.empty()) stock[i].location = batch.open.front();
    const StockPlace place{row.id, stock[i].location};
    if (!named.insert(place).second) {
      row.reject("", "duplicate", "A row above is about this level.");
      continue;
    }
    const auto wanted = wanted_level(row, stock[i], batch);
    if (!wanted) continue;
    const auto known = batch.levels.find(place);
    row.changed = known == batch.levels.end() || known->second.on_hand != wanted->on_hand ||
                  known->second.allowance != wanted->allowance;
    if (row.changed) steps.emplace(place, step_for(store, row, stock[i], *wanted));
  }
  return steps;
}

void take_levels(const StoreId& store, const std::map<StockPlace, ports::Step>& steps, const ports::Committed& done,
                 std::size_t first, ports::StockView& view) {
  std::vector<ports::StockLevel> levels;
  for (const auto& entry : steps) {
    const ports::Row& row = done.steps.at(first++).returned.front();
    levels.push_back({VariantId{entry.first.first}, LocationId{entry.first.second}, as_int(row[0]), as_int(row[1]),
                      as_int(row[2]), as_int(row[3])});
  }
  view.update(store, levels);
}

/// nullopt: an order has changed a level meanwhile; judge again.
asio::awaitable<Result<std::optional<SyncReport>>> try_stock(SyncContext world, StoreId store,
                                                             std::vector<SyncRow> rows, SyncOptions options,
                                                             ports::StockView& view) {
  std::vector<StockRow> stock(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].good()) stock[i] = read_stock_row(rows[i]);
  }
  StockBatch batch;
  KASSA_CO_TRY(co_await load_levels(world.store, store, rows, batch));
  KASSA_CO_TRY(check_revision(options, batch.revision));
  std::map<StockPlace, ports::Step> steps = judge_stock(store, rows, stock, batch);
  SyncReport report;
  report.revision = batch.revision;
  report.kept = is_to_be_kept(rows, options);
  if (report.kept) {
    ports::Transaction transaction("stock", store);
    if (options.revisions) {
      auto guard = ports::Guard::exactly(1, "revision_moved");
      transaction.add(ports::Step(kCheckRevision, {store.value, batch.revision}, std::move(guard)));
    }
    const std::size_t first = transaction.steps.size();
    for (const auto& entry : steps) transaction.add(entry.second);
    json::object detail = counts_of(rows);
    KASSA_CO_TRY(const auto done, co_await world.keeper.keep(std::move(transaction), std::move(detail)));
    if (!done.applied) co_return std::optional<SyncReport>{};
    take_levels(store, steps, done, first, view);
  }
  report.rows = std::move(rows);
  co_return std::optional(std::move(report));
}

}  // namespace

asio::awaitable<Result<SyncReport>> put_stock(SyncContext world, StoreId store, std::vector<SyncRow> rows,
                                              SyncOptions options, ports::StockView& view) {
  for (int tries = 0; tries < kStockTriesMax; ++tries) {
    KASSA_CO_TRY(auto done, co_await try_stock(world, store, rows, options, view));
    if (done) co_return std::move(*done);
  }
  co_return Error{Errc::kOverloaded, "these levels are being changed by others"};
}

}  // namespace kassa::catalog
