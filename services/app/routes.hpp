#pragma once
// Which routes each listener has. Paths and roles are the protocols'; this file only joins them.

#include "services/app/dispatcher.hpp"
#include "services/app/runtime.hpp"

namespace kassa::app {

/// For shoppers' software: UCP, orders, health; in sandbox mode the test routes.
void add_shop_routes(http::Router& router, Runtime& runtime, const platform::Config& config);

/// For operators: health, metrics.
void add_admin_routes(http::Router& router, Runtime& runtime);

}  // namespace kassa::app
