#include "services/protocol/ucp/order_render.hpp"

#include "services/base/json_writer.hpp"
#include "services/base/text.hpp"
#include "services/protocol/ucp/capabilities.hpp"
#include "services/protocol/ucp/order_totals.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kUsualOrderBytes = 4096;

void write_order_ucp(JsonWriter& json, std::string_view version) {
  json.key("ucp");
  json.begin_object();
  json.member("version", version);
  json.key("capabilities");
  json.begin_object();
  json.key(kCapabilities[static_cast<std::size_t>(Capability::kOrder)].name);
  json.begin_array();
  json.begin_object();
  json.member("version", version);
  json.end_object();
  json.end_array();
  json.end_object();
  json.end_object();
}

std::string_view line_status(const orders::LineProgress& line) noexcept {
  if (line.total == 0) return "removed";
  if (line.fulfilled == line.total) return "fulfilled";
  return line.fulfilled > 0 ? "partial" : "processing";
}

/// Not part of UCP, whose orders may have more members than it names; as the checkout of the first-party API has them.
void write_order_line_detail(JsonWriter& json, const ports::OrderLine& line) {
  if (!line.properties.empty()) {
    json.key("properties");
    json.begin_array();
    for (const ports::OrderProperty& property : line.properties) {
      json.begin_object();
      json.member("name", property.name);
      json.member("value", property.value);
      json.end_object();
    }
    json.end_array();
  }
  if (line.compare_at) json.member("compare_at_price", *line.compare_at);
  if (line.preorder_until) json.member("preorder_until", to_rfc3339(*line.preorder_until));
}

void write_order_detail(JsonWriter& json, const ports::OrderRecord& order) {
  json.optional_member("note", order.note);
  json.optional_member("gift_message", order.gift_message);
  json.optional_member("purchase_order", order.purchase_order);
  if (order.confirmed_age) json.member("confirmed_age", *order.confirmed_age);
}

/// Which of the two APIs an order is written for.
enum class Audience : unsigned char { kPlatform, kOwnPages };

void write_order_line(JsonWriter& json, const ports::OrderLine& line, const orders::LineProgress& progress,
                      Audience audience) {
  json.begin_object();
  json.member("id", line.id);
  json.key("item");
  json.begin_object();
  json.member("id", line.item);
  json.member("title", line.title);
  json.member("price", line.unit_price);
  json.optional_member("image_url", line.image_url);
  json.end_object();
  json.key("quantity");
  json.begin_object();
  json.member("original", progress.original);
  json.member("total", progress.total);
  json.member("fulfilled", progress.fulfilled);
  json.end_object();
  write_line_totals(json, line);
  json.member("status", line_status(progress));
  json.optional_member("parent_id", line.parent);
  write_order_line_detail(json, line);
  if (audience == Audience::kOwnPages) {
    json.optional_member("sku", line.sku);
    if (!line.ships) {
      json.key("requires_shipping");
      json.boolean(false);
    }
  }
  json.end_object();
}

void write_destination(JsonWriter& json, const ports::OrderAddress& address) {
  json.key("destination");
  json.begin_object();
  json.optional_member("first_name", address.first_name);
  json.optional_member("last_name", address.last_name);
  json.optional_member("phone_number", address.phone);
  json.optional_member("street_address", address.street);
  json.optional_member("extended_address", address.extended);
  json.optional_member("address_locality", address.locality);
  json.optional_member("address_region", address.region);
  json.optional_member("postal_code", address.postal_code);
  json.optional_member("address_country", address.country);
  json.end_object();
}

