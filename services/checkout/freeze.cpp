#include "services/checkout/freeze.hpp"

#include "services/checkout/json_fields.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/quote_json.hpp"
#include "services/checkout/session_json.hpp"

namespace kassa::checkout {
namespace {

constexpr std::size_t kUsualBytes = 2'048;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

ports::OrderAddress order_address(const Address& a) {
  ports::OrderAddress out;
  out.first_name = a.first_name;
  out.last_name = a.last_name;
  out.phone = a.phone;
  out.street = a.street;
  out.extended = a.extended;
  out.locality = a.locality;
  out.region = a.region;
  out.postal_code = a.postal_code;
  out.country = a.country;
  return out;
}

ports::OrderLine order_line(const QuoteLine& line) {
  ports::OrderLine out;
  out.id = line.id.value;
  out.parent = line.parent.value;
  out.item = line.item;
  out.title = line.title;
  out.image_url = line.image_url;
  out.sku = line.sku;
  out.quantity = line.quantity;
  out.unit_price = line.unit_price;
  out.subtotal = line.subtotal;
  out.items_discount = line.items_discount;
  out.order_discount = line.order_discount;
  out.tax = line.tax;
  out.ships = line.ships;
  if (!line.detail) return out;
  for (const LineProperty& property : line.detail->properties)
    out.properties.push_back({property.name, property.value});
  out.price_list = line.detail->price_list;
  out.compare_at = line.detail->compare_at;
  out.preorder_until = line.detail->preorder_until;
  return out;
}

void add_detail(const Session& session, const Quote& quote, const Snapshot& snapshot, ports::OrderRecord& order) {
  const OrderDetail& detail = detail_of(session);
  order.note = detail.note;
  order.gift_message = detail.gift_message;
  order.purchase_order = detail.purchase_order;
  if (detail.age_confirmed) {
    std::int64_t age = 0;
    for (const QuoteLine& line : quote.lines) age = std::max(age, line.detail ? line.detail->minimum_age : 0);
    if (age > 0) order.confirmed_age = age;
  }
  if (!is_tax_exempt(session, snapshot)) return;
  order.tax_exempt_reason = exemption_of(session).reason;
  order.tax_exempt_id = exemption_of(session).id;
}

void add_deliveries(const Quote& quote, ports::OrderRecord& order) {
  for (const QuoteDelivery& delivery : quote.deliveries) {
    const auto destination = std::ranges::find(delivery.destinations, delivery.selected, &Destination::id);
    for (const QuoteGroup& group : delivery.groups) {
      const auto option = std::ranges::find(group.options, group.selected, &shipping::Option::id);
      if (option == group.options.end() || destination == delivery.destinations.end()) continue;
      ports::OrderDelivery out;
      out.id = group.id;
      out.type = delivery.type;
      for (const LineId& id : group.lines) out.lines.push_back(id.value);
      out.address = order_address(destination->address);
      out.option = option->id;
      out.title = option->title;
      out.carrier = option->carrier;
      out.amount = group.amount - group.discount;
      out.earliest = option->earliest;
      out.latest = option->latest;
      order.deliveries.push_back(std::move(out));
    }
  }
}

void add_money(const Quote& quote, ports::OrderRecord& order) {
  for (const Component& component : quote.components) {
    ports::OrderComponent out;
    out.kind = to_text(component.kind);
    out.label = component.label;
    out.amount = component.amount;
    order.components.push_back(std::move(out));
  }
  for (const TaxEntry& tax : quote.taxes) {
    ports::OrderTax out;
    out.name = tax.name;
    out.jurisdiction = tax.jurisdiction;
    out.bps = tax.bps;
    out.base = tax.base;
    out.amount = tax.amount;
    out.included = tax.included;
    order.taxes.push_back(std::move(out));
  }
  for (const auto& applied : quote.discounts.applied) {
    ports::OrderDiscount out;
    out.rule = applied.rule_id;
    out.title = applied.title;
    out.code = applied.code;
    out.amount = applied.amount;
    order.discounts.push_back(std::move(out));
  }
  for (const auto& gift : quote.discounts.gifts) {
    ports::OrderDiscount out;
    out.rule = gift.rule_id;
    out.title = gift.title;
    out.code = gift.code;
    order.discounts.push_back(std::move(out));
  }
  order.total = quote.total;
}

}  // namespace

std::string encode_frozen(const Session& session, const Quote* quote, Written written) {
  JsonWriter out(kUsualBytes);
  out.begin_object();
  out.key("session");
  write(out, session);
  if (quote != nullptr) {
    out.key("quote");
    write(out, *quote);
  }
  put_flag(out, "in_place_of_cache", written == Written::kInPlaceOfTheCache);
  out.end_object();
  return out.text();
}

Thawed decode_frozen(std::string_view text) {
  const json::value value = json::parse(text);
  const json::object& in = value.as_object();
  Thawed thawed;
  thawed.session = decode_session(in.at("session"));
  if (const json::value* quote = in.if_contains("quote")) {
    thawed.quote = std::make_shared<const Quote>(quote_from_json(quote->as_object()));
  }
  if (flag_of(in, "in_place_of_cache")) thawed.written = Written::kInPlaceOfTheCache;
  return thawed;
}

ports::OrderRecord make_order(const Session& session, const Quote& quote, const Snapshot& snapshot) {
  ports::OrderRecord order;
  order.id = session.order;
  order.checkout = session.id;
  order.currency = quote.currency;
  for (const QuoteLine& line : quote.lines) order.lines.push_back(order_line(line));
  add_deliveries(quote, order);
  add_money(quote, order);
  order.email = session.buyer.email;
  order.attribution = session.attribution;
  order.permalink_url = snapshot.settings.order_url;
  replace_all(order.permalink_url, "{order_id}", session.order.value);
  order.audience.owner = session.owner;
  order.audience.profile_url = session.platform.profile_url;
  order.audience.webhook_url = session.platform.webhook_url;
  order.audience.version = session.platform.version;
  add_detail(session, quote, snapshot, order);
  return order;
}

}  // namespace kassa::checkout
