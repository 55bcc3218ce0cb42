#include "services/protocol/admin/preview_answer.hpp"

#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/ports/attribute_values.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/protocol/message_text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kDraftRulesMax = 500;
constexpr std::size_t kNamesMax = 200;
constexpr std::int64_t kOrdersCountMax = 1'000'000;

std::string text_or_none(ObjectReader& reader, std::string_view key, std::size_t bytes_max = limits::kIdBytesMax) {
  return reader.text(key, bytes_max).value_or("");
}

std::vector<std::string> texts_of(ObjectReader& reader, std::string_view key, std::size_t most) {
  std::vector<std::string> out;
  const json::array* const list = reader.array(key, most);
  if (list == nullptr) return out;
  for (const json::value& item : *list) {
    if (!item.is_string() || item.get_string().size() > limits::kIdBytesMax) {
      reader.fault(key, "type_mismatch", "This must be a list of short texts.");
      return out;
    }
    out.emplace_back(item.get_string());
  }
  return out;
}

checkout::PreviewLine read_line(ObjectReader& reader, std::size_t index, std::span<const AttributeSpec> declared) {
  ports::refuse_unknown_members(reader, {"variant_id", "quantity", "price", "sku", "title", "product_id", "category",
                                         "vendor", "tags", "attributes"});
  checkout::PreviewLine line;
  line.item = text_or_none(reader, "variant_id");
  line.quantity = reader.integer("quantity", 1, limits::kQuantityMax).value_or(1);
  line.price = reader.integer("price", 0, limits::kUnitPriceMinorMax);
  if (line.item.empty() && !line.price) {
    reader.fault("variant_id", "required", "Name a variant, or give a price.");
  }
  if (line.item.empty()) line.item = "described_" + std::to_string(index + 1);
  line.sku = text_or_none(reader, "sku");
  line.product.title = text_or_none(reader, "title", limits::kTextBytesMax);
  line.product.id = ProductId{text_or_none(reader, "product_id")};
  line.product.category = text_or_none(reader, "category");
  line.product.vendor = text_or_none(reader, "vendor");
  line.product.tags = texts_of(reader, "tags", kNamesMax);
  line.facts = ports::read_facts(reader, "attributes", declared, ports::ValuesOf::kLine);
  return line;
}

void read_lines(ObjectReader& reader, std::span<const AttributeSpec> declared, checkout::PreviewCart& cart) {
  reader.require("lines");
  const json::array* const lines = reader.array("lines", limits::kLinesPerCheckoutMax);
  if (lines == nullptr) return;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const json::object* const line = (*lines)[i].if_object();
    if (line == nullptr) {
      reader.fault("lines", "type_mismatch", "This must be a list of objects.");
      return;
    }
    ObjectReader element(*line, reader, "lines", i);
    cart.lines.push_back(read_line(element, i, declared));
  }
}

std::optional<checkout::Address> read_destination(ObjectReader& reader) {
  const json::object* const place = reader.object("destination");
  if (place == nullptr) return std::nullopt;
  ObjectReader member(*place, reader, "destination");
  ports::refuse_unknown_members(member, {"country", "region", "postal_code"});
  checkout::Address address;
  address.country = text_or_none(member, "country");
  address.region = text_or_none(member, "region");
  address.postal_code = text_or_none(member, "postal_code");
  return address;
}

void read_draft(ObjectReader& reader, PreviewAsk& ask) {
  const json::object* const draft = reader.object("draft");
  if (draft == nullptr) return;
  ObjectReader member(*draft, reader, "draft");
  ports::refuse_unknown_members(member, {"rules", "alone"});
  member.require("rules");
  if (const json::array* const rules = member.array("rules", kDraftRulesMax)) ask.draft = *rules;
  ask.draft_alone = member.boolean("alone").value_or(false);
}

Currency read_currency(ObjectReader& reader, Currency by_default) {
  const auto code = reader.text("currency", limits::kIdBytesMax);
  if (!code) return by_default;
  const auto currency = Currency::from_code(*code);
  if (!currency) reader.fault("currency", "currency_unknown", "There is no such currency.");
  return currency.value_or(by_default);
}

json::object written(const checkout::QuoteLine& line) {
  json::object out;
  out["id"] = line.id.value;
  out["variant_id"] = line.item;
  out["title"] = line.title;
  out["quantity"] = line.quantity;
  out["unit_price"] = line.unit_price;
  out["subtotal"] = line.subtotal;
  out["items_discount"] = line.items_discount;
  out["order_discount"] = line.order_discount;
  out["tax"] = line.tax;
  return out;
}

std::string_view word_of(discounts::Class discount_class) {
  switch (discount_class) {
    case discounts::Class::kProduct: return "product";
    case discounts::Class::kOrder: return "order";
    case discounts::Class::kShipping: return "shipping";
    case discounts::Class::kPayment: return "payment";
  }
  return "";
}

