#include <algorithm>

#include "services/base/text.hpp"
#include "services/protocol/ucp/address_json.hpp"
#include "services/protocol/ucp/render_parts.hpp"

namespace kassa::protocol {
namespace {

void write_ids(JsonWriter& json, std::string_view key, const std::vector<LineId>& ids) {
  json.key(key);
  json.begin_array();
  for (const LineId& id : ids) json.text(id.value);
  json.end_array();
}

void write_selection(JsonWriter& json, std::string_view key, std::string_view id) {
  json.key(key);
  if (id.empty()) {
    json.null();
  } else {
    json.text(id);
  }
}

template <class Option>
void write_option(JsonWriter& json, const Option& option) {
  json.begin_object();
  json.member("id", option.id);
  json.member("title", option.title);
  json.optional_member("description", option.description);
  json.optional_member("carrier", option.carrier);
  if (option.earliest) json.member("earliest_fulfillment_time", to_rfc3339(*option.earliest));
  if (option.latest) json.member("latest_fulfillment_time", to_rfc3339(*option.latest));
  json.key("totals");
  json.begin_array();
  for (const std::string_view type : {"subtotal", "total"}) {
    json.begin_object();
    json.member("type", type);
    json.member("amount", option.amount);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_group(JsonWriter& json, const checkout::QuoteGroup& group) {
  json.begin_object();
  json.member("id", group.id);
  write_ids(json, "line_item_ids", group.lines);
  json.key("options");
  json.begin_array();
  for (const auto& option : group.options) write_option(json, option);
  json.end_array();
  write_selection(json, "selected_option_id", group.selected);
  json.end_object();
}

void write_method(JsonWriter& json, const checkout::QuoteDelivery& delivery) {
  json.begin_object();
  json.member("id", delivery.id);
  json.member("type", delivery.type);
  write_ids(json, "line_item_ids", delivery.lines);
  if (!delivery.destinations.empty()) {
    json.key("destinations");
    json.begin_array();
    for (const checkout::Destination& destination : delivery.destinations) {
      json.begin_object();
      json.member("id", destination.id);
      write_address(json, destination.address);
      json.end_object();
    }
    json.end_array();
  }
  write_selection(json, "selected_destination_id", delivery.selected);
  json.key("groups");
  json.begin_array();
  for (const checkout::QuoteGroup& group : delivery.groups) write_group(json, group);
  json.end_array();
  json.end_object();
}

/// Only product discounts are told per line: they are the money in `items_discount`. The others lower the
/// order as a whole.
template <class Applied>
void write_applied(JsonWriter& json, const Applied& applied) {
  using Class = decltype(applied.discount_class);
  using Method = decltype(applied.method);
  json.begin_object();
  json.member("title", applied.title);
  json.member("amount", applied.amount);
  json.optional_member("code", applied.code);
  if (applied.code.empty()) {
    json.key("automatic");
    json.boolean(true);
  }
  json.member("method", applied.method == Method::kEach ? "each" : "across");
  if (applied.priority >= 1) json.member("priority", applied.priority);
  if (applied.discount_class == Class::kProduct && !applied.allocations.empty()) {
    json.key("allocations");
    json.begin_array();
    for (const auto& part : applied.allocations) {
      json.begin_object();
      json.member("path", "$.line_items[" + std::to_string(part.index) + "]");
      json.member("amount", part.amount);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

/// A gift takes no money off anything: it is a line of its own.
void write_gift(JsonWriter& json, const discounts::Gift& gift) {
  json.begin_object();
  json.member("title", gift.title);
  json.member("amount", std::int64_t{0});
  json.optional_member("code", gift.code);
  if (gift.code.empty()) {
    json.key("automatic");
    json.boolean(true);
  }
  json.end_object();
}

}  // namespace

void write_fulfillment(JsonWriter& json, const checkout::Quote& quote) {
  if (quote.deliveries.empty()) return;
  json.key("fulfillment");
  json.begin_object();
  json.key("methods");
  json.begin_array();
  for (const checkout::QuoteDelivery& delivery : quote.deliveries) write_method(json, delivery);
  json.end_array();
  json.end_object();
}

void write_discounts(JsonWriter& json, const checkout::Session& session, const checkout::Quote& quote) {
  const bool nothing_given = quote.discounts.applied.empty() && quote.discounts.gifts.empty();
  if (!session.has_codes && nothing_given) return;
  json.key("discounts");
  json.begin_object();
  json.key("codes");
  json.begin_array();
  for (const std::string& code : session.codes) json.text(code);
  json.end_array();
  json.key("applied");
  json.begin_array();
  for (const auto& applied : quote.discounts.applied) write_applied(json, applied);
  for (const auto& gift : quote.discounts.gifts) write_gift(json, gift);
  json.end_array();
  json.end_object();
}

}  // namespace kassa::protocol
