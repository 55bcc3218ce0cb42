#pragma once
// The payment handlers that a store publishes, grouped by their reverse-domain name. Pure.

#include <vector>

#include "services/checkout/snapshot.hpp"
#include "services/protocol/json_writer.hpp"

namespace kassa::protocol {

/// The member `payment_handlers` of an object that the caller has begun.
void write_payment_handlers(JsonWriter& json, const std::vector<payments::GatewayConfig>& gateways);

}  // namespace kassa::protocol
