#include "services/catalog/load.hpp"

#include "services/base/country.hpp"
#include "services/base/ensure.hpp"
#include "services/catalog/import_plan.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

ports::Step select(std::string_view sql, const StoreId& id) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(id.value);
  return ports::Step(sql, std::move(params));
}

/// Stored documents were checked when they were written and may be larger than what parse_json() admits from
/// outside.
json::value stored_json(const std::string& text) {
  json::error_code error;
  json::value value = json::parse(text, error);
  ensure(!error, "a stored document is JSON");
  return value;
}

std::string text_at(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

asio::awaitable<Result<std::optional<json::value>>> load_table(ports::Store& store, StoreId id, std::string kind) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(id.value);
  params.emplace_back(std::move(kind));
  ports::Step step("SELECT body FROM rate_table WHERE store_id = $1 AND kind = $2", std::move(params));
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return std::optional<json::value>{};
  co_return std::optional<json::value>{stored_json(as_string(rows.value().front()[0]))};
}

}  // namespace

asio::awaitable<Result<LoadedSettings>> load_settings(ports::Store& store, StoreId id) {
  ports::Step step = select("SELECT settings, revision, mode, goods_moves FROM store WHERE store_id = $1", id);
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return Error{Errc::kNotFound, "no such store"};
  const ports::Row& row = rows.value().front();
  const json::value document = stored_json(as_string(row[0]));
  std::vector<Problem> problems;
  LoadedSettings loaded;
  loaded.settings = ports::read_store_settings(document.as_object(), problems);
  ensure(problems.empty(), "stored settings are valid");
  loaded.revision = as_int(row[1]);
  loaded.live = as_string(row[2]) == "live";
  loaded.goods_moves = as_int(row[3]);
  co_return std::move(loaded);
}

asio::awaitable<Result<std::int64_t>> load_revision(ports::Store& store, StoreId id) {
  ports::Step step = select("SELECT revision FROM store WHERE store_id = $1", id);
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return Error{Errc::kNotFound, "no such store"};
  co_return as_int(rows.value().front()[0]);
}

asio::awaitable<Result<std::vector<discounts::Usage>>> load_discount_usage(ports::Store& store, StoreId id) {
  ports::Step step = select(
      "SELECT discount_id, used, '' AS currency, 0 AS spent FROM discount WHERE store_id = $1 AND retired = 0 "
      "AND max_uses IS NOT NULL UNION ALL SELECT discount_id, 0, currency, spent FROM discount_budget "
      "WHERE store_id = $1 ORDER BY 1, 3",
      id);
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  std::vector<discounts::Usage> usage;
  usage.reserve(rows.value().size());
  for (const ports::Row& row : rows.value()) {
    std::string rule = as_string(row[0]);
    if (usage.empty() || usage.back().rule_id != rule) usage.push_back({std::move(rule), as_int(row[1])});
    const auto currency = Currency::from_code(as_string(row[2]));
    if (currency) usage.back().spent.emplace_back(*currency, as_int(row[3]));
  }
  co_return std::move(usage);
}

asio::awaitable<Result<bool>> load_has_code_pools(ports::Store& store, StoreId id) {
  ports::Step step = select("SELECT 1 FROM discount_code WHERE store_id = $1 LIMIT 1", id);
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  co_return !rows.value().empty();
}

asio::awaitable<Result<std::optional<json::object>>> load_shipping(ports::Store& store, StoreId id) {
  std::string kind = "shipping";
  auto table = co_await load_table(store, std::move(id), std::move(kind));
  if (!table) co_return std::move(table).error();
  if (!table.value()) co_return std::optional<json::object>{};
  co_return std::optional<json::object>{table.value()->as_object()};
}

asio::awaitable<Result<std::vector<TaxRow>>> load_taxes(ports::Store& store, StoreId id) {
  std::string kind = "tax";
  auto table = co_await load_table(store, std::move(id), std::move(kind));
  if (!table) co_return std::move(table).error();
  std::vector<TaxRow> taxes;
  if (!table.value()) co_return std::move(taxes);
  for (const json::value& element : table.value()->as_array()) {
    const json::object& row = element.as_object();
    std::string country = text_at(row, "country");
    std::string region = region_code(country, text_at(row, "region"));
    taxes.push_back({std::move(country), std::move(region), text_at(row, "tax_class"), text_at(row, "name"),
                     row.at("bps").as_int64(), row.at("shipping_taxed").as_bool()});
  }
  co_return std::move(taxes);
}

asio::awaitable<Result<std::vector<payments::GatewayConfig>>> load_gateways(ports::Store& store,
                                                                            const ports::SecretBox& box, StoreId id,
                                                                            bool with_retired) {
  ports::Step step = select(
      "SELECT gateway_id, adapter, body, sealed_credentials, retired FROM gateway WHERE store_id = $1 "
      "ORDER BY retired, gateway_id",
      id);
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  std::vector<payments::GatewayConfig> gateways;
  for (const ports::Row& row : rows.value()) {
    if (as_int(row[4]) != 0 && !with_retired) continue;
    const json::value body = stored_json(as_string(row[2]));
    const json::object& object = body.as_object();
    payments::GatewayConfig gateway;
    gateway.id = GatewayId{as_string(row[0])};
    gateway.adapter = as_string(row[1]);
    gateway.handler_id = text_at(object, "handler_id");
    gateway.handler_name = text_at(object, "handler_name");
    gateway.published = object.at("published").as_object();
    gateway.settings = object.at("settings").as_object();
    if (!ports::is_null(row[3])) {
      auto opened = box.open(gateway_aad(id, gateway.id.value), ports::as_blob(row[3]));
      if (!opened) co_return std::move(opened).error();
      gateway.credentials = std::move(opened).value();
    }
    gateways.push_back(std::move(gateway));
  }
  co_return std::move(gateways);
}

asio::awaitable<Result<void>> read_rows(ports::Store& store, StoreId id, std::string_view sql,
                                        std::vector<ports::Row>& out) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(std::move(id.value));
  ports::Step step(sql, std::move(params));
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  out = std::move(rows).value();
  co_return ok();
}

asio::awaitable<Result<void>> load_stock(ports::Store& store, StoreId id, ports::StockView& view) {
  ports::Step step = select(
      "SELECT variant_id, location_id, on_hand, allowance, reserved, version FROM stock WHERE store_id = $1", id);
  const std::uint64_t begun = view.begin_read();
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  std::vector<ports::StockLevel> levels;
  levels.reserve(rows.value().size());
  for (const ports::Row& row : rows.value()) {
    levels.push_back({VariantId{as_string(row[0])}, LocationId{as_string(row[1])}, as_int(row[2]), as_int(row[3]),
                      as_int(row[4]), as_int(row[5])});
  }
  view.take_read(id, levels, begun);
  co_return ok();
}

}  // namespace kassa::catalog
