#pragma once
// Terms of sale as JSON: as a merchant's file writes them, and as a variant's row keeps them. Pure.

#include <string>

#include "services/base/json.hpp"
#include "services/ports/sale_terms.hpp"

namespace kassa::catalog {

/// Takes the members of a product or variant that are terms; what it does not name stays as it is in `terms`.
void read_sale_terms(ObjectReader& reader, ports::SaleTerms& terms);
/// Notes what the terms of one variant cannot mean together.
void check_sale_terms(ObjectReader& reader, const ports::SaleTerms& terms);

/// Empty for terms that say nothing.
[[nodiscard]] std::string write_sale_terms(const ports::SaleTerms& terms);
/// What write_sale_terms() wrote.
[[nodiscard]] ports::SaleTerms parse_sale_terms(const std::string& text);

/// A member that is a time of RFC 3339; nullopt with a fault, or when it is absent.
[[nodiscard]] std::optional<Instant> read_time(ObjectReader& reader, std::string_view key);

}  // namespace kassa::catalog
