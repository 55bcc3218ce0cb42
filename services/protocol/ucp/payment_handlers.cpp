#include "services/protocol/ucp/payment_handlers.hpp"

#include <algorithm>

#include "services/protocol/ucp/capabilities.hpp"

namespace kassa::protocol {
namespace {

void write_handler(JsonWriter& json, const payments::GatewayConfig& gateway) {
  json.begin_object();
  json.member("id", gateway.handler_id);
  if (!gateway.published.contains("version")) json.member("version", kUcpVersion);
  for (const auto& [name, value] : gateway.published) {
    const std::string_view key(name.data(), name.size());
    if (key == "id") continue;
    json.name(key);
    write_value(json, value);
  }
  json.end_object();
}

}  // namespace

bool is_offered(const payments::GatewayConfig& gateway, Offer offer) noexcept {
  return offer == Offer::kAll || (gateway.adapter == "sandbox") == (offer == Offer::kSandbox);
}

void write_payment_handlers(JsonWriter& json, const std::vector<payments::GatewayConfig>& gateways, Offer offer) {
  json.key("payment_handlers");
  json.begin_object();
  for (auto gateway = gateways.begin(); gateway != gateways.end(); ++gateway) {
    const std::string& name = gateway->handler_name;
    const auto same = [&](const payments::GatewayConfig& other) {
      return other.handler_name == name && is_offered(other, offer);
    };
    if (!is_offered(*gateway, offer)) continue;
    // The first of a name writes all of them.
    if (std::find_if(gateways.begin(), gateway, same) != gateway) continue;
    json.key(name);
    json.begin_array();
    for (auto other = gateway; other != gateways.end(); ++other) {
      if (same(*other)) write_handler(json, *other);
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace kassa::protocol
