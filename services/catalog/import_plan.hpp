#pragma once
// What an import changes: the bundle compared with the store, as steps of one transaction. Rows that are as
// the file says get no step, so that importing the same bundle twice changes nothing. Pure: no clock, no
// database.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/catalog/import_model.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::catalog {

/// The rows of a store before an import, in the column order of import_sql.hpp.
struct CurrentRows {
  bool exists{false};
  std::int64_t revision{};
  std::string settings;
  std::vector<ports::Row> products, variants, prices, locations, stock, discounts, tables, gateways, list_prices;
};

struct Tally {
  std::int64_t created{};
  std::int64_t updated{};
  std::int64_t unchanged{};
  std::int64_t retired{};  ///< Unpublished, withdrawn, closed: gone from the file, kept in the store.
};

struct ImportCounts {
  Tally products, variants, prices, locations, stock, discounts, tables, gateways, list_prices;
};

struct ImportPlan {
  std::vector<ports::Step> steps;              ///< Without the store's own row.
  std::map<std::size_t, Place> place_of_step;  ///< Of the steps that a guard may refuse.
  ImportCounts counts;
};

/// Notes a fault for stock below what is reserved, unknown variants and locations, and limits below what is
/// used.
[[nodiscard]] ImportPlan plan_import(const StoreId& store, const BundleInput& bundle,
                                     const ports::StoreSettings& settings, const CurrentRows& current, Instant now,
                                     const ports::SecretBox& box, ports::FaultList& faults);

/// Additional data under which a gateway's credentials are sealed.
[[nodiscard]] std::string gateway_aad(const StoreId& store, std::string_view gateway_id);

}  // namespace kassa::catalog
