#include "services/catalog/current_rows.hpp"

#include "services/catalog/import_sql.hpp"

namespace kassa::catalog {
namespace {

boost::asio::awaitable<Result<void>> select_all(ports::Store& store, StoreId id, std::string_view sql,
                                                std::vector<ports::Row>& out) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(id.value);
  ports::Step step(sql, std::move(params));
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  out = std::move(rows).value();
  co_return ok();
}

}  // namespace

boost::asio::awaitable<Result<CurrentRows>> load_current_rows(ports::Store& store, StoreId id) {
  CurrentRows current;
  std::vector<ports::Row> rows;
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectStore, rows));
  if (rows.empty()) co_return std::move(current);
  current.exists = true;
  current.revision = ports::as_int(rows.front()[0]);
  current.settings = ports::as_string(rows.front()[1]);
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectProducts, current.products));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectVariants, current.variants));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectPrices, current.prices));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectListPrices, current.list_prices));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectLocations, current.locations));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectStock, current.stock));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectDiscounts, current.discounts));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectTables, current.tables));
  KASSA_CO_TRY(co_await select_all(store, id, sql::kSelectGateways, current.gateways));
  co_return std::move(current);
}

}  // namespace kassa::catalog
