#include "services/checkout/session_detail_json.hpp"

#include "services/checkout/json_fields.hpp"

namespace kassa::checkout {
namespace {

void write_fact(JsonWriter& out, const Fact& fact) {
  out.begin_object();
  out.member("name", fact.name);
  put_array(out, "texts", fact.texts, [](JsonWriter& json, const std::string& text) { json.text(text); });
  if (fact.number) out.member("number", *fact.number);
  put_array(out, "amounts", fact.amounts, [](JsonWriter& json, const auto& amount) {
    json.begin_array();
    json.text(amount.first.code());
    json.number(amount.second);
    json.end_array();
  });
  out.end_object();
}

Fact fact_from(const json::value& value) {
  const json::object& in = value.as_object();
  Fact fact;
  fact.name = text_of(in, "name");
  get_array(in, "texts", fact.texts, [](const json::value& v) { return std::string(v.as_string()); });
  if (in.contains("number")) fact.number = int_of(in, "number");
  get_array(in, "amounts", fact.amounts, [](const json::value& v) {
    const auto currency = Currency::from_code(v.as_array().at(0).as_string());
    ensure(currency.has_value(), "a stored amount has a known currency");
    return std::pair(*currency, v.as_array().at(1).as_int64());
  });
  return fact;
}

}  // namespace

void write_properties(JsonWriter& out, const SharedList<LineProperty>& properties) {
  put_array(out, "properties", properties, [](JsonWriter& json, const LineProperty& property) {
    json.begin_array();
    json.text(property.name);
    json.text(property.value);
    json.end_array();
  });
}

SharedList<LineProperty> properties_from(const json::object& line) {
  std::vector<LineProperty> properties;
  get_array(line, "properties", properties, [](const json::value& v) {
    return LineProperty{std::string(v.as_array().at(0).as_string()), std::string(v.as_array().at(1).as_string())};
  });
  return properties;
}

void write_detail(JsonWriter& out, const Session& session) {
  put_flag(out, "vouched", session.vouched);
  put_array(out, "limited_items", session.limited_items, [](JsonWriter& json, const LimitedItem& item) {
    json.begin_array();
    json.text(item.variant);
    json.number(item.bought);
    json.end_array();
  });
  if (session.facts) put_array(out, "facts", *session.facts, write_fact);
  if (!session.detail) return;
  out.key("detail");
  out.begin_object();
  put(out, "note", session.detail->note);
  put(out, "gift_message", session.detail->gift_message);
  put(out, "purchase_order", session.detail->purchase_order);
  put_flag(out, "age_confirmed", session.detail->age_confirmed);
  out.end_object();
}

void get_detail(const json::object& in, Session& session) {
  session.vouched = flag_of(in, "vouched");
  get_array(in, "limited_items", session.limited_items, [](const json::value& v) {
    return LimitedItem{std::string(v.as_array().at(0).as_string()), v.as_array().at(1).as_int64()};
  });
  if (in.contains("facts")) {
    std::vector<Fact> facts;
    get_array(in, "facts", facts, fact_from);
    session.facts = std::make_shared<const std::vector<Fact>>(std::move(facts));
  }
  if (!in.contains("detail")) return;
  const json::object& stored = object_of(in, "detail");
  OrderDetail detail;
  detail.note = text_of(stored, "note");
  detail.gift_message = text_of(stored, "gift_message");
  detail.purchase_order = text_of(stored, "purchase_order");
  detail.age_confirmed = flag_of(stored, "age_confirmed");
  session.detail = std::make_shared<const OrderDetail>(std::move(detail));
}

}  // namespace kassa::checkout
