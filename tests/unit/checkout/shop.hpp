#pragma once
// Small shops, carts and changes for checkout tests: a catalogue of literal variants, rules and zones as JSON, stock
// levels in a map. Shared by the pure tests and by the simulation; header-only, everything is built per test.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/base/country.hpp"
#include "services/base/text.hpp"
#include "services/checkout/patch.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/quote_json.hpp"
#include "services/checkout/session_json.hpp"
#include "tests/support/fakes.hpp"

namespace kassa::checkout {

inline Currency money_of(std::string_view code) { return Currency::from_code(code).value(); }

/// Ships, is taxed, unlimited; its product is "p_<id>" in category "things".
inline ports::VariantView variant(std::string id, std::int64_t amount, std::string_view code = "EUR") {
  auto product = std::make_shared<ports::ProductView>();
  product->id = ProductId{"p_" + id};
  product->title = "Thing " + id;
  product->category = "things";
  ports::VariantView out;
  out.id = VariantId{id};
  out.product = product;
  out.sku = "SKU-" + id;
  out.tax_class = "standard";
  out.grams = 100;
  out.tracked = false;
  ports::PriceView price;
  price.currency = money_of(code);
  price.amount = amount;
  out.prices.push_back(price);
  return out;
}

inline ports::VariantView in_category(ports::VariantView variant, const std::string& category) {
  auto product = std::make_shared<ports::ProductView>(*variant.product);
  product->category = category;
  variant.product = product;
  return variant;
}

inline TaxRate tax(std::string country, std::int64_t bps, std::string region = {}, std::string tax_class = {},
                   bool shipping_taxed = false) {
  TaxRate out;
  out.region = region_code(country, region);
  out.country = std::move(country);
  out.tax_class = std::move(tax_class);
  out.name = "Tax";
  out.bps = bps;
  out.shipping_taxed = shipping_taxed;
  return out;
}

inline ports::LocationView location(std::string id, std::string country, std::int64_t priority) {
  ports::LocationView out;
  out.id = LocationId{std::move(id)};
  out.name = out.id.value;
  out.country = std::move(country);
  out.priority = priority;
  return out;
}

/// What a snapshot is made of, in forms that a test can write down.
struct Shop {
  std::vector<ports::VariantView> variants;
  std::string rules{"[]"};
  std::string zones{R"({"zones":[]})"};
  std::vector<TaxRate> taxes;
  bool prices_include_tax{false};
  Rounding rounding{Rounding::kHalfUp};
  std::vector<std::string> currencies{"EUR"};
  std::int64_t revision{1};
  std::vector<discounts::Usage> usage;
  std::vector<ports::LocationView> places{location("here", "DE", 1)};
  std::string region;  ///< Of the store, in the US.
};

inline std::shared_ptr<Snapshot> snapshot_of(const Shop& shop) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->store = StoreId{"s1"};
  snapshot->revision = shop.revision;
  snapshot->settings.name = "Shop";
  for (const std::string& code : shop.currencies) snapshot->settings.currencies.push_back(money_of(code));
  snapshot->settings.order_url = "https://shop.example/orders/{order_id}";
  snapshot->settings.prices_include_tax = shop.prices_include_tax;
  snapshot->settings.rounding = shop.rounding;
  snapshot->settings.region = shop.region;
  snapshot->catalog = std::make_shared<const ports::CatalogView>(shop.variants, shop.places, shop.revision);
  std::vector<Problem> problems;
  snapshot->rules = discounts::compile(parse_json(shop.rules).value().as_array(), problems);
  snapshot->zones = shipping::compile_zones(parse_json(shop.zones).value().as_object(), problems);
  for (const Problem& problem : problems)
    ADD_FAILURE() << problem.path << " " << problem.code << " " << problem.message;
  snapshot->taxes = shop.taxes;
  snapshot->usage = shop.usage;
  return snapshot;
}

/// One location, levels by variant; nothing known means nothing there.
class LevelsStub final : public ports::StockView {
 public:
  LevelsStub() = default;
  explicit LevelsStub(std::map<std::string, std::int64_t> units) : units_(std::move(units)) {}

