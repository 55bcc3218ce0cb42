#pragma once
// Shopify's product export as products: one per Handle; further rows of a handle add variants and images,
// wherever they stand in the file. Docs: docs/store-bundle.md. Pure but for the stream.

#include <istream>
#include <string>
#include <vector>

#include "services/catalog/import_model.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::catalog {

/// Appends the products of one file. Prices are in `currency`. False when the file is no product export (no
/// Handle column): nothing was read.
bool read_shopify_csv(std::istream& in, const std::string& file, Currency currency, std::vector<ProductInput>& products,
                      ports::FaultList& faults, ports::ProgressMeter& progress);

}  // namespace kassa::catalog
