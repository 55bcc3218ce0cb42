#pragma once
// The merchant's own attributes of goods, for discount rules: declared in the store's settings, given in
// products.ndjson by a product or a variant, kept in their bodies, and read with the catalogue where the store declares
// any of lines.

#include <boost/asio/awaitable.hpp>
#include <span>
#include <vector>

#include "services/catalog/import_plan.hpp"
#include "services/ports/catalog_view.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

/// Settings that no longer declare what a stored rule asks for would leave a store without rules: a fault of
/// store.json, unless the bundle brings the rules, too. Pure.
void check_declarations(const BundleInput& bundle, const ports::StoreSettings& settings, const CurrentRows& current,
                        ports::FaultList& faults);

/// Ids and bodies of those that have any.
struct OwnAttributes {
  std::vector<ports::Row> products, variants;
};
/// Reads nothing when no attribute of lines is declared.
asio::awaitable<Result<OwnAttributes>> load_own_attributes(ports::Store& store, StoreId id,
                                                           std::vector<AttributeSpec> declared);
/// What a variant says goes before what its product says.
void give_attributes(const OwnAttributes& own, std::span<const AttributeSpec> declared,
                     std::vector<ports::VariantView>& variants);

}  // namespace kassa::catalog
