#pragma once
// Ids of variants that a file does not name: readable, unique in the store, and the same at every import
// whatever the order of rows. "mug" for a product without options, "mug--large-blue" else. Pure.

#include <string>
#include <string_view>

#include "services/catalog/import_model.hpp"

namespace kassa::catalog {

/// "Large / Ink Blue" -> "large-ink-blue", "+2.5" -> "plus2.5". May be empty.
[[nodiscard]] std::string slug(std::string_view value);

/// Fills in the empty ids of a product's variants. Where letters are lost (text beyond ASCII) or two variants
/// would share an id, eight digits of a hash of the option values follow.
void assign_variant_ids(ProductInput& product);

}  // namespace kassa::catalog
