#include "services/checkout/session_json.hpp"

#include "services/checkout/json_fields.hpp"
#include "services/checkout/session_detail_json.hpp"

namespace kassa::checkout {
namespace {

void write_address(JsonWriter& out, const Address& a) {
  out.begin_object();
  put(out, "first_name", a.first_name);
  put(out, "last_name", a.last_name);
  put(out, "phone", a.phone);
  put(out, "street", a.street);
  put(out, "extended", a.extended);
  put(out, "locality", a.locality);
  put(out, "region", a.region);
  put(out, "postal_code", a.postal_code);
  put(out, "country", a.country);
  out.end_object();
}

Address address_from(const json::object& in) {
  Address a;
  a.first_name = text_of(in, "first_name");
  a.last_name = text_of(in, "last_name");
  a.phone = text_of(in, "phone");
  a.street = text_of(in, "street");
  a.extended = text_of(in, "extended");
  a.locality = text_of(in, "locality");
  a.region = text_of(in, "region");
  a.postal_code = text_of(in, "postal_code");
  a.country = text_of(in, "country");
  return a;
}

void write_line(JsonWriter& out, const Line& line) {
  out.begin_object();
  out.member("id", line.id.value);
  out.member("item", line.item);
  out.member("quantity", line.quantity);
  put(out, "parent", line.parent.value);
  write_properties(out, line.properties);
  out.end_object();
}

Line line_from(const json::value& value) {
  const json::object& in = value.as_object();
  Line line;
  line.id = LineId{text_of(in, "id")};
  line.item = text_of(in, "item");
  line.quantity = int_of(in, "quantity");
  line.parent = LineId{text_of(in, "parent")};
  line.properties = properties_from(in);
  return line;
}

void write_choice(JsonWriter& out, const GroupChoice& choice) {
  out.begin_object();
  out.member("id", choice.id);
  put(out, "option", choice.option);
  out.end_object();
}

void write_delivery(JsonWriter& out, const Delivery& delivery) {
  out.begin_object();
  out.member("id", delivery.id);
  out.member("type", delivery.type);
  put_flag(out, "all_lines", delivery.all_lines);
  put_array(out, "lines", delivery.lines, [](JsonWriter& json, const LineId& id) { json.text(id.value); });
  put_array(out, "destinations", delivery.destinations, [](JsonWriter& json, const Destination& d) { write(json, d); });
  put(out, "selected", delivery.selected);
  put_array(out, "groups", delivery.groups, write_choice);
  out.end_object();
}

Delivery delivery_from(const json::value& value) {
  const json::object& in = value.as_object();
  Delivery delivery;
  delivery.id = text_of(in, "id");
  delivery.type = text_of(in, "type");
  delivery.all_lines = flag_of(in, "all_lines");
  get_array(in, "lines", delivery.lines, [](const json::value& v) { return LineId{std::string(v.as_string())}; });
  get_array(in, "destinations", delivery.destinations,
            [](const json::value& v) { return destination_from_json(v.as_object()); });
  delivery.selected = text_of(in, "selected");
  get_array(in, "groups", delivery.groups, [](const json::value& v) {
    GroupChoice choice;
    choice.id = text_of(v.as_object(), "id");
    choice.option = text_of(v.as_object(), "option");
    return choice;
  });
  return delivery;
}

void write_instrument(JsonWriter& out, const Instrument& instrument) {
  out.begin_object();
  put(out, "id", instrument.id);
  put(out, "handler_id", instrument.handler_id);
  put(out, "type", instrument.type);
  put_flag(out, "selected", instrument.selected);
  put(out, "display", instrument.display);
  put(out, "billing", instrument.billing);
  out.end_object();
}

Instrument instrument_from(const json::value& value) {
  const json::object& in = value.as_object();
  Instrument instrument;
  instrument.id = text_of(in, "id");
  instrument.handler_id = text_of(in, "handler_id");
  instrument.type = text_of(in, "type");
  instrument.selected = flag_of(in, "selected");
  instrument.display = text_of(in, "display");
  instrument.billing = text_of(in, "billing");
  return instrument;
}

void write_text(JsonWriter& out, const std::string& text) { out.text(text); }

void write_people(JsonWriter& out, const Session& session) {
  out.key("buyer");
  out.begin_object();
  put(out, "first_name", session.buyer.first_name);
  put(out, "last_name", session.buyer.last_name);
  put(out, "email", session.buyer.email);
  put(out, "phone", session.buyer.phone);
  put(out, "consent", session.buyer.consent);
  out.end_object();
  out.key("context");
  out.begin_object();
  put(out, "country", session.context.country);
  put(out, "region", session.context.region);
  put(out, "postal_code", session.context.postal_code);
  put(out, "language", session.context.language);
  put(out, "currency", session.context.currency);
  put(out, "intent", session.context.intent);
  put_array(out, "eligibility", session.context.eligibility, write_text);
  out.end_object();
  out.key("platform");
  out.begin_object();
  put(out, "profile_url", session.platform.profile_url);
  put(out, "webhook_url", session.platform.webhook_url);
  put(out, "version", session.platform.version);
  put(out, "capabilities", session.platform.capabilities);
  out.end_object();
}

void get_people(const json::object& in, Session& session) {
  const json::object& buyer = object_of(in, "buyer");
  session.buyer.first_name = text_of(buyer, "first_name");
  session.buyer.last_name = text_of(buyer, "last_name");
  session.buyer.email = text_of(buyer, "email");
  session.buyer.phone = text_of(buyer, "phone");
  session.buyer.consent = text_of(buyer, "consent");
  const json::object& context = object_of(in, "context");
  session.context.country = text_of(context, "country");
  session.context.region = text_of(context, "region");
  session.context.postal_code = text_of(context, "postal_code");
  session.context.language = text_of(context, "language");
  session.context.currency = text_of(context, "currency");
  session.context.intent = text_of(context, "intent");
  get_array(context, "eligibility", session.context.eligibility,
            [](const json::value& v) { return std::string(v.as_string()); });
  const json::object& platform = object_of(in, "platform");
  session.platform.profile_url = text_of(platform, "profile_url");
  session.platform.webhook_url = text_of(platform, "webhook_url");
  session.platform.version = text_of(platform, "version");
  session.platform.capabilities = text_of(platform, "capabilities");
}

void write_accepted(JsonWriter& out, const Accepted& accepted) {
  out.begin_object();
  out.member("caller", accepted.caller);
  out.member("quote_hash", accepted.quote_hash);
  out.end_object();
}

void write_drawn(JsonWriter& out, const DrawnCode& drawn) {
  out.begin_object();
  out.member("code", drawn.code);
  put(out, "rule", drawn.rule);
  put_flag(out, "used", drawn.used);
  out.end_object();
}

void get_drawn(const json::object& in, Session& session) {
  if (!in.contains("drawn_at")) return;
  auto drawn = std::make_shared<DrawnCodes>();
  drawn->at = from_millis(int_of(in, "drawn_at"));
  get_array(in, "drawn", drawn->codes, [](const json::value& v) {
    DrawnCode code;
    code.code = text_of(v.as_object(), "code");
    code.rule = text_of(v.as_object(), "rule");
    code.used = flag_of(v.as_object(), "used");
    return code;
  });
  session.drawn = std::move(drawn);
}

void write_choices(JsonWriter& out, const Session& session) {
  put_array(out, "lines", session.lines, write_line);
  put_array(out, "codes", session.codes, write_text);
  put_flag(out, "has_codes", session.has_codes);
  put_array(out, "deliveries", session.deliveries, write_delivery);
  put_array(out, "instruments", session.instruments, write_instrument);
  put(out, "attribution", session.attribution);
  put_array(out, "notices", session.notices, [](JsonWriter& json, const Message& m) { write(json, m); });
  put_array(out, "used_up", session.used_up, write_text);
  if (session.known_orders) {
    out.key("known_orders");
    out.begin_object();
    out.member("email", session.known_orders->email);
    out.member("count", session.known_orders->count);
    if (session.known_orders->segments) put_array(out, "segments", *session.known_orders->segments, write_text);
    put(out, "tax_exempt_reason", session.known_orders->tax_exemption.reason);
    put(out, "tax_exempt_id", session.known_orders->tax_exemption.id);
    out.end_object();
  }
  if (session.drawn) {
    put_int(out, "drawn_at", to_millis(session.drawn->at));
    put_array(out, "drawn", session.drawn->codes, write_drawn);
  }
  put_int(out, "kept_bytes", session.kept_bytes);
  if (session.held_until) put_int(out, "held_until", to_millis(*session.held_until));
  put_array(out, "accepted", session.accepted, write_accepted);
  write_detail(out, session);
}

void get_choices(const json::object& in, Session& session) {
  get_array(in, "lines", session.lines, line_from);
  get_array(in, "codes", session.codes, [](const json::value& v) { return std::string(v.as_string()); });
  session.has_codes = flag_of(in, "has_codes");
  get_array(in, "deliveries", session.deliveries, delivery_from);
  get_array(in, "instruments", session.instruments, instrument_from);
  session.attribution = text_of(in, "attribution");
  get_array(in, "notices", session.notices, [](const json::value& v) { return message_from_json(v.as_object()); });
  get_array(in, "used_up", session.used_up, [](const json::value& v) { return std::string(v.as_string()); });
  if (in.contains("known_orders")) {
    const json::object& known = object_of(in, "known_orders");
    session.known_orders = KnownOrders{text_of(known, "email"), int_of(known, "count")};
    if (known.contains("segments"))
      get_array(known, "segments", session.known_orders->segments.emplace(),
                [](const json::value& v) { return std::string(v.as_string()); });
    session.known_orders->tax_exemption = {text_of(known, "tax_exempt_reason"), text_of(known, "tax_exempt_id")};
  }
  get_drawn(in, session);
  session.kept_bytes = int_of(in, "kept_bytes");
  if (in.contains("held_until")) session.held_until = from_millis(int_of(in, "held_until"));
  get_array(in, "accepted", session.accepted, [](const json::value& v) {
    Accepted accepted;
    accepted.caller = text_of(v.as_object(), "caller");
    accepted.quote_hash = text_of(v.as_object(), "quote_hash");
    return accepted;
  });
  get_detail(in, session);
}

}  // namespace

void write(JsonWriter& out, const Destination& destination) {
  out.begin_object();
  out.member("id", destination.id);
  out.key("address");
  write_address(out, destination.address);
  out.end_object();
}

Destination destination_from_json(const json::object& object) {
  Destination destination;
  destination.id = text_of(object, "id");
  destination.address = address_from(object_of(object, "address"));
  return destination;
}

void write(JsonWriter& out, const Message& message) {
  out.begin_object();
  out.member("level", static_cast<std::int64_t>(message.level));
  out.member("code", message.code);
  put(out, "path", message.path);
  put_int(out, "severity", static_cast<std::int64_t>(message.severity));
  put_array(out, "params", message.params, [](JsonWriter& json, const auto& param) {
    json.begin_array();
    json.text(param.first);
    json.text(param.second);
    json.end_array();
  });
  out.end_object();
}

Message message_from_json(const json::object& object) {
  Message message;
  message.level = static_cast<Level>(int_of(object, "level"));
  message.code = text_of(object, "code");
  message.path = text_of(object, "path");
  message.severity = static_cast<Severity>(int_of(object, "severity"));
  get_array(object, "params", message.params, [](const json::value& v) {
    return std::pair{std::string(v.as_array().at(0).as_string()), std::string(v.as_array().at(1).as_string())};
  });
  return message;
}

void write(JsonWriter& out, const Session& session) {
  out.begin_object();
  out.member("id", session.id.value);
  out.member("person", session.person.value);
  out.member("owner", session.owner);
  out.member("epoch", session.version.epoch);
  out.member("n", session.version.n);
  out.member("state", to_text(session.state));
  out.member("currency", session.currency.code());
  out.member("created_at", to_millis(session.created_at));
  out.member("updated_at", to_millis(session.updated_at));
  out.member("expires_at", to_millis(session.expires_at));
  write_people(out, session);
  write_choices(out, session);
  put(out, "order", session.order.value);
  put_int(out, "attempts", session.attempts);
  put(out, "action_url", session.action_url);
  put_flag(out, "cart", session.kind == Kind::kCart);
  put_int(out, "conversions", session.conversions);
  put_flag(out, "expired", session.expired);
  out.end_object();
}

Session decode_session(const json::value& value) {
  ensure(value.is_object(), "stored session is not an object");
  const json::object& in = value.get_object();
  Session session;
  session.id = CheckoutId{text_of(in, "id")};
  session.person = PersonId{text_of(in, "person")};
  session.owner = text_of(in, "owner");
  session.version.epoch = int_of(in, "epoch");
  session.version.n = int_of(in, "n");
  session.state = state_from(text_of(in, "state"));
  const auto currency = Currency::from_code(text_of(in, "currency"));
  ensure(currency.has_value(), "stored session has an unknown currency");
  session.currency = *currency;
  session.created_at = from_millis(int_of(in, "created_at"));
  session.updated_at = from_millis(int_of(in, "updated_at"));
  session.expires_at = from_millis(int_of(in, "expires_at"));
  get_people(in, session);
  get_choices(in, session);
  session.order = OrderId{text_of(in, "order")};
  session.attempts = int_of(in, "attempts");
  session.action_url = text_of(in, "action_url");
  session.kind = flag_of(in, "cart") ? Kind::kCart : Kind::kCheckout;
  session.conversions = int_of(in, "conversions");
  session.expired = flag_of(in, "expired");
  return session;
}

}  // namespace kassa::checkout
