#pragma once
// The payment handlers that a store publishes, grouped by their reverse-domain name. Pure.

#include <vector>

#include "services/base/json_writer.hpp"
#include "services/checkout/snapshot.hpp"

namespace kassa::protocol {

/// Whether a caller is offered this gateway: the sandbox only moves play money.
[[nodiscard]] bool is_offered(const payments::GatewayConfig& gateway, bool sandbox_offered) noexcept;

/// The member `payment_handlers` of an object that the caller has begun.
void write_payment_handlers(JsonWriter& json, const std::vector<payments::GatewayConfig>& gateways,
                            bool sandbox_offered);

}  // namespace kassa::protocol
