#include "services/checkout/quote_json.hpp"
#include "services/checkout/json_fields.hpp"
#include "services/checkout/session_detail_json.hpp"
#include "services/checkout/session_json.hpp"

namespace kassa::checkout {
namespace {

void write_line_detail(JsonWriter& out, const LineDetail& detail) {
  out.key("detail");
  out.begin_object();
  write_properties(out, detail.properties);
  put_flag(out, "listed", detail.listed);
  put(out, "price_list", detail.price_list);
  if (detail.compare_at) out.member("compare_at", *detail.compare_at);
  if (detail.preorder_until) out.member("preorder_until", to_millis(*detail.preorder_until));
  put_int(out, "minimum_age", detail.minimum_age);
  out.end_object();
}

std::shared_ptr<const LineDetail> line_detail_from(const json::object& in) {
  if (!in.contains("detail")) return nullptr;
  const json::object& stored = object_of(in, "detail");
  LineDetail detail;
  detail.properties = properties_from(stored);
  detail.listed = flag_of(stored, "listed");
  detail.price_list = text_of(stored, "price_list");
  if (stored.contains("compare_at")) detail.compare_at = int_of(stored, "compare_at");
  if (stored.contains("preorder_until")) detail.preorder_until = from_millis(int_of(stored, "preorder_until"));
  detail.minimum_age = int_of(stored, "minimum_age");
  return std::make_shared<const LineDetail>(std::move(detail));
}

void write_quote_line(JsonWriter& out, const QuoteLine& line) {
  out.begin_object();
  out.member("id", line.id.value);
  out.member("item", line.item);
  out.member("title", line.title);
  out.member("quantity", line.quantity);
  put(out, "parent", line.parent.value);
  put(out, "image_url", line.image_url);
  put(out, "sku", line.sku);
  put_flag(out, "not_shipped", !line.ships);
  put_flag(out, "gift", line.gift);
  put_int(out, "unit_price", line.unit_price);
  put_int(out, "subtotal", line.subtotal);
  put_int(out, "items_discount", line.items_discount);
  put_int(out, "order_discount", line.order_discount);
  put_int(out, "tax", line.tax);
  if (line.detail) write_line_detail(out, *line.detail);
  out.end_object();
}

QuoteLine quote_line_from(const json::value& value) {
  const json::object& in = value.as_object();
  QuoteLine line;
  line.id = LineId{text_of(in, "id")};
  line.parent = LineId{text_of(in, "parent")};
  line.item = text_of(in, "item");
  line.title = text_of(in, "title");
  line.image_url = text_of(in, "image_url");
  line.sku = text_of(in, "sku");
  line.ships = !flag_of(in, "not_shipped");
  line.gift = flag_of(in, "gift");
  line.quantity = int_of(in, "quantity");
  line.unit_price = int_of(in, "unit_price");
  line.subtotal = int_of(in, "subtotal");
  line.items_discount = int_of(in, "items_discount");
  line.order_discount = int_of(in, "order_discount");
  line.tax = int_of(in, "tax");
  line.detail = line_detail_from(in);
  return line;
}

void write_option(JsonWriter& out, const shipping::Option& option) {
  out.begin_object();
  out.member("id", option.id);
  out.member("title", option.title);
  out.member("amount", option.amount);
  put(out, "description", option.description);
  put(out, "carrier", option.carrier);
  if (option.earliest) out.member("earliest", to_millis(*option.earliest));
  if (option.latest) out.member("latest", to_millis(*option.latest));
  out.end_object();
}

shipping::Option option_from(const json::value& value) {
  const json::object& in = value.as_object();
  shipping::Option option;
  option.id = text_of(in, "id");
  option.title = text_of(in, "title");
  option.amount = int_of(in, "amount");
  option.description = text_of(in, "description");
  option.carrier = text_of(in, "carrier");
  if (in.contains("earliest")) option.earliest = from_millis(int_of(in, "earliest"));
  if (in.contains("latest")) option.latest = from_millis(int_of(in, "latest"));
  return option;
}

void write_line_ids(JsonWriter& out, const std::vector<LineId>& ids) {
  put_array(out, "lines", ids, [](JsonWriter& json, const LineId& id) { json.text(id.value); });
}

std::vector<LineId> line_ids_from(const json::object& in) {
  std::vector<LineId> ids;
  get_array(in, "lines", ids, [](const json::value& v) { return LineId{std::string(v.as_string())}; });
  return ids;
}

void write_group(JsonWriter& out, const QuoteGroup& group) {
  out.begin_object();
  out.member("id", group.id);
  write_line_ids(out, group.lines);
  put_array(out, "options", group.options, write_option);
  put(out, "selected", group.selected);
  put_int(out, "amount", group.amount);
  put_int(out, "discount", group.discount);
  out.end_object();
}

QuoteGroup group_from(const json::value& value) {
  const json::object& in = value.as_object();
  QuoteGroup group;
  group.id = text_of(in, "id");
  group.lines = line_ids_from(in);
  get_array(in, "options", group.options, option_from);
  group.selected = text_of(in, "selected");
  group.amount = int_of(in, "amount");
  group.discount = int_of(in, "discount");
  return group;
}

void write_quote_delivery(JsonWriter& out, const QuoteDelivery& delivery) {
  out.begin_object();
  out.member("id", delivery.id);
  out.member("type", delivery.type);
  write_line_ids(out, delivery.lines);
  put_array(out, "destinations", delivery.destinations, [](JsonWriter& json, const Destination& d) { write(json, d); });
  put(out, "selected", delivery.selected);
  put_array(out, "groups", delivery.groups, write_group);
  out.end_object();
}

QuoteDelivery quote_delivery_from(const json::value& value) {
  const json::object& in = value.as_object();
  QuoteDelivery delivery;
  delivery.id = text_of(in, "id");
  delivery.type = text_of(in, "type");
  delivery.lines = line_ids_from(in);
  get_array(in, "destinations", delivery.destinations,
            [](const json::value& v) { return destination_from_json(v.as_object()); });
  delivery.selected = text_of(in, "selected");
  get_array(in, "groups", delivery.groups, group_from);
  return delivery;
}

void write_allocation(JsonWriter& out, const discounts::Allocation& part) {
  out.begin_array();
  out.number(part.shipping ? 1 : 0);
  out.number(static_cast<std::int64_t>(part.index));
  out.number(part.amount);
  out.end_array();
}

void write_applied(JsonWriter& out, const discounts::Applied& applied) {
  out.begin_object();
  out.member("rule", applied.rule_id);
  out.member("title", applied.title);
  out.member("class", static_cast<std::int64_t>(applied.discount_class));
  out.member("method", static_cast<std::int64_t>(applied.method));
  out.member("priority", applied.priority);
  out.member("amount", applied.amount);
  put(out, "code", applied.code);
  put_flag(out, "limited", applied.limited);
  if (applied.per_customer_max) out.member("per_customer_max", *applied.per_customer_max);
  if (applied.budget_max) out.member("budget_max", *applied.budget_max);
  put_array(out, "allocations", applied.allocations, write_allocation);
  out.end_object();
}

discounts::Applied applied_from(const json::value& value) {
  const json::object& in = value.as_object();
  discounts::Applied applied;
  applied.rule_id = text_of(in, "rule");
  applied.title = text_of(in, "title");
  applied.code = text_of(in, "code");
  applied.discount_class = static_cast<discounts::Class>(int_of(in, "class"));
  applied.method = static_cast<discounts::Method>(int_of(in, "method"));
  applied.priority = int_of(in, "priority");
  applied.amount = int_of(in, "amount");
  applied.limited = flag_of(in, "limited");
  if (in.contains("per_customer_max")) applied.per_customer_max = int_of(in, "per_customer_max");
  if (in.contains("budget_max")) applied.budget_max = int_of(in, "budget_max");
  get_array(in, "allocations", applied.allocations, [](const json::value& v) {
    discounts::Allocation part;
    part.shipping = v.as_array().at(0).as_int64() == 1;
    part.index = static_cast<std::size_t>(v.as_array().at(1).as_int64());
    part.amount = v.as_array().at(2).as_int64();
    return part;
  });
  return applied;
}

void write_gift(JsonWriter& out, const discounts::Gift& gift) {
  out.begin_object();
  out.member("rule", gift.rule_id);
  out.member("title", gift.title);
  put(out, "code", gift.code);
  out.member("sku", gift.sku);
  out.member("quantity", gift.quantity);
  out.end_object();
}

discounts::Gift gift_from(const json::value& value) {
  const json::object& in = value.as_object();
  discounts::Gift gift;
  gift.rule_id = text_of(in, "rule");
  gift.title = text_of(in, "title");
  gift.code = text_of(in, "code");
  gift.sku = text_of(in, "sku");
  gift.quantity = int_of(in, "quantity");
  return gift;
}

void write_component(JsonWriter& out, const Component& component) {
  out.begin_array();
  out.number(static_cast<std::int64_t>(component.kind));
  out.text(component.label);
  out.number(component.amount);
  out.end_array();
}

Component component_from(const json::value& value) {
  Component component;
  component.kind = static_cast<ComponentKind>(value.as_array().at(0).as_int64());
  component.label = std::string(value.as_array().at(1).as_string());
  component.amount = value.as_array().at(2).as_int64();
  return component;
}

void write_tax(JsonWriter& out, const TaxEntry& tax) {
  out.begin_object();
  out.member("name", tax.name);
  out.member("jurisdiction", tax.jurisdiction);
  out.member("bps", tax.bps);
  out.member("base", tax.base);
  out.member("amount", tax.amount);
  put_flag(out, "included", tax.included);
  out.end_object();
}

TaxEntry tax_from(const json::value& value) {
  const json::object& in = value.as_object();
  TaxEntry tax;
  tax.name = text_of(in, "name");
  tax.jurisdiction = text_of(in, "jurisdiction");
  tax.bps = int_of(in, "bps");
  tax.base = int_of(in, "base");
  tax.amount = int_of(in, "amount");
  tax.included = flag_of(in, "included");
  return tax;
}

}  // namespace

void write(JsonWriter& out, const Quote& quote) {
  out.begin_object();
  out.member("currency", quote.currency.code());
  out.member("total", quote.total);
  out.member("hash", quote.hash);
  put_array(out, "lines", quote.lines, write_quote_line);
  put_array(out, "deliveries", quote.deliveries, write_quote_delivery);
  put_array(out, "applied", quote.discounts.applied, write_applied);
  put_array(out, "gifts", quote.discounts.gifts, write_gift);
  put_array(out, "components", quote.components, write_component);
  put_array(out, "taxes", quote.taxes, write_tax);
  put_flag(out, "needs_delivery", quote.needs_delivery);
  put_int(out, "revision", quote.revision);
  out.end_object();
}

Quote quote_from_json(const json::object& in) {
  Quote quote;
  const auto currency = Currency::from_code(text_of(in, "currency"));
  ensure(currency.has_value(), "stored quote has an unknown currency");
  quote.currency = *currency;
  get_array(in, "lines", quote.lines, quote_line_from);
  get_array(in, "deliveries", quote.deliveries, quote_delivery_from);
  get_array(in, "applied", quote.discounts.applied, applied_from);
  get_array(in, "gifts", quote.discounts.gifts, gift_from);
  get_array(in, "components", quote.components, component_from);
  get_array(in, "taxes", quote.taxes, tax_from);
  quote.total = int_of(in, "total");
  quote.hash = text_of(in, "hash");
  quote.needs_delivery = flag_of(in, "needs_delivery");
  quote.revision = int_of(in, "revision");
  quote.ready = true;
  return quote;
}

}  // namespace kassa::checkout
