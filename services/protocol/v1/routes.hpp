#pragma once
// The rows of the route table for the first-party API: carts, checkouts and orders below /v1.

#include "services/http/router.hpp"
#include "services/protocol/ucp/order_access.hpp"

namespace kassa::protocol {

/// `services` must outlive the router.
void add_v1_routes(http::Router& router, const OrderServices& services);

}  // namespace kassa::protocol
