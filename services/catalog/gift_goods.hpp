#pragma once
// Gifts name goods of the catalogue, and a rule that gives what the store does not have would never give anything. The
// discount engine knows no catalogue, so the import looks. Pure.

#include "services/catalog/import_plan.hpp"

namespace kassa::catalog {

/// A fault, "gift_sku_unknown", for each rule of the bundle whose gift is nothing that the store will have: neither a
/// variant's id, nor an SKU or product of one variant alone.
void check_gifts(const BundleInput& bundle, const CurrentRows& current, ports::FaultList& faults);

}  // namespace kassa::catalog
