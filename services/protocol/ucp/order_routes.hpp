#pragma once
// The rows of the route table for orders over UCP: Get Order, and in a sandbox the replacement of an order's
// history, which the specification does not have and conformance suites use.

#include "services/http/router.hpp"
#include "services/protocol/ucp/order_access.hpp"

namespace kassa::protocol {

/// `services` must outlive the router.
void add_order_routes(http::Router& router, const OrderServices& services);

}  // namespace kassa::protocol
