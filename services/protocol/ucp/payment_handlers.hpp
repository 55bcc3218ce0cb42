#pragma once
// The payment handlers that a store publishes, grouped by their reverse-domain name. Pure.

#include <vector>

#include "services/base/json_writer.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {

[[nodiscard]] bool is_offered(const payments::GatewayConfig& gateway, Offer offer) noexcept;

/// The member `payment_handlers` of an object that the caller has begun.
void write_payment_handlers(JsonWriter& json, const std::vector<payments::GatewayConfig>& gateways, Offer offer);

}  // namespace kassa::protocol
