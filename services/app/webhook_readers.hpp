#pragma once
// Which adapter reads the webhooks of which gateway.

#include "services/protocol/gateway_webhooks.hpp"

namespace kassa::app {

/// nullptr: gateways of this adapter send none.
[[nodiscard]] protocol::WebhookReader webhook_reader_of(std::string_view adapter);

}  // namespace kassa::app
