#include "services/ports/order_record.hpp"

#include <concepts>
#include <type_traits>

#include "services/base/ensure.hpp"

namespace kassa::ports {
namespace {

template <class T, class Of>
concept RecordPart = std::same_as<std::remove_const_t<T>, Of>;

// One description per struct serves both directions, so that writing and reading cannot drift apart.

void describe_members(auto& io, RecordPart<OrderProperty> auto& property) {
  io.member("name", property.name);
  io.member("value", property.value);
}

void describe_members(auto& io, RecordPart<OrderLine> auto& line) {
  io.member("id", line.id);
  io.member("parent", line.parent);
  io.member("item", line.item);
  io.member("title", line.title);
  io.member("image_url", line.image_url);
  io.member("sku", line.sku);
  io.member("quantity", line.quantity);
  io.member("unit_price", line.unit_price);
  io.member("subtotal", line.subtotal);
  io.member("items_discount", line.items_discount);
  io.member("order_discount", line.order_discount);
  io.member("tax", line.tax);
  io.member("ships", line.ships);
  io.member("properties", line.properties);
  io.member("price_list", line.price_list);
  io.member("compare_at", line.compare_at);
  io.member("preorder_until", line.preorder_until);
}

void describe_members(auto& io, RecordPart<OrderComponent> auto& component) {
  io.member("kind", component.kind);
  io.member("label", component.label);
  io.member("amount", component.amount);
}

void describe_members(auto& io, RecordPart<OrderTax> auto& tax) {
  io.member("name", tax.name);
  io.member("jurisdiction", tax.jurisdiction);
  io.member("bps", tax.bps);
  io.member("base", tax.base);
  io.member("amount", tax.amount);
  io.member("included", tax.included);
}

void describe_members(auto& io, RecordPart<OrderAddress> auto& address) {
  io.member("first_name", address.first_name);
  io.member("last_name", address.last_name);
  io.member("phone", address.phone);
  io.member("street", address.street);
  io.member("extended", address.extended);
  io.member("locality", address.locality);
  io.member("region", address.region);
  io.member("postal_code", address.postal_code);
  io.member("country", address.country);
}

void describe_members(auto& io, RecordPart<OrderDelivery> auto& delivery) {
  io.member("id", delivery.id);
  io.member("type", delivery.type);
  io.member("lines", delivery.lines);
  io.member("address", delivery.address);
  io.member("option", delivery.option);
  io.member("title", delivery.title);
  io.member("carrier", delivery.carrier);
  io.member("amount", delivery.amount);
  io.member("earliest", delivery.earliest);
  io.member("latest", delivery.latest);
}

void describe_members(auto& io, RecordPart<OrderDiscount> auto& discount) {
  io.member("rule", discount.rule);
  io.member("title", discount.title);
  io.member("code", discount.code);
  io.member("amount", discount.amount);
}

void describe_members(auto& io, RecordPart<OrderAudience> auto& audience) {
  io.member("owner", audience.owner);
  io.member("profile_url", audience.profile_url);
  io.member("webhook_url", audience.webhook_url);
  io.member("version", audience.version);
}

void describe_members(auto& io, RecordPart<OrderRecord> auto& order) {
  io.member("id", order.id);
  io.member("checkout", order.checkout);
  io.member("currency", order.currency);
  io.member("lines", order.lines);
  io.member("components", order.components);
  io.member("taxes", order.taxes);
  io.member("deliveries", order.deliveries);
  io.member("discounts", order.discounts);
  io.member("total", order.total);
  io.member("email", order.email);
  io.member("attribution", order.attribution);
  io.member("permalink_url", order.permalink_url);
  io.member("audience", order.audience);
  io.member("note", order.note);
  io.member("gift_message", order.gift_message);
  io.member("purchase_order", order.purchase_order);
  io.member("confirmed_age", order.confirmed_age);
  io.member("tax_exempt_reason", order.tax_exempt_reason);
  io.member("tax_exempt_id", order.tax_exempt_id);
}

/// Leaves out empty texts and lists: a stored order stays small.
class RecordWriter {
 public:
  explicit RecordWriter(json::object& out) : out_(out) {}