  [[nodiscard]] std::vector<ports::StockLevel> levels(const StoreId&, const VariantId& variant) const override {
    const auto found = units_.find(variant.value);
    if (found == units_.end()) return {};
    ports::StockLevel level;
    level.variant = variant;
    level.location = LocationId{"here"};
    level.on_hand = found->second;
    return {level};
  }
  [[nodiscard]] std::int64_t available(const StoreId&, const VariantId& variant) const override {
    const auto found = units_.find(variant.value);
    return found == units_.end() ? 0 : std::max<std::int64_t>(0, found->second);
  }
  void update(const StoreId&, const std::vector<ports::StockLevel>&) override {}

 private:
  std::map<std::string, std::int64_t> units_;
};

/// A session or a quote as the store keeps it.
template <class Value>
std::string written(const Value& value) {
  JsonWriter out;
  write(out, value);
  return out.text();
}

inline Line line(std::string id, std::string item, std::int64_t quantity) {
  Line out;
  out.id = LineId{std::move(id)};
  out.item = std::move(item);
  out.quantity = quantity;
  return out;
}

inline Address address(std::string country, std::string region = {}, std::string postal_code = {}) {
  Address out;
  out.street = "1 Quay";
  out.country = std::move(country);
  out.region = std::move(region);
  out.postal_code = std::move(postal_code);
  return out;
}

inline Destination destination(std::string id, Address where) {
  Destination out;
  out.id = std::move(id);
  out.address = std::move(where);
  return out;
}

/// An open session of store "s1" in EUR.
inline Session session_of(std::vector<Line> lines) {
  Session session;
  session.store = StoreId{"s1"};
  session.id = CheckoutId{"chk_1"};
  session.person = PersonId{"per_1"};
  session.owner = "ucp:https://agent.example";
  session.currency = money_of("EUR");
  session.created_at = session.updated_at = ManualClock::kStart;
  session.expires_at = ManualClock::kStart + std::chrono::hours{6};
  session.lines = std::move(lines);
  return session;
}

/// Adds a delivery of all lines to one place with a chosen option (empty: none chosen).
inline void deliver(Session& session, Address where, std::string option) {
  Delivery delivery;
  delivery.id = "method_" + std::to_string(session.deliveries.size() + 1);
  delivery.destinations.push_back(destination("dest_1", std::move(where)));
  delivery.selected = "dest_1";
  GroupChoice choice;
  choice.id = delivery.id + "_group";
  choice.option = std::move(option);
  delivery.groups.push_back(std::move(choice));
  session.deliveries.push_back(std::move(delivery));
}

inline Quote price_now(const Session& session, const Shop& shop, const ports::StockView& stock) {
  return price(session, *snapshot_of(shop), stock, ManualClock::kStart).value();
}
inline Quote price_now(const Session& session, const Shop& shop) { return price_now(session, shop, LevelsStub{}); }

/// "subtotal 2000, discount -200, tax 342 = 2142"
inline std::string totals_of(const Quote& quote) {
  std::string out;
  for (const Component& component : quote.components) {
    out += (out.empty() ? "" : ", ") + std::string(to_text(component.kind)) + " " + std::to_string(component.amount);
  }
  return out + " = " + std::to_string(quote.total);
}

/// "DE 1900 of 2000: 380", one per entry; included tax has a star.
inline std::string taxes_of(const Quote& quote) {
  std::string out;
  for (const TaxEntry& entry : quote.taxes) {
    out += (out.empty() ? "" : ", ") + entry.jurisdiction + " " + std::to_string(entry.bps) + " of " +
           std::to_string(entry.base) + ": " + std::to_string(entry.amount) + (entry.included ? "*" : "");
  }
  return out;
}

/// "item_unavailable $.line_items[0]; ..."
inline std::string messages_of(const std::vector<Message>& messages) {
  std::string out;
  for (const Message& message : messages) out += (out.empty() ? "" : "; ") + message.code + " " + message.path;
  return out;
}

}  // namespace kassa::checkout
