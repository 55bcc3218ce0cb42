#pragma once
// The rows of the route table for discovery and for checkouts and carts over UCP.

#include "services/http/router.hpp"
#include "services/protocol/ucp/services.hpp"

namespace kassa::protocol {

/// `services` must outlive the router. Checkouts are served below kUcpPrefix only: the profile names that
/// endpoint.
void add_ucp_routes(http::Router& router, const UcpServices& services);

}  // namespace kassa::protocol