json::object written(const discounts::Applied& applied) {
  json::object out;
  out["rule"] = applied.rule_id;
  out["title"] = applied.title;
  if (!applied.code.empty()) out["code"] = applied.code;
  out["class"] = word_of(applied.discount_class);
  out["priority"] = applied.priority;
  out["amount"] = applied.amount;
  json::array parts;
  for (const discounts::Allocation& allocation : applied.allocations) {
    json::object part;
    part[allocation.shipping ? "shipping" : "line"] = allocation.index;
    part["amount"] = allocation.amount;
    parts.push_back(std::move(part));
  }
  out["allocations"] = std::move(parts);
  return out;
}

json::object written(const discounts::RejectedCode& rejected) {
  json::object out;
  out["code"] = rejected.code;
  out["reason"] = rejected.reason;
  if (!rejected.rule_id.empty()) out["rule"] = rejected.rule_id;
  return out;
}

json::object written(const discounts::Explanation& fate) {
  json::object out;
  out["rule"] = fate.rule_id;
  out["reason"] = fate.reason;
  const auto add = [&out](std::string_view key, const std::string& text) {
    if (!text.empty()) out[key] = text;
  };
  add("detail", fate.detail);
  add("attribute", fate.attribute);
  add("needed", fate.needed);
  add("actual", fate.actual);
  if (!fate.by.empty()) out["by"] = json::value_from(fate.by);
  if (fate.gain != 0) out["gain"] = fate.gain;
  if (fate.best != 0) out["best"] = fate.best;
  return out;
}

json::object written(const checkout::Component& component) {
  json::object out;
  out["kind"] = checkout::to_text(component.kind);
  out["label"] = component.label;
  out["amount"] = component.amount;
  return out;
}

json::object written(const checkout::Message& message) {
  json::object out;
  out["code"] = message.code;
  if (!message.path.empty()) out["path"] = message.path;
  out["content"] = message_text(message);
  return out;
}

json::object written(const shipping::Option& option) {
  json::object out;
  out["id"] = option.id;
  out["title"] = option.title;
  out["amount"] = option.amount;
  return out;
}

template <class Items>
json::array each_of(const Items& items) {
  json::array out;
  for (const auto& item : items) out.push_back(written(item));
  return out;
}

}  // namespace

PreviewAsk read_preview(const json::object& body, const ports::StoreSettings& settings,
                        std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(
      reader, {"currency", "lines", "destination", "shipping_method", "payment_method", "email", "orders_count",
               "segments", "codes", "now", "explain", "draft", "attributes"});
  PreviewAsk ask;
  ask.cart.currency = read_currency(reader, settings.currencies.front());
  read_lines(reader, settings.discount_attributes, ask.cart);
  ask.cart.facts = ports::read_facts(reader, "attributes", settings.discount_attributes, ports::ValuesOf::kCart);
  ask.cart.destination = read_destination(reader);
  ask.cart.shipping_method = text_or_none(reader, "shipping_method");
  ask.cart.payment_method = text_or_none(reader, "payment_method");
  ask.cart.email = text_or_none(reader, "email");
  ask.cart.orders_count = reader.integer("orders_count", 0, kOrdersCountMax);
  if (reader.has("segments")) ask.cart.segments = texts_of(reader, "segments", kNamesMax);
  for (const std::string_view key : {"orders_count", "segments"}) {
    if (reader.has(key) && ask.cart.email.empty()) reader.fault(key, "required", "Whose? Give an email, too.");
  }
  ask.cart.codes = texts_of(reader, "codes", limits::kCodesPerCheckoutMax);
  if (const auto now = reader.text("now", limits::kIdBytesMax)) {
    ask.now = from_rfc3339(*now);
    if (!ask.now) reader.fault("now", "bad_time", "Use a time like 2026-11-20T00:00:00Z.");
  }
  const json::value* const explain = body.if_contains("explain");
  ask.explain_all = explain != nullptr && *explain == "all";
  if (!ask.explain_all) ask.explain = texts_of(reader, "explain", kNamesMax);
  read_draft(reader, ask);
  return ask;
}

json::object written_preview(const checkout::Preview& preview) {
  const checkout::Quote& quote = preview.quote;
  json::object out;
  out["currency"] = quote.currency.code();
  out["total"] = quote.total;
  out["totals"] = each_of(quote.components);
  out["lines"] = each_of(quote.lines);
  json::array options;
  for (const auto& delivery : quote.deliveries) {
    for (const auto& group : delivery.groups) {
      for (const auto& option : group.options) options.push_back(written(option));
    }
  }
  out["shipping_options"] = std::move(options);
  out["applied"] = each_of(quote.discounts.applied);
  out["rejected"] = each_of(quote.discounts.rejected);
  if (quote.discounts.gap > 0) out["gap"] = quote.discounts.gap;
  if (quote.changes_at) out["changes_at"] = to_rfc3339(*quote.changes_at);
  out["messages"] = each_of(quote.messages);
  out["explanations"] = each_of(preview.fates);
  return out;
}

}  // namespace kassa::protocol
