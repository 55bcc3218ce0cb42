#pragma once
// The rows of the route table for merchants: /admin/v1, on the admin listener. Described by
// web/api/admin.openapi.yaml.

#include "services/http/router.hpp"
#include "services/protocol/admin/services.hpp"

namespace kassa::protocol {

/// `services` must outlive the router. Every row demands a secret key before its handler sees the request.
void add_admin_routes(http::Router& router, const AdminServices& services);

}  // namespace kassa::protocol
