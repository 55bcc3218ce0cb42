#include "services/protocol/ucp/order_totals.hpp"

#include "services/base/ensure.hpp"
#include "services/base/money.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kShippingLabel = "Shipping";

struct ComponentLabel {
  std::string_view kind;
  std::string_view label;
};
constexpr std::array kComponentLabels{
    ComponentLabel{"subtotal", "Subtotal"}, ComponentLabel{"items_discount", "Item discounts"},
    ComponentLabel{"discount", "Discount"}, ComponentLabel{"fulfillment", kShippingLabel},
    ComponentLabel{"fee", "Fee"},           ComponentLabel{"tax", "Tax"}};

std::string_view component_label(const ports::OrderComponent& component) noexcept {
  if (!component.label.empty()) return component.label;
  const auto row = std::ranges::find(kComponentLabels, std::string_view(component.kind), &ComponentLabel::kind);
  return row == kComponentLabels.end() ? std::string_view(component.kind) : row->label;
}

bool is_shipping(const ports::OrderComponent& component) noexcept { return component.kind == "fulfillment"; }
bool lowers_total(const ports::OrderComponent& component) noexcept {
  return component.kind == "items_discount" || component.kind == "discount";
}

void write_order_total(JsonWriter& json, std::string_view type, std::int64_t amount, std::string_view label = {}) {
  json.begin_object();
  json.member("type", type);
  json.optional_member("display_text", label);
  json.member("amount", amount);
  json.end_object();
}

std::int64_t add_amounts(std::int64_t a, std::int64_t b) {
  const auto total = checked_add(a, b);
  ensure(total.has_value(), "the totals of an order overflow");
  return total.value();
}

/// All packages in one entry, itemised when there are several.
void write_order_shipping(JsonWriter& json, const std::vector<ports::OrderComponent>& components) {
  std::vector<const ports::OrderComponent*> packages;
  std::int64_t amount = 0;
  for (const ports::OrderComponent& component : components) {
    if (!is_shipping(component)) continue;
    packages.push_back(&component);
    amount = add_amounts(amount, component.amount);
  }
  json.begin_object();
  json.member("type", "fulfillment");
  json.member("display_text", packages.size() == 1 ? component_label(*packages.front()) : kShippingLabel);
  json.member("amount", amount);
  if (packages.size() > 1) {
    json.key("lines");
    json.begin_array();
    for (const ports::OrderComponent* package : packages) {
      json.begin_object();
      json.member("display_text", component_label(*package));
      json.member("amount", package->amount);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace

void write_order_totals(JsonWriter& json, const ports::OrderRecord& order) {
  std::int64_t total = 0;
  bool shipping_written = false;
  json.key("totals");
  json.begin_array();
  for (const ports::OrderComponent& component : order.components) {
    total = add_amounts(total, component.amount);
    if (lowers_total(component) && component.amount == 0) continue;
    if (!is_shipping(component)) {
      write_order_total(json, component.kind, component.amount, component_label(component));
    } else if (!shipping_written) {
      write_order_shipping(json, order.components);
      shipping_written = true;
    }
  }
  ensure(total == order.total, "the components of an order do not sum to its total");
  write_order_total(json, "total", order.total, "Total");
  json.end_array();
}

void write_line_totals(JsonWriter& json, const ports::OrderLine& line) {
  json.key("totals");
  json.begin_array();
  write_order_total(json, "subtotal", line.subtotal);
  if (line.items_discount > 0) write_order_total(json, "items_discount", -line.items_discount);
  write_order_total(json, "total", line.subtotal - line.items_discount);
  json.end_array();
}

}  // namespace kassa::protocol
