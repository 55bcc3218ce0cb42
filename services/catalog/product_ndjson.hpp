#pragma once
// Kassa's own shape for products and for stock, one JSON object a line (docs/store-bundle.md). For shops
// whose items already have ids. Pure but for the stream.

#include <istream>
#include <span>
#include <string>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/catalog/import_model.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::catalog {

/// One product; its faults are the reader's.
[[nodiscard]] ProductInput read_product(ObjectReader& reader, const std::vector<Currency>& currencies,
                                        std::span<const AttributeSpec> declared, Place place);
/// `policy` of a variant or of its stock: whether it may be sold below zero.
[[nodiscard]] bool read_policy(ObjectReader& reader);

/// Appends the products of the file; `price` is in the first of `currencies`, `prices` may name the others, and
/// `attributes` those of lines that are declared.
void read_products_ndjson(std::istream& in, const std::string& file, const std::vector<Currency>& currencies,
                          std::vector<ProductInput>& products, ports::FaultList& faults, ports::ProgressMeter& progress,
                          std::span<const AttributeSpec> declared = {});

void read_stock_ndjson(std::istream& in, const std::string& file, std::vector<StockInput>& stock,
                       ports::FaultList& faults, ports::ProgressMeter& progress);

}  // namespace kassa::catalog
