#include "services/base/ensure.hpp"
#include "services/base/money.hpp"
#include "services/protocol/ucp/render_parts.hpp"

namespace kassa::protocol {
namespace {

using checkout::Component;
using checkout::ComponentKind;

void write_total(JsonWriter& json, std::string_view type, std::int64_t amount, std::string_view label) {
  json.begin_object();
  json.member("type", type);
  json.optional_member("display_text", label);
  json.member("amount", amount);
  json.end_object();
}

std::string_view label_of(const Component& component) noexcept {
  if (!component.label.empty()) return component.label;
  switch (component.kind) {
    case ComponentKind::kSubtotal: return "Subtotal";
    case ComponentKind::kItemsDiscount: return "Item discounts";
    case ComponentKind::kDiscount: return "Discount";
    case ComponentKind::kFulfillment: return "Shipping";
    case ComponentKind::kFee: return "Fee";
    case ComponentKind::kTax: return "Tax";
  }
  return "";
}

std::int64_t sum(std::int64_t a, std::int64_t b) {
  const auto total = checked_add(a, b);
  ensure(total.has_value(), "the totals of a quote overflow");
  return total.value();
}

/// All packages in one entry, itemised when there are several.
void write_shipping(JsonWriter& json, const checkout::Quote& quote) {
  std::int64_t amount = 0;
  std::size_t packages = 0;
  const Component* last = nullptr;
  for (const Component& component : quote.components) {
    if (component.kind != ComponentKind::kFulfillment) continue;
    amount = sum(amount, component.amount);
    ++packages;
    last = &component;
  }
  json.begin_object();
  json.member("type", "fulfillment");
  json.member("display_text", packages == 1 ? label_of(*last) : "Shipping");
  json.member("amount", amount);
  if (packages > 1) {
    json.key("lines");
    json.begin_array();
    for (const Component& component : quote.components) {
      if (component.kind != ComponentKind::kFulfillment) continue;
      json.begin_object();
      json.member("display_text", label_of(component));
      json.member("amount", component.amount);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

bool is_discount(ComponentKind kind) noexcept {
  return kind == ComponentKind::kItemsDiscount || kind == ComponentKind::kDiscount;
}

void write_line(JsonWriter& json, const checkout::QuoteLine& line, bool with_detail) {
  json.begin_object();
  json.member("id", line.id.value);
  json.key("item");
  json.begin_object();
  json.member("id", line.item);
  json.member("title", line.title);
  json.member("price", line.unit_price);
  json.optional_member("image_url", line.image_url);
  json.end_object();
  json.member("quantity", line.quantity);
  json.key("totals");
  json.begin_array();
  write_total(json, "subtotal", line.subtotal, {});
  if (line.items_discount > 0) write_total(json, "items_discount", -line.items_discount, {});
  write_total(json, "total", line.subtotal - line.items_discount, {});
  json.end_array();
  json.optional_member("parent_id", line.parent.value);
  if (with_detail && line.detail) write_line_detail(json, *line.detail);
  json.end_object();
}

}  // namespace

void write_line_items(JsonWriter& json, const checkout::Quote& quote, bool with_detail) {
  json.key("line_items");
  json.begin_array();
  for (const checkout::QuoteLine& line : quote.lines) write_line(json, line, with_detail);
  json.end_array();
}

void write_totals(JsonWriter& json, const checkout::Quote& quote) {
  json.key("totals");
  json.begin_array();
  std::int64_t total = 0;
  bool shipping_written = false;
  for (const Component& component : quote.components) {
    total = sum(total, component.amount);
    if (is_discount(component.kind) && component.amount == 0) continue;
    if (component.kind != ComponentKind::kFulfillment) {
      write_total(json, checkout::to_text(component.kind), component.amount, label_of(component));
    } else if (!shipping_written) {
      write_shipping(json, quote);
      shipping_written = true;
    }
  }
  ensure(total == quote.total, "the components of a quote do not sum to its total");
  write_total(json, "total", quote.total, "Total");
  json.end_array();
}

}  // namespace kassa::protocol
