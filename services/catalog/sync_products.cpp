#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "services/base/ensure.hpp"
#include "services/catalog/catalog_changes.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/load.hpp"
#include "services/catalog/product_ndjson.hpp"
#include "services/catalog/sync.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

constexpr int kProductTriesMax = 5;

constexpr std::string_view kNamedProducts =
    "SELECT product_id, handle, title, vendor, category, tags, image_url, body, published, revision FROM product WHERE "
    "store_id = $1 AND product_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)";
constexpr std::string_view kNamedChanges =
    "SELECT id, revision FROM catalog_change WHERE store_id = $1 AND kind = 'product' AND id IN ($2, $3, $4, $5, $6, "
    "$7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, "
    "$30, $31, $32, $33)";
constexpr std::string_view kVariantsOfNamed =
    "SELECT variant_id, product_id, position, title, sku, image_url, tax_class, body, grams, flags, terms FROM variant "
    "WHERE store_id = $1 AND product_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
    "$18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)";
// CROSS JOIN has SQLite read variants first, whatever it thinks of their number.
constexpr std::string_view kPricesOfNamed =
    "SELECT p.variant_id, p.currency, p.amount, p.compare_at FROM variant AS v CROSS JOIN price AS p WHERE p.store_id "
    "= "
    "v.store_id AND p.variant_id = v.variant_id AND v.store_id = $1 AND v.product_id IN ($2, $3, $4, $5, $6, $7, $8, "
    "$9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, "
    "$32, $33)";
constexpr std::string_view kStockOfNamed =
    "SELECT s.variant_id, s.location_id, s.on_hand, s.allowance, s.reserved FROM variant AS v CROSS JOIN stock AS s "
    "WHERE s.store_id = v.store_id AND s.variant_id = v.variant_id AND v.store_id = $1 AND v.product_id IN ($2, $3, "
    "$4, "
    "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, "
    "$28, $29, $30, $31, $32, $33)";
constexpr std::string_view kOwnersOfVariants =
    "SELECT variant_id, product_id FROM variant WHERE store_id = $1 AND variant_id IN ($2, $3, $4, $5, $6, $7, $8, $9, "
    "$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, "
    "$32, $33)";

/// One try of a batch.
struct ProductBatch {
  std::vector<SyncRow> rows;
  std::vector<ProductInput> products;  ///< One for each row.
  LoadedSettings store;
  CurrentRows current;
  std::unordered_map<std::string, std::int64_t> revisions;  ///< Of the products that there are.
  std::unordered_map<std::string, std::string> owners;      ///< Of variants that rows name.
};

void read_product_rows(ProductBatch& batch) {
  std::set<std::string> products;
  std::set<std::string> variants;
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    SyncRow& row = batch.rows[i];
    ProductInput product;
    if (row.good()) {
      ObjectReader reader(row.object, "", row.problems);
      product = read_product(reader, batch.store.settings.currencies, batch.store.settings.discount_attributes,
                             Place{"", static_cast<std::int64_t>(i)});
      row.id = product.id;
    }
    if (row.good() && !products.insert(product.id).second) {
      row.reject("/id", "duplicate", "A row above already says what this product is.");
    }
    std::set<std::string> own;
    for (const VariantInput& variant : product.variants) {
      if (!row.good()) break;
      if (variants.contains(variant.id) || !own.insert(variant.id).second) {
        row.reject("/variants", "duplicate_variant", "Two variants of this batch have the id " + variant.id + ".");
      }
    }
    if (row.good()) variants.merge(own);
    batch.products.push_back(std::move(product));
  }
}

asio::awaitable<Result<void>> load_named(ports::Store& store, StoreId id, ProductBatch& batch) {
  std::vector<std::string> products;
  std::vector<std::string> variants;
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    if (!batch.rows[i].good()) continue;
    products.push_back(batch.products[i].id);
    for (const VariantInput& variant : batch.products[i].variants) variants.push_back(variant.id);
  }
  CurrentRows& current = batch.current;
  current.exists = true;
  current.revision = batch.store.revision;
  KASSA_CO_TRY(co_await read_by_ids(store, id, kNamedProducts, products, current.products));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kVariantsOfNamed, products, current.variants));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kPricesOfNamed, products, current.prices));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kStockOfNamed, products, current.stock));
  KASSA_CO_TRY(co_await read_rows(store, id, sql::kSelectLocations, current.locations));
  KASSA_CO_TRY(const auto whole, co_await catalogue_revision(store, id));
  std::vector<ports::Row> changes;
  KASSA_CO_TRY(co_await read_by_ids(store, id, kNamedChanges, products, changes));
  for (const ports::Row& row : current.products) {
    batch.revisions[as_string(row[0])] = std::max(whole, as_int(row[9]));
  }
  for (const ports::Row& row : changes) {
    std::int64_t& revision = batch.revisions[as_string(row[0])];
    revision = std::max(revision, as_int(row[1]));
  }
  std::vector<ports::Row> owners;
  KASSA_CO_TRY(co_await read_by_ids(store, id, kOwnersOfVariants, variants, owners));
  for (const ports::Row& row : owners) batch.owners[as_string(row[0])] = as_string(row[1]);
  co_return ok();
}

