#pragma once
// Random shops and carts for properties: every kind of rule, zone and tax row that pricing meets, in one currency. Uses
// rapidcheck's generators, so a failure shrinks and repeats by its seed.

#include <rapidcheck.h>

#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {

inline std::int64_t any_between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange<std::int64_t>(low, high + 1);
}
inline bool one_in(std::int64_t n) { return any_between(1, n) == 1; }
inline std::string any_of(std::vector<std::string> words) {
  return words[static_cast<std::size_t>(any_between(0, static_cast<std::int64_t>(words.size()) - 1))];
}

inline std::vector<ports::VariantView> any_variants() {
  std::vector<ports::VariantView> out;
  const std::int64_t count = any_between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t ceiling = one_in(10) ? 10'000'000'000 : 30'000;
    auto made =
        in_category(variant("v" + std::to_string(i), one_in(8) ? 0 : any_between(1, ceiling)), any_of({"mugs", "tea"}));
    made.tax_class = any_of({"standard", "food"});
    made.taxable = !one_in(5);
    made.requires_shipping = !one_in(4);
    made.grams = any_between(0, 2'000);
    out.push_back(std::move(made));
  }
  return out;
}

inline json::object any_value() {
  if (one_in(2)) return json::object{{"type", "percent"}, {"bps", any_between(0, 10'000)}};
  return json::object{{"type", "amount"}, {"amounts", {{"EUR", any_between(0, 4'000)}}}};
}

inline std::string any_rules() {
  json::array rules;
  const std::int64_t count = any_between(0, 4);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string id = "r" + std::to_string(i);
    json::object rule{{"id", id}, {"class", any_of({"product", "order", "shipping"})}, {"value", any_value()}};
    rule["title"] = "Rule " + id;
    rule["trigger"] = one_in(2) ? json::value("automatic") : json::value{{"codes", {"CODE" + id}}};
    if (rule["class"] == "product" && one_in(2)) {
      rule["target"] = json::value{{"where", {{"attr", "line.category"}, {"op", "eq"}, {"value", "tea"}}}};
    }
    if (one_in(3)) {
      rule["when"] =
          json::value{{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", any_between(1, 20'000)}}}};
    }
    if (one_in(4)) rule["limits"] = json::value{{"global", any_between(1, 9)}, {"per_customer", any_between(1, 3)}};
    rules.push_back(std::move(rule));
  }
  return json::serialize(rules);
}

inline std::string any_zones() {
  const std::string flat = std::to_string(any_between(0, 2'000));
  const std::string free_from = std::to_string(any_between(1, 30'000));
  return R"({"zones":[{"id":"de","countries":["DE"],"rates":[
    {"id":"std","title":"Standard","by":"weight","days":{"max":3},
     "bands":{"EUR":[{"from":0,"to":1500,"amount":490},{"from":1500,"amount":)" +
         flat + R"(}]}},
    {"id":"exp","title":"Express","by":"flat","amounts":{"EUR":)" +
         flat + R"(},"free_over":{"EUR":)" + free_from +
         R"(}}]},{"id":"us","countries":["US"],"rates":[
           {"id":"std","title":"Air","by":"flat","amounts":{"EUR":2500}}]}]})";
}

inline std::vector<TaxRate> any_taxes() {
  std::vector<TaxRate> out;
  for (const std::string country : {"DE", "US"}) {
    if (one_in(4)) continue;
    out.push_back(tax(country, any_between(0, 3'000), "", "", one_in(2)));
    if (one_in(2)) out.push_back(tax(country, any_between(0, 3'000), "", "food", one_in(2)));
    if (one_in(2)) out.push_back(tax(country, any_between(0, 3'000), "NY", "", one_in(2)));
  }
  return out;
}

inline Shop any_shop() {
  Shop shop;
  shop.variants = any_variants();
  shop.rules = any_rules();
  shop.zones = any_zones();
  shop.taxes = any_taxes();
  shop.prices_include_tax = one_in(2);
  shop.rounding = one_in(3) ? Rounding::kTruncate : Rounding::kHalfUp;
  shop.revision = any_between(1, 1'000'000);
  return shop;
}

inline void any_deliveries(Session& session) {
  const std::int64_t count = any_between(0, 2);
  for (std::int64_t i = 0; i < count; ++i) {
    deliver(session, address(any_of({"DE", "US", "FR"}), any_of({"", "NY", "IL"})), any_of({"std", "exp", ""}));
    Delivery& delivery = session.deliveries.back();
    if (one_in(3) && !session.lines.empty()) {
      delivery.all_lines = false;
      delivery.lines = {
          session.lines[static_cast<std::size_t>(any_between(0, static_cast<std::int64_t>(session.lines.size()) - 1))]
              .id};
    }
    if (one_in(6)) delivery.selected.clear();
  }
}

inline Session any_session(const Shop& shop) {
  Session session = session_of({});
  const std::int64_t count = any_between(0, 6);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto pick = static_cast<std::size_t>(any_between(0, static_cast<std::int64_t>(shop.variants.size()) - 1));
    const std::string item = one_in(12) ? "ghost" : shop.variants[pick].id.value;
    session.lines.push_back(line("l" + std::to_string(i), item, any_between(1, one_in(10) ? 90'000 : 30)));
  }
  any_deliveries(session);
  if (one_in(2)) session.codes = {"CODEr0", "coder1", "NOPE"};
  if (one_in(2)) session.buyer.email = "ada@shop.example";
  session.context.country = any_of({"", "DE"});
  return session;
}

}  // namespace kassa::checkout
