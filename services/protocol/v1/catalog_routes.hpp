#pragma once
// The rows of the route table for the catalogue below /v1: the shapes of UCP without the member `ucp`, for callers with
// a key, with an ETag of the answer's bytes.

#include "services/http/router.hpp"
#include "services/protocol/ucp/catalog_answers.hpp"

namespace kassa::protocol {

/// `services` must outlive the router.
void add_v1_catalog_routes(http::Router& router, const CatalogServices& services);

}  // namespace kassa::protocol
