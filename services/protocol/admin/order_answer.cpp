#include "services/protocol/admin/order_answer.hpp"

#include "services/base/text.hpp"
#include "services/protocol/principal.hpp"

namespace kassa::protocol {
namespace {

void add_text(json::object& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}

json::array written(const std::vector<ports::OrderProperty>& properties) {
  json::array out;
  for (const ports::OrderProperty& property : properties) {
    json::object& one = out.emplace_back(json::object_kind).get_object();
    one["name"] = property.name;
    one["value"] = property.value;
  }
  return out;
}

json::object written(const ports::OrderLine& line) {
  json::object out;
  out["id"] = line.id;
  add_text(out, "parent_id", line.parent);
  out["variant_id"] = line.item;
  out["title"] = line.title;
  add_text(out, "sku", line.sku);
  out["quantity"] = line.quantity;
  out["unit_price"] = line.unit_price;
  out["subtotal"] = line.subtotal;
  out["items_discount"] = line.items_discount;
  out["order_discount"] = line.order_discount;
  out["tax"] = line.tax;
  if (!line.properties.empty()) out["properties"] = written(line.properties);
  add_text(out, "price_list", line.price_list);
  if (line.compare_at) out["compare_at_price"] = *line.compare_at;
  if (line.preorder_until) out["preorder_until"] = to_rfc3339(*line.preorder_until);
  return out;
}

json::object written(const ports::OrderAddress& address) {
  json::object out;
  add_text(out, "first_name", address.first_name);
  add_text(out, "last_name", address.last_name);
  add_text(out, "phone_number", address.phone);
  add_text(out, "street_address", address.street);
  add_text(out, "extended_address", address.extended);
  add_text(out, "address_locality", address.locality);
  add_text(out, "address_region", address.region);
  add_text(out, "postal_code", address.postal_code);
  add_text(out, "address_country", address.country);
  return out;
}

json::object written(const ports::OrderDelivery& delivery) {
  json::object out;
  out["id"] = delivery.id;
  out["type"] = delivery.type;
  json::array lines;
  for (const std::string& line : delivery.lines) lines.emplace_back(line);
  out["line_ids"] = std::move(lines);
  out["address"] = written(delivery.address);
  out["option"] = delivery.option;
  out["title"] = delivery.title;
  add_text(out, "carrier", delivery.carrier);
  out["amount"] = delivery.amount;
  if (delivery.earliest) out["earliest"] = to_rfc3339(*delivery.earliest);
  if (delivery.latest) out["latest"] = to_rfc3339(*delivery.latest);
  return out;
}

json::object written(const ports::OrderComponent& component) {
  json::object out;
  out["kind"] = component.kind;
  out["label"] = component.label;
  out["amount"] = component.amount;
  return out;
}

json::object written(const ports::OrderTax& tax) {
  json::object out;
  out["name"] = tax.name;
  out["jurisdiction"] = tax.jurisdiction;
  out["bps"] = tax.bps;
  out["base"] = tax.base;
  out["amount"] = tax.amount;
  out["included"] = tax.included;
  return out;
}

json::object written(const ports::OrderDiscount& discount) {
  json::object out;
  out["rule"] = discount.rule;
  out["title"] = discount.title;
  add_text(out, "code", discount.code);
  out["amount"] = discount.amount;
  return out;
}

template <class Items>
json::array each(const Items& items) {
  json::array out;
  for (const auto& item : items) out.push_back(written(item));
  return out;
}

}  // namespace

json::object written_summary(const admin::OrderSummary& order) {
  json::object out;
  out["id"] = order.id.value;
  out["checkout_id"] = order.checkout.value;
  if (order.number) out["number"] = *order.number;
  out["order_state"] = order.order_state;
  out["payment_state"] = order.payment_state;
  out["fulfilment_state"] = order.fulfil_state;
  out["currency"] = order.total.currency.code();
  out["total"] = order.total.minor;
  out["created_at"] = to_rfc3339(order.created_at);
  if (order.confirmed_at) out["confirmed_at"] = to_rfc3339(*order.confirmed_at);
  out["updated_at"] = to_rfc3339(order.updated_at);
  return out;
}

void add_contents(json::object& out, const orders::PlacedOrder& order) {
  const ports::OrderRecord& record = order.record;
  out["person_id"] = order.person.value;
  add_text(out, "email", record.email);
  out["lines"] = each(record.lines);
  out["totals"] = each(record.components);
  out["taxes"] = each(record.taxes);
  out["deliveries"] = each(record.deliveries);
  out["discounts"] = each(record.discounts);
  add_text(out, "permalink_url", record.permalink_url);
  add_text(out, "note", record.note);
  add_text(out, "gift_message", record.gift_message);
  add_text(out, "purchase_order", record.purchase_order);
  if (record.confirmed_age) out["confirmed_age"] = *record.confirmed_age;
  if (!record.tax_exempt_reason.empty()) {
    json::object& exemption = out["tax_exemption"].emplace_object();
    exemption["reason"] = record.tax_exempt_reason;
    add_text(exemption, "id", record.tax_exempt_id);
  }
  add_text(out, "owner", std::string(shown_owner(record.audience.owner)));
  out["fulfilment_events"] = order.events;
  out["adjustments"] = order.adjustments;
}

}  // namespace kassa::protocol
