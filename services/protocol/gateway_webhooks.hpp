#pragma once
// POST /gateways/{gateway_id}/webhooks: what a payment gateway tells on its own. The store is the one of the Host
// header, the gateway's adapter verifies the message, and the inbox writes it down before it is acknowledged (step D4).
// Nothing in a message is believed beyond which charge to ask about.

#include "services/checkout/inbox.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/http/router.hpp"
#include "services/ports/log.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::protocol {

struct GatewayNotice {
  std::string event_key;    ///< The gateway's id of the event.
  std::string gateway_key;  ///< Of the charge it is about.
};

/// Verifies and reads one message of one gateway. kUnauthorized: not from that gateway.
using WebhookReader = Result<GatewayNotice> (*)(const payments::GatewayConfig& gateway, const http::Request& request,
                                                Instant now);

struct GatewayWebhookServices {
  ports::StoreDirectory& directory;
  checkout::SnapshotSource& snapshots;
  checkout::Inbox& inbox;
  const Clock& clock;
  ports::Log& log;
  /// By an adapter's name; nullptr when its gateway sends none.
  WebhookReader (*reader_of)(std::string_view adapter);
};

/// `services` must outlive the router.
void add_gateway_webhook_routes(http::Router& router, const GatewayWebhookServices& services);

}  // namespace kassa::protocol
