#include "services/checkout/quote_json.hpp"
#include "services/checkout/json_fields.hpp"
#include "services/checkout/session_json.hpp"

namespace kassa::checkout {
namespace {

json::value line_json(const QuoteLine& line) {
  json::object out{{"id", line.id.value}, {"item", line.item}, {"title", line.title}, {"quantity", line.quantity}};
  put(out, "parent", line.parent.value);
  put(out, "image_url", line.image_url);
  put(out, "sku", line.sku);
  put_flag(out, "not_shipped", !line.ships);
  put_int(out, "unit_price", line.unit_price);
  put_int(out, "subtotal", line.subtotal);
  put_int(out, "items_discount", line.items_discount);
  put_int(out, "order_discount", line.order_discount);
  put_int(out, "tax", line.tax);
  return out;
}

QuoteLine line_from(const json::value& value) {
  const json::object& in = value.as_object();
  QuoteLine line;
  line.id = LineId{text_of(in, "id")};
  line.parent = LineId{text_of(in, "parent")};
  line.item = text_of(in, "item");
  line.title = text_of(in, "title");
  line.image_url = text_of(in, "image_url");
  line.sku = text_of(in, "sku");
  line.ships = !flag_of(in, "not_shipped");
  line.quantity = int_of(in, "quantity");
  line.unit_price = int_of(in, "unit_price");
  line.subtotal = int_of(in, "subtotal");
  line.items_discount = int_of(in, "items_discount");
  line.order_discount = int_of(in, "order_discount");
  line.tax = int_of(in, "tax");
  return line;
}

json::value option_json(const shipping::Option& option) {
  json::object out{{"id", option.id}, {"title", option.title}, {"amount", option.amount}};
  put(out, "description", option.description);
  put(out, "carrier", option.carrier);
  if (option.earliest) out["earliest"] = to_millis(*option.earliest);
  if (option.latest) out["latest"] = to_millis(*option.latest);
  return out;
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

json::array line_ids(const std::vector<LineId>& ids) {
  json::array out;
  for (const LineId& id : ids) out.emplace_back(id.value);
  return out;
}

std::vector<LineId> line_ids_from(const json::object& in) {
  std::vector<LineId> ids;
  get_array(in, "lines", ids, [](const json::value& v) { return LineId{std::string(v.as_string())}; });
  return ids;
}

json::value group_json(const QuoteGroup& group) {
  json::object out{{"id", group.id}, {"lines", line_ids(group.lines)}};
  put_array(out, "options", group.options, option_json);
  put(out, "selected", group.selected);
  put_int(out, "amount", group.amount);
  put_int(out, "discount", group.discount);
  return out;
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

json::value delivery_json(const QuoteDelivery& delivery) {
  json::object out{{"id", delivery.id}, {"type", delivery.type}, {"lines", line_ids(delivery.lines)}};
  put_array(out, "destinations", delivery.destinations, [](const Destination& d) { return to_json(d); });
  put(out, "selected", delivery.selected);
  put_array(out, "groups", delivery.groups, group_json);
  return out;
}

QuoteDelivery delivery_from(const json::value& value) {
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

json::value applied_json(const discounts::Applied& applied) {
  json::object out{{"rule", applied.rule_id},
                   {"title", applied.title},
                   {"class", static_cast<std::int64_t>(applied.discount_class)},
                   {"method", static_cast<std::int64_t>(applied.method)},
                   {"priority", applied.priority},
                   {"amount", applied.amount}};
  put(out, "code", applied.code);
  put_flag(out, "limited", applied.limited);
  if (applied.per_customer_max) out["per_customer_max"] = *applied.per_customer_max;
  put_array(out, "allocations", applied.allocations, [](const discounts::Allocation& part) {
    return json::value(json::array{part.shipping ? 1 : 0, static_cast<std::int64_t>(part.index), part.amount});
  });
  return out;
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
  get_array(in, "allocations", applied.allocations, [](const json::value& v) {
    discounts::Allocation part;
    part.shipping = v.as_array().at(0).as_int64() == 1;
    part.index = static_cast<std::size_t>(v.as_array().at(1).as_int64());
    part.amount = v.as_array().at(2).as_int64();
    return part;
  });
  return applied;
}

json::value component_json(const Component& component) {
  return json::array{static_cast<std::int64_t>(component.kind), json::value(component.label), component.amount};
}

Component component_from(const json::value& value) {
  Component component;
  component.kind = static_cast<ComponentKind>(value.as_array().at(0).as_int64());
  component.label = std::string(value.as_array().at(1).as_string());
  component.amount = value.as_array().at(2).as_int64();
  return component;
}

json::value tax_json(const TaxEntry& tax) {
  json::object out{{"name", tax.name},
                   {"jurisdiction", tax.jurisdiction},
                   {"bps", tax.bps},
                   {"base", tax.base},
                   {"amount", tax.amount}};
  put_flag(out, "included", tax.included);
  return out;
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

json::value to_json(const Quote& quote) {
  json::object out{{"currency", quote.currency.code()}, {"total", quote.total}, {"hash", quote.hash}};
  put_array(out, "lines", quote.lines, line_json);
  put_array(out, "deliveries", quote.deliveries, delivery_json);
  put_array(out, "applied", quote.discounts.applied, applied_json);
  put_array(out, "components", quote.components, component_json);
  put_array(out, "taxes", quote.taxes, tax_json);
  put_flag(out, "needs_delivery", quote.needs_delivery);
  put_int(out, "revision", quote.revision);
  return out;
}

Quote quote_from_json(const json::object& in) {
  Quote quote;
  const auto currency = Currency::from_code(text_of(in, "currency"));
  ensure(currency.has_value(), "stored quote has an unknown currency");
  quote.currency = *currency;
  get_array(in, "lines", quote.lines, line_from);
  get_array(in, "deliveries", quote.deliveries, delivery_from);
  get_array(in, "applied", quote.discounts.applied, applied_from);
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
