#pragma once
// POST /testing/simulate-shipping/{order_id}, at the server's root: what a warehouse would do, for
// conformance suites and for trying out webhooks. Added by the wiring in sandbox mode only.

#include <string>

#include "services/base/clock.hpp"
#include "services/http/router.hpp"
#include "services/orders/orders.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::protocol {

/// Kept alive by the wiring as long as the router.
struct SimulationServices {
  orders::Orders& orders;
  const ports::StoreDirectory& directory;
  std::string secret;  ///< Of the Simulation-Secret header; empty: nobody may.
};

/// Ships whatever of the order has not been shipped: 200 {"status":"shipped"}; 403 before anything is looked
/// up, 404.
void add_simulation_routes(http::Router& router, const SimulationServices& services);

}  // namespace kassa::protocol
