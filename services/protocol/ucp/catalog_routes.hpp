#pragma once
// The rows of the route table for the catalogue over UCP: search, lookup, product.

#include "services/http/router.hpp"
#include "services/protocol/ucp/catalog_answers.hpp"

namespace kassa::protocol {

/// `services` must outlive the router.
void add_catalog_routes(http::Router& router, const CatalogServices& services);

}  // namespace kassa::protocol
