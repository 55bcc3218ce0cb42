#include "services/catalog/catalog_patch.hpp"

#include <algorithm>
#include <unordered_set>

#include "services/catalog/catalog_changes.hpp"
#include "services/catalog/catalog_rows.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

constexpr int kPatchTriesMax = 10;

constexpr std::string_view kSelectMoves = "SELECT revision, goods_moves FROM store WHERE store_id = $1";
// CROSS JOIN has SQLite go from the changes to their products, whatever it thinks of their number.
constexpr std::string_view kChangedProducts =
    "SELECT p.product_id, p.handle, p.title, p.vendor, p.category, p.tags, p.image_url, p.published FROM "
    "catalog_change AS c CROSS JOIN product AS p WHERE c.store_id = $1 AND c.seq > $2 AND c.kind = 'product' AND "
    "p.store_id = c.store_id AND p.product_id = c.id";
constexpr std::string_view kChangedVariants =
    "SELECT v.variant_id, v.product_id, v.title, v.sku, v.image_url, v.tax_class, v.grams, v.flags, v.terms FROM "
    "catalog_change AS c CROSS JOIN variant AS v WHERE c.store_id = $1 AND c.seq > $2 AND c.kind = 'product' AND "
    "v.store_id = c.store_id AND v.product_id = c.id ORDER BY v.variant_id";
constexpr std::string_view kChangedPrices =
    "SELECT e.variant_id, e.currency, e.amount, e.compare_at FROM catalog_change AS c CROSS JOIN variant AS v "
    "CROSS JOIN price AS e WHERE c.store_id = $1 AND c.seq > $2 AND c.kind = 'product' AND v.store_id = "
    "c.store_id AND v.product_id = c.id AND e.store_id = v.store_id AND e.variant_id = v.variant_id ORDER BY "
    "e.variant_id, e.currency";
constexpr std::string_view kChangedListPrices =
    "SELECT e.variant_id, e.currency, e.list_id, e.shopper_group, e.min_quantity, e.valid_from, e.valid_until, "
    "e.amount, e.compare_at FROM catalog_change AS c CROSS JOIN variant AS v CROSS JOIN list_price AS e WHERE "
    "c.store_id = $1 AND c.seq > $2 AND c.kind = 'product' AND v.store_id = c.store_id AND v.product_id = c.id "
    "AND e.store_id = v.store_id AND e.variant_id = v.variant_id ORDER BY e.variant_id, e.currency, e.list_id, "
    "e.shopper_group, e.min_quantity, e.valid_from, e.valid_until";
constexpr std::string_view kChangedStock =
    "SELECT e.variant_id, e.location_id, e.on_hand, e.allowance, e.reserved, e.version FROM catalog_change AS c "
    "CROSS JOIN variant AS v CROSS JOIN stock AS e WHERE c.store_id = $1 AND c.seq > $2 AND c.kind = 'product' "
    "AND v.store_id = c.store_id AND v.product_id = c.id AND e.store_id = v.store_id AND e.variant_id = "
    "v.variant_id";
constexpr std::string_view kChangedProductBodies =
    "SELECT p.product_id, p.body FROM catalog_change AS c CROSS JOIN product AS p WHERE c.store_id = $1 AND "
    "c.seq > $2 AND c.kind = 'product' AND p.store_id = c.store_id AND p.product_id = c.id";
constexpr std::string_view kChangedVariantBodies =
    "SELECT v.variant_id, v.body FROM catalog_change AS c CROSS JOIN variant AS v WHERE c.store_id = $1 AND "
    "c.seq > $2 AND c.kind = 'product' AND v.store_id = c.store_id AND v.product_id = c.id";

/// Reads one table's rows of the products that changed behind `after`.
asio::awaitable<Result<void>> read_changed(ports::Store& store, StoreId id, std::int64_t after, std::string_view sql,
                                           std::vector<ports::Row>& out) {
  ports::Step step(sql, {id.value, after});
  KASSA_CO_TRY(out, co_await store.query(std::move(step)));
  co_return ok();
}

