#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "services/base/limits.hpp"
#include "services/catalog/catalog_changes.hpp"
#include "services/catalog/catalog_rows.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/load.hpp"
#include "services/catalog/sync.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

constexpr int kPriceTriesMax = 5;

constexpr std::string_view kVariantsToPrice =
    "SELECT v.variant_id, v.product_id, p.revision, coalesce(c.revision, 0) FROM variant AS v JOIN product AS p ON "
    "p.store_id = v.store_id AND p.product_id = v.product_id LEFT JOIN catalog_change AS c ON c.store_id = v.store_id "
    "AND c.kind = 'product' AND c.id = v.product_id WHERE v.store_id = $1 AND v.variant_id IN ($2, $3, $4, $5, $6, $7, "
    "$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, "
    "$31, $32, $33)";
constexpr std::string_view kPricesOfVariants =
    "SELECT variant_id, currency, amount, compare_at FROM price WHERE store_id = $1 AND variant_id IN ($2, $3, $4, $5, "
    "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, "
    "$29, $30, $31, $32, $33)";
constexpr std::string_view kListPricesOfVariants =
    "SELECT variant_id, currency, list_id, shopper_group, min_quantity, valid_from, valid_until, amount, compare_at "
    "FROM list_price WHERE store_id = $1 AND variant_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
    "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)";

/// What tells list prices of one variant apart: currency, list, group, quantity, from, until.
using ListKey = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t, std::int64_t>;
struct KeptAmount {
  std::int64_t amount{};
  std::optional<std::int64_t> compare_at;
  friend bool operator==(const KeptAmount&, const KeptAmount&) = default;
};

struct PricedVariant {
  std::string product;
  std::int64_t revision{};                ///< Of the product.
  std::map<std::string, KeptAmount> own;  ///< By currency.
  std::map<ListKey, KeptAmount> listed;
};

struct PriceRow {
  ListPriceInput input;
  bool taken_away{false};
  bool own{false};  ///< The catalogue's own price.
};

ports::SqlValue nullable(const std::optional<std::int64_t>& number) {
  return number ? ports::SqlValue{*number} : ports::SqlValue{};
}

ListKey key_of(const ports::ListPrice& price) {
  return {
      std::string(price.currency.code()), price.list, price.group, price.min_quantity, begin_of(price), end_of(price)};
}

bool is_always(const ListKey& key) { return std::get<4>(key) == kValidAlways && std::get<5>(key) == kValidForever; }

bool overlaps(const ListKey& a, const ListKey& b) {
  const auto same = [](const ListKey& key) {
    return std::tie(std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key));
  };
  if (a == b || same(a) != same(b) || is_always(a) != is_always(b)) return false;
  return std::get<4>(a) < std::get<5>(b) && std::get<4>(b) < std::get<5>(a);
}

PriceRow read_price_row(SyncRow& row, const std::vector<Currency>& currencies) {
  PriceRow price;
  json::object object = row.object;
  const json::value* const amount = object.if_contains("amount");
  price.taken_away = amount != nullptr && amount->is_null();
  if (price.taken_away) object["amount"] = "0";
  ObjectReader reader(object, "", row.problems);
  price.input = read_list_price(reader, currencies, Place{});
  price.own = std::ranges::none_of(std::to_array({"list", "group", "min_quantity", "from", "until"}),
                                   [&object](const char* name) { return object.contains(name); });
  row.id = price.input.variant;
  return price;
}

/// One batch of prices on its way to a transaction: rows change what is known of their variants, one after the other.
class PriceBatch {
 public:
  PriceBatch(const StoreId& store, PriceListNames names) : store_(store), names_(std::move(names)) {}

  std::map<std::string, PricedVariant> variants;
  std::vector<ports::Step> steps;
  std::set<std::string> changed;  ///< Products.

  void take(SyncRow& row, const PriceRow& price) {
    const auto found = variants.find(row.id);
    if (found == variants.end())
      return row.reject("/variant", "unknown_variant", "No product has a variant of this id.");
    PricedVariant& variant = found->second;
    row.revision = variant.revision;
    check_if_match(row, variant.revision);
    const ListKey key = key_of(price.input.price);
    if (row.good() && !seen_.emplace(row.id, price.own, key).second) {
      row.reject("", "duplicate", "A row above already says this price.");
    }
    if (!row.good()) return;
    if (price.own) {
      take_own(row, price, variant);
    } else {
      take_listed(row, price, key, variant);
    }
    if (row.changed) changed.insert(variant.product);
  }

 private:
  void take_own(SyncRow& row, const PriceRow& price, PricedVariant& variant) {
    const std::string currency(price.input.price.currency.code());
    const KeptAmount wanted{price.input.price.amount, price.input.price.compare_at};
    const auto before = variant.own.find(currency);
    const bool same = before != variant.own.end() && before->second == wanted;
    if (price.taken_away && before != variant.own.end()) {
      row.changed = true;
      steps.emplace_back(sql::kDropPrice, std::vector<ports::SqlValue>{store_.value, row.id, currency});
    } else if (!price.taken_away && !same) {
      row.changed = true;
      steps.emplace_back(sql::kPutPrice, std::vector<ports::SqlValue>{store_.value, row.id, currency, wanted.amount,
                                                                      nullable(wanted.compare_at)});
    }
    // A file may have said it as a price of no list, which would go before the catalogue's.
    const ListKey shadow{currency, "", "", 1, kValidAlways, kValidForever};
    if (variant.listed.contains(shadow)) drop_listed(row, shadow, variant);
  }