void write_expectation(JsonWriter& json, const ports::OrderRecord& order, const ports::OrderDelivery& delivery) {
  const bool known_type = delivery.type == "pickup" || delivery.type == "digital";
  json.begin_object();
  json.member("id", delivery.id);
  json.key("line_items");
  json.begin_array();
  for (const std::string& id : delivery.lines) {
    const auto line = std::ranges::find(order.lines, id, &ports::OrderLine::id);
    if (line == order.lines.end()) continue;
    json.begin_object();
    json.member("id", line->id);
    json.member("quantity", line->quantity);
    json.end_object();
  }
  json.end_array();
  json.member("method_type", known_type ? std::string_view(delivery.type) : "shipping");
  write_destination(json, delivery.address);
  json.optional_member("description", delivery.title);
  json.end_object();
}

void write_entries(JsonWriter& json, std::string_view key, const json::array& entries) {
  json.key(key);
  json.raw(json::serialize(entries));
}

void write_order_fulfillment(JsonWriter& json, const ports::OrderRecord& order, const json::array& events) {
  json.key("fulfillment");
  json.begin_object();
  json.key("expectations");
  json.begin_array();
  for (const ports::OrderDelivery& delivery : order.deliveries) write_expectation(json, order, delivery);
  json.end_array();
  write_entries(json, "events", events);
  json.end_object();
}

std::string number_label(std::optional<std::int64_t> number) {
  return number ? "#" + std::to_string(*number) : std::string{};
}

std::string_view version_of(const ports::OrderRecord& order) noexcept {
  return order.audience.version.empty() ? kUcpVersion : std::string_view(order.audience.version);
}

std::string render_linked(const StoreId& store, const ports::OrderRecord& order, const OrderExtras& extras,
                          const Links& links, std::string_view version) {
  if (!order.permalink_url.empty()) return render_order(order, extras, version);
  ports::OrderRecord linked = order;
  linked.permalink_url = links.order_url(ports::StoreSettings{}, store, order.audience.owner, order.id);
  return render_order(linked, extras, version);
}

OrderExtras extras_of(const orders::PlacedOrder& order) {
  OrderExtras extras;
  extras.events = order.events;
  extras.adjustments = order.adjustments;
  extras.label = number_label(order.number);
  return extras;
}

}  // namespace

std::string render_order(const ports::OrderRecord& order, const OrderExtras& extras, std::string_view ucp_version) {
  const orders::Progress progress = orders::progress_of(order, extras.events, extras.adjustments);
  JsonWriter json(kUsualOrderBytes);
  json.begin_object();
  if (!ucp_version.empty()) write_order_ucp(json, ucp_version);
  json.member("id", order.id.value);
  json.optional_member("label", extras.label);
  json.member("checkout_id", order.checkout.value);
  json.member("permalink_url", order.permalink_url);
  json.key("line_items");
  json.begin_array();
  const Audience audience = ucp_version.empty() ? Audience::kOwnPages : Audience::kPlatform;
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    write_order_line(json, order.lines[i], progress.lines[i], audience);
  }
  json.end_array();
  write_order_fulfillment(json, order, extras.events);
  write_entries(json, "adjustments", extras.adjustments);
  json.member("currency", order.currency.code());
  write_order_totals(json, order);
  if (!order.attribution.empty() && order.attribution != "{}") {
    json.key("attribution");
    json.raw(order.attribution);
  }
  write_order_detail(json, order);
  json.end_object();
  return json.text();
}

std::string render_placed_order(const orders::PlacedOrder& order, const Links& links) {
  return render_linked(order.store, order.record, extras_of(order), links, version_of(order.record));
}

std::string render_own_order(const orders::PlacedOrder& order, const Links& links) {
  return render_linked(order.store, order.record, extras_of(order), links, {});
}

orders::EventRenderer order_event_renderer(Links links) {
  return [links = std::move(links)](const StoreId& store, const ports::OrderRecord& order, const json::array& events,
                                    const json::array& adjustments, std::int64_t number) {
    OrderExtras extras;
    extras.events = events;
    extras.adjustments = adjustments;
    extras.label = number_label(number);
    return render_linked(store, order, extras, links, version_of(order));
  };
}

}  // namespace kassa::protocol
