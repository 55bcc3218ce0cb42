#include "services/checkout/ways_to_pay.hpp"

#include <algorithm>

namespace kassa::checkout {
namespace {

bool is_of_type(const boost::json::value& instrument, std::string_view type) {
  const auto* const members = instrument.if_object();
  const auto* const listed = members == nullptr ? nullptr : members->if_contains("type");
  return listed != nullptr && listed->is_string() && std::string_view(listed->get_string()) == type;
}

const boost::json::array* types_of(const payments::GatewayConfig& gateway) {
  const auto* const published = gateway.published.if_contains("available_instruments");
  return published == nullptr ? nullptr : published->if_array();
}

bool lists(const boost::json::array& types, std::string_view type) {
  return std::ranges::any_of(types, [&](const auto& instrument) { return is_of_type(instrument, type); });
}

}  // namespace

bool takes(const payments::GatewayConfig& gateway, std::string_view type) {
  const auto* const list = types_of(gateway);
  return list == nullptr || list->empty() || lists(*list, type);
}

bool is_listed(const Snapshot& snapshot, std::string_view type) {
  return std::ranges::any_of(snapshot.gateways, [&](const payments::GatewayConfig& gateway) {
    const auto* const list = types_of(gateway);
    return list != nullptr && lists(*list, type);
  });
}

std::optional<Instrument> instrument_of_type(std::string_view type, const Snapshot& snapshot) {
  for (const payments::GatewayConfig& gateway : snapshot.gateways) {
    if (!takes(gateway, type)) continue;
    Instrument instrument;
    instrument.id = "instrument";
    instrument.handler_id = gateway.handler_id;
    instrument.type = type;
    instrument.selected = true;
    return instrument;
  }
  return std::nullopt;
}

std::string_view payment_method(const Session& session, const Snapshot& snapshot) {
  std::string_view method;
  for (const Instrument& instrument : session.instruments) {
    if (!instrument.selected) continue;
    const auto* const gateway = snapshot.gateway_for(instrument.handler_id);
    method = gateway != nullptr && takes(*gateway, instrument.type) ? instrument.type : std::string_view{};
  }
  return method;
}

std::optional<bool> is_prepaid(const Session& session, const Snapshot& snapshot) {
  if (payment_method(session, snapshot).empty()) return std::nullopt;
  return true;  // Each adapter charges before there is an order; one for cash on delivery will say so here.
}

}  // namespace kassa::checkout