  void take_listed(SyncRow& row, const PriceRow& price, const ListKey& key, PricedVariant& variant) {
    const auto before = variant.listed.find(key);
    if (price.taken_away) {
      if (before != variant.listed.end()) drop_listed(row, key, variant);
      return;
    }
    const std::string& list = price.input.price.list;
    if (!list.empty() && !names_.contains(list)) {
      return row.reject("/list", "unknown_list", "The store has no price list of this id.");
    }
    const KeptAmount wanted{price.input.price.amount, price.input.price.compare_at};
    if (before != variant.listed.end() && before->second == wanted) return;
    const bool clash =
        std::ranges::any_of(variant.listed, [&key](const auto& each) { return overlaps(each.first, key); });
    if (clash) return row.reject("", "overlapping", "Another price says this for a part of the same time.");
    if (before == variant.listed.end() && variant.listed.size() >= limits::kListPricesPerVariantMax) {
      return row.reject("", "too_many_prices", "A variant has at most 500 prices in lists.");
    }
    variant.listed[key] = wanted;
    row.changed = true;
    std::vector<ports::SqlValue> params = params_of(row, key);
    params.emplace_back(wanted.amount);
    params.push_back(nullable(wanted.compare_at));
    steps.emplace_back(sql::kPutListPrice, std::move(params));
  }

  void drop_listed(SyncRow& row, const ListKey& key, PricedVariant& variant) {
    row.changed = true;
    steps.emplace_back(sql::kDropListPrice, params_of(row, key));
    variant.listed.erase(key);
  }

  [[nodiscard]] std::vector<ports::SqlValue> params_of(const SyncRow& row, const ListKey& key) const {
    const auto& [currency, list, group, quantity, from, until] = key;
    return {store_.value, row.id, currency, list, group, quantity, from, until};
  }

  const StoreId& store_;
  PriceListNames names_;
  std::set<std::tuple<std::string, bool, ListKey>> seen_;
};

asio::awaitable<Result<void>> load_priced(ports::Store& store, StoreId id, const std::vector<SyncRow>& rows,
                                          PriceBatch& batch) {
  std::set<std::string> unique;
  for (const SyncRow& row : rows) {
    if (row.good()) unique.insert(row.id);
  }
  const std::vector<std::string> ids(unique.begin(), unique.end());
  std::vector<ports::Row> variants;
  std::vector<ports::Row> prices;
  std::vector<ports::Row> listed;
  KASSA_CO_TRY(const auto whole, co_await catalogue_revision(store, id));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kVariantsToPrice, ids, variants));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kPricesOfVariants, ids, prices));
  KASSA_CO_TRY(co_await read_by_ids(store, id, kListPricesOfVariants, ids, listed));
  const auto compare_at = [](const ports::SqlValue& value) {
    return ports::is_null(value) ? std::nullopt : std::optional(as_int(value));
  };
  for (const ports::Row& row : variants) {
    PricedVariant& variant = batch.variants[as_string(row[0])];
    variant.product = as_string(row[1]);
    variant.revision = std::max({whole, as_int(row[2]), as_int(row[3])});
  }
  for (const ports::Row& row : prices) {
    batch.variants[as_string(row[0])].own[as_string(row[1])] = {as_int(row[2]), compare_at(row[3])};
  }
  for (const ports::Row& row : listed) {
    const ListKey key{as_string(row[1]), as_string(row[2]), as_string(row[3]),
                      as_int(row[4]),    as_int(row[5]),    as_int(row[6])};
    batch.variants[as_string(row[0])].listed[key] = {as_int(row[7]), compare_at(row[8])};
  }
  co_return ok();
}

/// nullopt: somebody else changed the store meanwhile; judge again.
asio::awaitable<Result<std::optional<SyncReport>>> try_prices(SyncContext world, StoreId store,
                                                              std::vector<SyncRow> rows, SyncOptions options) {
  KASSA_CO_TRY(const auto settings, co_await load_settings(world.store, store));
  KASSA_CO_TRY(check_revision(options, settings.revision));
  KASSA_CO_TRY(auto names, co_await load_price_list_names(world.store, store));
  PriceBatch batch(store, std::move(names));
  std::vector<PriceRow> prices(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].good()) prices[i] = read_price_row(rows[i], settings.settings.currencies);
  }
  KASSA_CO_TRY(co_await load_priced(world.store, store, rows, batch));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].good()) batch.take(rows[i], prices[i]);
  }
  SyncReport report;
  report.revision = settings.revision;
  report.kept = is_to_be_kept(rows, options);
  if (report.kept) {
    report.revision += 1;
    for (SyncRow& row : rows) {
      if (row.good() && batch.changed.contains(batch.variants[row.id].product)) row.revision = report.revision;
    }
    ports::Transaction transaction("import", store);
    transaction.add(move_goods(store, settings.revision));
    for (ports::Step& step : batch.steps) transaction.add(std::move(step));
    note_changes(store, report.revision, world.clock.now(), batch.changed, false, transaction.steps);
    json::object detail = counts_of(rows);
    KASSA_CO_TRY(const auto done, co_await world.keeper.keep(std::move(transaction), std::move(detail)));
    if (!done.applied) co_return std::optional<SyncReport>{};
  }
  report.rows = std::move(rows);
  co_return std::optional(std::move(report));
}

}  // namespace

asio::awaitable<Result<SyncReport>> put_prices(SyncContext world, StoreId store, std::vector<SyncRow> rows,
                                               SyncOptions options) {
  for (int tries = 0; tries < kPriceTriesMax; ++tries) {
    KASSA_CO_TRY(auto done, co_await try_prices(world, store, rows, options));
    if (done) co_return std::move(*done);
  }
  co_return Error{Errc::kOverloaded, "the store is being changed by others"};
}

}  // namespace kassa::catalog