void judge_products(ProductBatch& batch) {
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    SyncRow& row = batch.rows[i];
    if (!row.good()) continue;
    const auto known = batch.revisions.find(row.id);
    const bool there = known != batch.revisions.end();
    if (there) row.revision = known->second;
    check_if_match(row, there ? std::optional(known->second) : std::nullopt);
    for (const VariantInput& variant : batch.products[i].variants) {
      const auto owner = batch.owners.find(variant.id);
      if (owner == batch.owners.end() || owner->second == row.id) continue;
      row.reject("/variants", "variant_of_other_product", "The product " + owner->second + " has " + variant.id + ".");
    }
  }
}

std::vector<ports::Row> rows_of(const std::vector<ports::Row>& rows, std::size_t column,
                                const std::set<std::string>& ids) {
  std::vector<ports::Row> some;
  for (const ports::Row& row : rows) {
    if (ids.contains(as_string(row[column]))) some.push_back(row);
  }
  return some;
}

/// The rows of the store as if it had these products alone.
CurrentRows rows_of_products(const CurrentRows& all, const std::set<std::string>& products) {
  CurrentRows some;
  some.exists = true;
  some.revision = all.revision;
  some.locations = all.locations;
  some.products = rows_of(all.products, 0, products);
  some.variants = rows_of(all.variants, 1, products);
  std::set<std::string> variants;
  for (const ports::Row& row : some.variants) variants.insert(as_string(row[0]));
  some.prices = rows_of(all.prices, 0, variants);
  some.stock = rows_of(all.stock, 0, variants);
  return some;
}

/// The plan of an import whose files and store have nothing but the good rows; rows in which it finds faults are
/// rejected, and it is made again without them.
ImportPlan plan_products_batch(const SyncContext& world, const StoreId& store, ProductBatch& batch) {
  while (true) {
    BundleInput bundle;
    std::set<std::string> ids;
    bundle.products.emplace();
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      if (!batch.rows[i].good()) continue;
      bundle.products->push_back(batch.products[i]);
      ids.insert(batch.products[i].id);
    }
    const CurrentRows current = rows_of_products(batch.current, ids);
    ports::FaultList faults;
    ImportPlan plan = plan_import(store, bundle, batch.store.settings, current, world.clock.now(), world.box, faults);
    if (faults.empty()) {
      for (const std::string& id : products_changed_by(plan.steps, current)) {
        const auto row = std::ranges::find_if(batch.rows, [&id](const SyncRow& r) { return r.good() && r.id == id; });
        if (row != batch.rows.end()) row->changed = true;
      }
      return plan;
    }
    bool fewer = false;
    for (const ports::RowFault& fault : faults.sorted()) {
      SyncRow& row = batch.rows.at(static_cast<std::size_t>(fault.line));
      fewer = fewer || row.good();
      row.reject(fault.path, fault.code, fault.message);
    }
    ensure(fewer, "a fault of a plan belongs to a row that is in it");
  }
}

SyncReport report_of(ProductBatch batch) {
  SyncReport report;
  report.revision = batch.store.revision;
  report.rows = std::move(batch.rows);
  return report;
}

/// nullopt: somebody else changed the store meanwhile; judge again.
asio::awaitable<Result<std::optional<SyncReport>>> try_products(SyncContext world, StoreId store,
                                                                std::vector<SyncRow> rows, SyncOptions options) {
  ProductBatch batch;
  batch.rows = std::move(rows);
  KASSA_CO_TRY(batch.store, co_await load_settings(world.store, store));
  KASSA_CO_TRY(check_revision(options, batch.store.revision));
  read_product_rows(batch);
  KASSA_CO_TRY(co_await load_named(world.store, store, batch));
  judge_products(batch);
  ImportPlan plan = plan_products_batch(world, store, batch);
  if (!is_to_be_kept(batch.rows, options)) co_return std::optional(report_of(std::move(batch)));
  const std::int64_t next = batch.store.revision + 1;
  std::set<std::string> changed;
  for (SyncRow& row : batch.rows) {
    if (!row.changed) continue;
    row.revision = next;
    changed.insert(row.id);
  }
  ports::Transaction transaction("import", store);
  // A store without locations gets its first one with its first goods.
  const bool goods_alone =
      std::ranges::none_of(plan.steps, [](const ports::Step& step) { return step.sql == sql::kPutLocation; });
  transaction.add(move_goods(store, batch.store.revision, goods_alone));
  for (ports::Step& step : plan.steps) transaction.add(std::move(step));
  note_changes(store, next, world.clock.now(), changed, !goods_alone, transaction.steps);
  json::object detail = counts_of(batch.rows);
  KASSA_CO_TRY(const auto done, co_await world.keeper.keep(std::move(transaction), std::move(detail)));
  if (!done.applied) co_return std::optional<SyncReport>{};
  SyncReport report = report_of(std::move(batch));
  report.revision = next;
  report.kept = true;
  co_return std::optional(std::move(report));
}

}  // namespace

asio::awaitable<Result<SyncReport>> put_products(SyncContext world, StoreId store, std::vector<SyncRow> rows,
                                                 SyncOptions options) {
  for (int tries = 0; tries < kProductTriesMax; ++tries) {
    KASSA_CO_TRY(auto done, co_await try_products(world, store, rows, options));
    if (done) co_return std::move(*done);
  }
  co_return Error{Errc::kOverloaded, "the store is being changed by others"};
}

}  // namespace kassa::catalog
