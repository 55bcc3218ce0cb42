#pragma once
// Checkouts built by hand, as pricing would make them: what the renderer's tests and the schema check render.

#include "services/checkout/answers.hpp"
#include "services/protocol/links.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::samples {

/// Seals nothing and hashes without a secret, so that links read the same in every run.
class OpenBox final : public ports::SecretBox {
 public:
  [[nodiscard]] Bytes seal(std::string_view, std::string_view) const override { return {}; }
  [[nodiscard]] Result<std::string> open(std::string_view, std::span<const std::byte>) const override {
    return Error{Errc::kSealBroken, "this box opens nothing"};
  }
  [[nodiscard]] Bytes seal_for(const ports::DataKey&, std::string_view, std::string_view) const override { return {}; }
  [[nodiscard]] Result<std::string> open_for(const ports::DataKey&, std::string_view,
                                             std::span<const std::byte>) const override {
    return Error{Errc::kSealBroken, "this box opens nothing"};
  }
  [[nodiscard]] ports::DataKey new_key() const override { return {}; }
  [[nodiscard]] Digest blind(std::string_view purpose, std::string_view normalised) const override {
    return sha256(std::string(purpose).append("|").append(normalised));
  }
};

inline protocol::Links links() {
  static const OpenBox box;
  return {"https://pay.example", box};
}

inline checkout::Snapshot snapshot() {
  checkout::Snapshot out;
  out.store = StoreId{"store_1"};
  out.settings.name = "Flower shop";
  out.settings.currencies.push_back(*Currency::from_code("USD"));
  ports::StoreLink link;
  link.type = "privacy_policy";
  link.url = "https://shop.example/privacy";
  link.title = "Privacy";
  out.settings.links.push_back(link);
  payments::GatewayConfig gateway;
  gateway.id = GatewayId{"gw_1"};
  gateway.handler_id = "mock_payment_handler";
  gateway.handler_name = "dev.mock.payment_handler";
  gateway.published = {{"version", "2026-04-08"},
                       {"available_instruments", {json::object{{"type", "card"}}}},
                       {"config", json::object{}}};
  out.gateways.push_back(gateway);
  gateway.handler_id = "google_pay";
  gateway.handler_name = "com.google.pay";
  gateway.published = {};
  out.gateways.push_back(gateway);
  gateway.handler_id = "mock_2";
  gateway.handler_name = "dev.mock.payment_handler";
  out.gateways.push_back(gateway);
  out.signing.jwk.kid = "k1";
  out.signing.jwk.x = "eA";
  out.signing.jwk.y = "eQ";
  return out;
}

inline checkout::QuoteLine line(std::string id, std::string item, std::int64_t price, std::int64_t quantity) {
  checkout::QuoteLine out;
  out.id = LineId{std::move(id)};
  out.item = std::move(item);
  out.title = "Red \"Rose\"";
  out.image_url = "https://example.com/roses.jpg";
  out.quantity = quantity;
  out.unit_price = price;
  out.subtotal = price * quantity;
  return out;
}

inline void add(checkout::Quote& quote, checkout::ComponentKind kind, std::string label, std::int64_t amount) {
  checkout::Component component;
  component.kind = kind;
  component.label = std::move(label);
  component.amount = amount;
  quote.components.push_back(std::move(component));
  quote.total += amount;
}

inline checkout::Address address() {
  checkout::Address out;
  out.first_name = "Jane";
  out.last_name = "Doe";
  out.street = "123 Market St";
  out.locality = "San Francisco";
  out.region = "CA";
  out.postal_code = "94105";
  out.country = "US";
  return out;
}

/// A session and its quote; tests change what they are about.
struct Sample {
  checkout::Session session;
  checkout::Quote quote;
  checkout::Snapshot snapshot = samples::snapshot();
  checkout::Verdict verdict{checkout::Verdict::kNone};
  std::string reason;

  [[nodiscard]] checkout::View view() const { return {session, quote, snapshot, verdict, reason}; }
};

/// One line, nothing chosen yet.
inline Sample fresh() {
  Sample out;
  out.session.id = CheckoutId{"chk_1"};
  out.session.store = StoreId{"store_1"};
  out.session.owner = "ucp:https://agent.example/profile";
  out.session.currency = *Currency::from_code("USD");
  out.session.expires_at = Instant{Millis{1'775'649'600'000}};
  out.quote.currency = out.session.currency;
  out.quote.needs_delivery = true;
  out.quote.lines.push_back(line("li_1", "bouquet_roses", 3500, 1));
  add(out.quote, checkout::ComponentKind::kSubtotal, "", 3500);
  out.quote.messages.emplace_back(checkout::Level::kError, "field_required", "$.fulfillment.methods");
  return out;
}

