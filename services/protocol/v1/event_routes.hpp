#pragma once
// The rows of the route table for server-sent events: of a checkout and of a cart below /v1, for whoever may read it.

#include "services/http/router.hpp"
#include "services/protocol/ucp/services.hpp"

namespace kassa::protocol {

/// `services` must outlive the router.
void add_v1_event_routes(http::Router& router, const UcpServices& services);

}  // namespace kassa::protocol