asio::awaitable<Result<void>> fill_changed(ports::Store& store, StoreId id, std::int64_t after, bool with_bodies,
                                           CatalogRows& out) {
  KASSA_CO_TRY(co_await read_changed(store, id, after, kChangedProducts, out.products));
  KASSA_CO_TRY(co_await read_changed(store, id, after, kChangedVariants, out.variants));
  KASSA_CO_TRY(co_await read_changed(store, id, after, kChangedPrices, out.prices));
  KASSA_CO_TRY(co_await read_changed(store, id, after, kChangedListPrices, out.list_prices));
  if (!out.list_prices.empty()) {
    KASSA_CO_TRY(out.list_names, co_await load_price_list_names(store, id));
  }
  if (!with_bodies) co_return ok();
  KASSA_CO_TRY(co_await read_changed(store, id, after, kChangedProductBodies, out.own.products));
  co_return co_await read_changed(store, id, after, kChangedVariantBodies, out.own.variants);
}

asio::awaitable<Result<void>> take_changed_stock(ports::Store& store, StoreId id, std::int64_t after,
                                                 ports::StockView& stock) {
  const std::uint64_t begun = stock.begin_read();
  std::vector<ports::Row> rows;
  KASSA_CO_TRY(co_await read_changed(store, id, after, kChangedStock, rows));
  std::vector<ports::StockLevel> levels;
  levels.reserve(rows.size());
  for (const ports::Row& row : rows) {
    levels.push_back({VariantId{as_string(row[0])}, LocationId{as_string(row[1])}, as_int(row[2]), as_int(row[3]),
                      as_int(row[4]), as_int(row[5])});
  }
  stock.take_read(id, levels, begun);
  co_return ok();
}

/// Both are in the order of variant ids. `gone`: products whose variants are replaced.
std::vector<ports::VariantView> joined_variants(const std::vector<ports::VariantView>& before,
                                                const std::unordered_set<std::string>& gone,
                                                std::vector<ports::VariantView> fresh) {
  std::vector<ports::VariantView> all;
  all.reserve(before.size() + fresh.size());
  auto next = fresh.begin();
  for (const ports::VariantView& variant : before) {
    if (gone.contains(variant.product->id.value)) continue;
    for (; next != fresh.end() && next->id.value < variant.id.value; ++next) all.push_back(std::move(*next));
    all.push_back(variant);
  }
  std::ranges::move(next, fresh.end(), std::back_inserter(all));
  return all;
}

}  // namespace

asio::awaitable<Result<PatchedCatalog>> patch_catalog(ports::Store& store, StoreId id,
                                                      std::shared_ptr<const ports::CatalogView> catalog,
                                                      std::int64_t revision, ports::StockView& stock,
                                                      std::vector<AttributeSpec> declared) {
  const std::int64_t after = last_change_of(revision);
  const bool with_bodies = std::ranges::find(declared, "line", &AttributeSpec::scope) != declared.end();
  for (int tries = 0; tries < kPatchTriesMax; ++tries) {
    ports::Step look(kSelectMoves, {id.value});
    KASSA_CO_TRY(const auto before, co_await store.query(std::move(look)));
    if (before.empty()) co_return Error{Errc::kNotFound, "no such store"};
    CatalogRows rows;
    KASSA_CO_TRY(co_await fill_changed(store, id, after, with_bodies, rows));
    KASSA_CO_TRY(co_await take_changed_stock(store, id, after, stock));
    PatchedCatalog patched;
    patched.revision = as_int(before[0][0]);
    patched.goods_moves = as_int(before[0][1]);
    KASSA_CO_TRY(const auto since, co_await changed_since(store, id, revision));
    if (since == ChangedPart::kCatalogue) co_return std::move(patched);
    KASSA_CO_TRY(const auto meanwhile, co_await changed_since(store, id, patched.revision));
    if (meanwhile != ChangedPart::kNothing) continue;  // Prices could stand beside variants of another revision.
    std::unordered_set<std::string> gone;
    for (const ports::Row& row : rows.products) gone.insert(as_string(row[0]));
    auto variants = joined_variants(catalog->variants(), gone, variants_from(rows, id, &stock, declared));
    patched.catalog = std::make_shared<const ports::CatalogView>(
        std::move(variants), std::vector<ports::LocationView>(catalog->locations()), patched.revision);
    co_return std::move(patched);
  }
  co_return Error{Errc::kOverloaded, "the catalogue changes faster than it can be read"};
}

}  // namespace kassa::catalog