  void member(std::string_view key, const std::string& value) {
    if (!value.empty()) out_[key] = value;
  }
  void member(std::string_view key, std::int64_t value) { out_[key] = value; }
  void member(std::string_view key, bool value) { out_[key] = value; }
  void member(std::string_view key, Currency value) { out_[key] = value.code(); }
  void member(std::string_view key, const std::optional<Instant>& value) {
    if (value) out_[key] = to_millis(*value);
  }
  void member(std::string_view key, const std::optional<std::int64_t>& value) {
    if (value) out_[key] = *value;
  }
  template <class Tag>
  void member(std::string_view key, const Id<Tag>& value) {
    out_[key] = value.value;
  }
  template <class T>
  void member(std::string_view key, const std::vector<T>& values) {
    if (values.empty()) return;
    json::array& array = out_[key].emplace_array();
    array.reserve(values.size());
    for (const T& value : values) array.push_back(element(value));
  }
  template <class T>
  void member(std::string_view key, const T& value) {
    out_[key] = element(value);
  }

 private:
  static json::value element(const std::string& value) { return json::value(value); }
  template <class T>
  static json::value element(const T& value) {
    json::object object;
    RecordWriter writer(object);
    describe_members(writer, value);
    return object;
  }

  json::object& out_;
};

class RecordReader {
 public:
  explicit RecordReader(const json::object& in) : in_(in) {}

  void member(std::string_view key, std::string& value) const {
    if (const json::value* found = in_.if_contains(key)) value = text(*found);
  }
  void member(std::string_view key, std::int64_t& value) const { value = integer(required(key)); }
  void member(std::string_view key, bool& value) const {
    const json::value& found = required(key);
    ensure(found.is_bool(), "stored order: member is not a truth value");
    value = found.get_bool();
  }
  void member(std::string_view key, Currency& value) const {
    const auto currency = Currency::from_code(text(required(key)));
    ensure(currency.has_value(), "stored order: unknown currency");
    value = *currency;
  }
  void member(std::string_view key, std::optional<Instant>& value) const {
    if (const json::value* found = in_.if_contains(key)) value = from_millis(integer(*found));
  }
  void member(std::string_view key, std::optional<std::int64_t>& value) const {
    if (const json::value* found = in_.if_contains(key)) value = integer(*found);
  }
  template <class Tag>
  void member(std::string_view key, Id<Tag>& value) const {
    value.value = text(required(key));
    ensure(!value.empty(), "stored order: an id is empty");
  }
  template <class T>
  void member(std::string_view key, std::vector<T>& values) const {
    const json::value* found = in_.if_contains(key);
    if (found == nullptr) return;
    ensure(found->is_array(), "stored order: member is not a list");
    values.reserve(found->get_array().size());
    for (const json::value& value : found->get_array()) element(value, values.emplace_back());
  }
  template <class T>
  void member(std::string_view key, T& value) const {
    element(required(key), value);
  }

 private:
  [[nodiscard]] const json::value& required(std::string_view key) const {
    const json::value* found = in_.if_contains(key);
    ensure(found != nullptr, "stored order: a member is missing");
    return *found;
  }
  static std::string text(const json::value& value) {
    ensure(value.is_string(), "stored order: member is not text");
    return std::string(value.get_string());
  }
  static std::int64_t integer(const json::value& value) {
    ensure(value.is_int64(), "stored order: member is not a whole number");
    return value.get_int64();
  }
  static void element(const json::value& value, std::string& out) { out = text(value); }
  template <class T>
  static void element(const json::value& value, T& out) {
    ensure(value.is_object(), "stored order: member is not an object");
    RecordReader reader(value.get_object());
    describe_members(reader, out);
  }

  const json::object& in_;
};

}  // namespace

std::string encode(const OrderRecord& order) {
  json::object object;
  RecordWriter writer(object);
  describe_members(writer, order);
  return json::serialize(object);
}

OrderRecord decode_order(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  ensure(!error && value.is_object(), "stored order: not a JSON object");
  OrderRecord order;
  RecordReader reader(value.get_object());
  describe_members(reader, order);
  return order;
}

}  // namespace kassa::ports