inline void fill_session(checkout::Session& session) {
  session.buyer.first_name = "Jane";
  session.buyer.email = "jane.doe@example.com";
  session.buyer.consent = R"({"analytics":false,"marketing":true})";
  session.context.country = "US";
  session.context.eligibility = {"com.example.gold"};
  session.codes = {"10OFF", "NOPE"};
  session.has_codes = true;
  checkout::Instrument instrument;
  instrument.id = "instr_1";
  instrument.handler_id = "mock_payment_handler";
  instrument.type = "card";
  instrument.selected = true;
  instrument.display = R"({"brand":"Visa","last_digits":"1234"})";
  instrument.billing = R"({"address_country":"US"})";
  session.instruments.push_back(instrument);
  session.notices.emplace_back(checkout::Level::kWarning, "quantity_adjusted", "$.line_items[0].quantity");
}

/// Everything to one address, standard shipping chosen.
inline checkout::QuoteDelivery delivery(std::vector<LineId> lines) {
  checkout::QuoteDelivery out;
  out.id = "method_1";
  out.type = "shipping";
  out.lines = std::move(lines);
  out.destinations.push_back({"dest_1", address()});
  out.selected = "dest_1";
  checkout::QuoteGroup group;
  group.id = "group_1";
  group.lines = out.lines;
  shipping::Option option;
  option.id = "std-ship";
  option.title = "Standard";
  option.amount = 500;
  option.carrier = "USPS";
  option.earliest = Instant{Millis{1'775'649'600'000}};
  group.options.push_back(option);
  group.selected = "std-ship";
  group.amount = 500;
  out.groups.push_back(group);
  return out;
}

inline void fill_discounts(discounts::Outcome& discounts) {
  discounts::Applied applied;
  applied.title = "10 % off roses";
  applied.code = "10OFF";
  applied.discount_class = discounts::Class::kProduct;
  applied.priority = 1;
  applied.amount = 350;
  applied.allocations.push_back({false, 0, 350});
  discounts.applied.push_back(applied);
  applied = {};
  applied.title = "5 off";
  applied.discount_class = discounts::Class::kOrder;
  applied.amount = 500;
  applied.allocations = {{false, 0, 300}, {false, 1, 200}};
  discounts.applied.push_back(applied);
  discounts::Gift gift;
  gift.rule_id = "card on top";
  gift.title = "A card on top";
  discounts.gifts.push_back(gift);
}

/// Buyer, consent, destination, option, product and order discount, a rejected code, tax: everything at once.
inline Sample full() {
  Sample out = fresh();
  fill_session(out.session);
  checkout::Quote& quote = out.quote;
  quote.messages.clear();
  quote.components.clear();
  quote.total = 0;
  quote.lines[0].items_discount = 350;
  quote.lines.push_back(line("li_2", "pot_ceramic", 1500, 2));
  quote.lines[1].parent = LineId{"li_1"};
  quote.lines.push_back(line("gift:card on top", "card", 0, 1));
  add(quote, checkout::ComponentKind::kSubtotal, "", 6500);
  add(quote, checkout::ComponentKind::kItemsDiscount, "", -350);
  add(quote, checkout::ComponentKind::kDiscount, "5 off", -500);
  add(quote, checkout::ComponentKind::kDiscount, "nothing off", 0);
  add(quote, checkout::ComponentKind::kFulfillment, "Standard", 500);
  add(quote, checkout::ComponentKind::kTax, "Sales tax", 410);
  quote.deliveries.push_back(delivery({LineId{"li_1"}, LineId{"li_2"}}));
  fill_discounts(quote.discounts);
  quote.messages.emplace_back(checkout::Level::kWarning, "discount_code_invalid", "$.discounts.codes[1]");
  quote.ready = true;
  return out;
}

inline Sample in_state(checkout::State state, checkout::Verdict verdict = checkout::Verdict::kNone) {
  Sample out = full();
  out.session.state = state;
  out.session.order = OrderId{"ord_1"};
  out.session.action_url = "https://bank.example/3ds/1";
  out.verdict = verdict;
  return out;
}

inline protocol::Rendering rendering(ports::BusinessErrors posture) {
  protocol::Rendering out;
  out.posture = posture;
  out.capabilities = protocol::CapabilitySet::all();
  return out;
}

}  // namespace kassa::samples
