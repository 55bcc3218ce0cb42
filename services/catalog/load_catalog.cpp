#include "services/base/ensure.hpp"
#include "services/catalog/catalog_changes.hpp"
#include "services/catalog/catalog_patch.hpp"
#include "services/catalog/catalog_rows.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/load.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;

constexpr int kLoadTriesMax = 10;

asio::awaitable<Result<void>> fill_all(ports::Store& store, StoreId id, CatalogRows& out) {
  KASSA_CO_TRY(co_await read_rows(
      store, id,
      "SELECT product_id, handle, title, vendor, category, tags, image_url, published FROM product WHERE "
      "store_id = $1",
      out.products));
  KASSA_CO_TRY(co_await read_rows(
      store, id,
      "SELECT variant_id, product_id, title, sku, image_url, tax_class, grams, flags, terms FROM variant WHERE "
      "store_id = $1 ORDER BY variant_id",
      out.variants));
  KASSA_CO_TRY(co_await read_rows(store, id,
                                  "SELECT variant_id, currency, amount, compare_at FROM price WHERE store_id = "
                                  "$1 ORDER BY variant_id, currency",
                                  out.prices));
  KASSA_CO_TRY(co_await read_rows(store, id, sql::kSelectListPrices, out.list_prices));
  if (!out.list_prices.empty()) {
    KASSA_CO_TRY(out.list_names, co_await load_price_list_names(store, id));
  }
  KASSA_CO_TRY(co_await read_rows(store, id,
                                  "SELECT location_id, name, country, region, priority FROM location WHERE store_id = "
                                  "$1 AND closed = 0 ORDER BY priority, location_id",
                                  out.locations));
  co_return ok();
}

std::string taken(ports::SqlValue& value) {
  std::string* const text = std::get_if<std::string>(&value);
  ensure(text != nullptr, "a text column holds text");
  return std::move(*text);
}

std::shared_ptr<const ports::CatalogView> compose(CatalogRows rows, std::int64_t revision, const StoreId& store,
                                                  ports::StockView* stock, std::span<const AttributeSpec> declared) {
  std::vector<ports::VariantView> variants = variants_from(rows, store, stock, declared);
  std::vector<ports::LocationView> locations;
  locations.reserve(rows.locations.size());
  for (ports::Row& row : rows.locations) {
    locations.push_back({LocationId{taken(row[0])}, taken(row[1]), taken(row[2]), taken(row[3]), as_int(row[4])});
  }
  return std::make_shared<const ports::CatalogView>(std::move(variants), std::move(locations), revision);
}

/// What other products or prices change meanwhile, all the time maybe, is read again alone: rows of before and after a
/// change would make prices beside variants of another revision.
asio::awaitable<Result<std::shared_ptr<const ports::CatalogView>>> load(ports::Store& store, StoreId id,
                                                                        ports::StockView* stock,
                                                                        std::vector<AttributeSpec> declared) {
  for (int tries = 0; tries < kLoadTriesMax; ++tries) {
    CatalogRows rows;
    KASSA_CO_TRY(const auto revision, co_await load_revision(store, id));
    KASSA_CO_TRY(co_await fill_all(store, id, rows));
    KASSA_CO_TRY(rows.own, co_await load_own_attributes(store, id, declared));
    KASSA_CO_TRY(const auto changed, co_await changed_since(store, id, revision));
    if (changed == ChangedPart::kCatalogue) continue;
    auto catalog = compose(std::move(rows), revision, id, stock, declared);
    if (changed == ChangedPart::kNothing) co_return std::move(catalog);
    if (stock == nullptr) continue;
    KASSA_CO_TRY(auto patched, co_await patch_catalog(store, id, std::move(catalog), revision, *stock, declared));
    if (patched.catalog) co_return std::move(patched.catalog);
  }
  co_return Error{Errc::kOverloaded, "the catalogue changes faster than it can be read"};
}

}  // namespace

asio::awaitable<Result<std::shared_ptr<const ports::CatalogView>>> load_catalog(ports::Store& store, StoreId id) {
  return load(store, std::move(id), nullptr, {});
}

asio::awaitable<Result<std::shared_ptr<const ports::CatalogView>>> load_counted_catalog(
    ports::Store& store, StoreId id, ports::StockView& stock, std::vector<AttributeSpec> declared) {
  return load(store, std::move(id), &stock, std::move(declared));
}

}  // namespace kassa::catalog
