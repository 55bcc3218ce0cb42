#pragma once
// What a snapshot of a store is made of, each read by one function from plain columns. The snapshot loader
// composes them and reads again when `revision` has moved. Awaited on any executor; nothing is cached here.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "discounts/engine.hpp"
#include "payments/core/gateways.hpp"
#include "services/base/json.hpp"
#include "services/ports/catalog_view.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/stock_view.hpp"
#include "services/ports/store.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

struct LoadedSettings {
  ports::StoreSettings settings;
  std::int64_t revision{};
  bool live{false};
  std::int64_t goods_moves{};  ///< How many of the revisions changed products or prices alone: see catalog_patch.hpp.
};

/// kNotFound for an unknown store.
asio::awaitable<Result<LoadedSettings>> load_settings(ports::Store& store, StoreId id);

/// The revision alone: cheap enough to ask often.
asio::awaitable<Result<std::int64_t>> load_revision(ports::Store& store, StoreId id);

/// Everything that can be named in a cart. Products that are not published are there with published == false;
/// withdrawn variants and closed locations are not.
asio::awaitable<Result<std::shared_ptr<const ports::CatalogView>>> load_catalog(ports::Store& store, StoreId id);
/// The same with variants that point to the counters of `stock`, which must outlive it. `declared`: attributes of lines
/// among them are read, too.
asio::awaitable<Result<std::shared_ptr<const ports::CatalogView>>> load_counted_catalog(
    ports::Store& store, StoreId id, ports::StockView& stock, std::vector<AttributeSpec> declared = {});

/// Rules as they are kept, without retired ones.
struct RuleBody {
  std::string id;
  std::string body;
};
asio::awaitable<Result<std::vector<RuleBody>>> load_rule_bodies(ports::Store& store, StoreId id);
/// The same for discounts::compile(), taken apart.
asio::awaitable<Result<json::array>> load_discount_rules(ports::Store& store, StoreId id);
/// Uses so far of rules with a limit, and what is spent of budgets.
asio::awaitable<Result<std::vector<discounts::Usage>>> load_discount_usage(ports::Store& store, StoreId id);

/// Whether some discount rule has codes in its pool.
asio::awaitable<Result<bool>> load_has_code_pools(ports::Store& store, StoreId id);

/// The zone document for shipping::compile_zones(); nullopt when the store has none.
asio::awaitable<Result<std::optional<json::object>>> load_shipping(ports::Store& store, StoreId id);

struct TaxRow {
  std::string country;
  std::string region;     ///< Empty: the whole country.
  std::string tax_class;  ///< Empty: every class without a row of its own.
  std::string name;
  std::int64_t bps{};
  bool shipping_taxed{false};
};
asio::awaitable<Result<std::vector<TaxRow>>> load_taxes(ports::Store& store, StoreId id);

/// With credentials opened. Retired gateways only when asked for (open attempts and refunds still need them),
/// and last, so that a look-up by handler finds the live one.
asio::awaitable<Result<std::vector<payments::GatewayConfig>>> load_gateways(ports::Store& store,
                                                                            const ports::SecretBox& box, StoreId id,
                                                                            bool with_retired = false);

/// The rows of a statement whose one parameter is the store.
asio::awaitable<Result<void>> read_rows(ports::Store& store, StoreId id, std::string_view sql,
                                        std::vector<ports::Row>& out);

/// Every level of the store, into the view.
asio::awaitable<Result<void>> load_stock(ports::Store& store, StoreId id, ports::StockView& view);

}  // namespace kassa::catalog
