#include "services/base/text.hpp"
#include "services/protocol/ucp/render_parts.hpp"

namespace kassa::protocol {

void write_detail(JsonWriter& json, const checkout::Session& session) {
  if (!session.detail) return;
  const checkout::OrderDetail& detail = *session.detail;
  json.optional_member("note", detail.note);
  json.optional_member("gift_message", detail.gift_message);
  json.optional_member("purchase_order", detail.purchase_order);
  if (!detail.age_confirmed) return;
  json.key("age_confirmed");
  json.boolean(true);
}

void write_line_detail(JsonWriter& json, const checkout::LineDetail& detail) {
  if (!detail.properties.empty()) {
    json.key("properties");
    json.begin_array();
    for (const checkout::LineProperty& property : detail.properties) {
      json.begin_object();
      json.member("name", property.name);
      json.member("value", property.value);
      json.end_object();
    }
    json.end_array();
  }
  if (detail.compare_at) json.member("compare_at_price", *detail.compare_at);
  if (detail.preorder_until) json.member("preorder_until", to_rfc3339(*detail.preorder_until));
  if (detail.minimum_age > 0) json.member("minimum_age", detail.minimum_age);
}

}  // namespace kassa::protocol
