#pragma once
// Which stock levels an import wants: from stock.ndjson where it names the variant, else from the product
// file, at the store's default location. A part of the import plan. Pure.

#include <map>
#include <string>
#include <vector>

#include "services/catalog/import_plan.hpp"
#include "services/catalog/table_sync.hpp"

namespace kassa::catalog {

/// Where stock can be kept after this import.
struct OpenLocations {
  std::string fallback;  ///< Lowest priority, then id: takes stock that names no location.
  std::vector<std::string> ids;
};

void plan_stock(PlanContext context, const BundleInput& bundle, const CurrentRows& current,
                const OpenLocations& locations, ports::FaultList& faults);

}  // namespace kassa::catalog
