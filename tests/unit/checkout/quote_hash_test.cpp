// What the shopper accepts: the hash changes with everything that was agreed on and with nothing else.

#include <functional>

#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

Quote agreed() {
  Shop shop;
  shop.variants = {variant("mug", 1250), variant("tea", 799)};
  shop.rules =
      R"([{"id":"ten","title":"Ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}},
    {"id":"cheap","title":"Ship","class":"shipping","trigger":"automatic",
     "value":{"type":"amount","amounts":{"EUR":100}}}])";
  shop.zones = R"({"zones":[{"id":"de","countries":["DE"],"rates":[
    {"id":"std","title":"Standard","by":"flat","amounts":{"EUR":490}},
    {"id":"exp","title":"Express","by":"flat","amounts":{"EUR":990}}]}]})";
  shop.taxes = {tax("DE", 1900, "", "", true)};
  Session session = session_of({line("a", "mug", 2), line("b", "tea", 1)});
  deliver(session, address("DE"), "std");
  Quote quote = price_now(session, shop);
  EXPECT_EQ(totals_of(quote), "subtotal 3299, discount -330, discount -100, fulfillment 490, tax 638 = 3997");
  return quote;
}

struct HashCase {
  const char* name;
  std::function<void(Quote&)> change;
};

TEST(QuoteHash, ChangesWithEverythingThatWasAccepted) {
  const HashCase cases[] = {
      {"currency", [](Quote& q) { q.currency = money_of("USD"); }},
      {"line id", [](Quote& q) { q.lines[0].id = LineId{"x"}; }},
      {"item", [](Quote& q) { q.lines[0].item = "x"; }},
      {"quantity", [](Quote& q) { q.lines[0].quantity += 1; }},
      {"unit price", [](Quote& q) { q.lines[0].unit_price += 1; }},
      {"a line's product discount", [](Quote& q) { q.lines[0].items_discount += 1; }},
      {"a line's share of the order discount", [](Quote& q) { q.lines[1].order_discount += 1; }},
      {"a line's tax", [](Quote& q) { q.lines[1].tax += 1; }},
      {"one line less", [](Quote& q) { q.lines.pop_back(); }},
      {"lines in another order", [](Quote& q) { std::swap(q.lines[0], q.lines[1]); }},
      {"discount amount", [](Quote& q) { q.discounts.applied[0].amount += 1; }},
      {"one discount less", [](Quote& q) { q.discounts.applied.pop_back(); }},
      {"destination", [](Quote& q) { q.deliveries[0].selected = "elsewhere"; }},
      {"option", [](Quote& q) { q.deliveries[0].groups[0].selected = "exp"; }},
      {"shipping price", [](Quote& q) { q.deliveries[0].groups[0].amount += 1; }},
      {"shipping discount", [](Quote& q) { q.deliveries[0].groups[0].discount += 1; }},
      {"tax jurisdiction", [](Quote& q) { q.taxes[0].jurisdiction = "FR"; }},
      {"tax rate", [](Quote& q) { q.taxes[0].bps += 1; }},
      {"tax amount", [](Quote& q) { q.taxes[0].amount += 1; }},
      {"total", [](Quote& q) { q.total += 1; }},
  };
  const Quote quote = agreed();
  std::map<std::string, std::string> seen{{quote.hash, "nothing"}};
  for (const HashCase& row : cases) {
    Quote changed = quote;
    row.change(changed);
    const auto [at, fresh] = seen.emplace(quote_hash(changed), row.name);
    EXPECT_TRUE(fresh) << row.name << " hashes like " << at->second;
  }
}

TEST(QuoteHash, NeverWithMessagesWordsRulesOrTime) {
  const HashCase cases[] = {
      {"messages", [](Quote& q) { q.messages.emplace_back(Level::kError, "out_of_stock", "$"); }},
      {"readiness", [](Quote& q) { q.ready = !q.ready; }},
      {"revision", [](Quote& q) { q.revision += 1; }},
      {"the time of the next change", [](Quote& q) { q.changes_at = ManualClock::kStart; }},
      {"titles and pictures", [](Quote& q) { q.lines[0].title = q.lines[0].image_url = "x"; }},
      {"rule ids", [](Quote& q) { q.discounts.applied[0].rule_id = "x"; }},
      {"codes that gave nothing", [](Quote& q) { q.discounts.rejected.emplace_back(); }},
      {"labels", [](Quote& q) { q.components[0].label = "x"; }},
      {"options that were not chosen", [](Quote& q) { q.deliveries[0].groups[0].options.pop_back(); }},
      {"delivery dates", [](Quote& q) { q.deliveries[0].groups[0].options[0].latest = ManualClock::kStart; }},
      {"the catalogue", [](Quote& q) { q.catalog.reset(); }},
  };
  const Quote quote = agreed();
  for (const HashCase& row : cases) {
    Quote changed = quote;
    row.change(changed);
    EXPECT_EQ(quote_hash(changed), quote.hash) << row.name;
  }
}

TEST(QuoteHash, NoPartCanPassForAnother) {
  Quote shipped;
  shipped.deliveries.resize(1);
  shipped.deliveries[0].groups.resize(1);
  shipped.deliveries[0].groups[0].selected = "DE";
  shipped.deliveries[0].groups[0].amount = 1900;
  shipped.deliveries[0].groups[0].discount = 950;
  Quote taxed;
  taxed.deliveries.resize(1);
  taxed.taxes.resize(1);
  taxed.taxes[0].jurisdiction = "DE";
  taxed.taxes[0].bps = 1900;
  taxed.taxes[0].amount = 950;
  shipped.total = taxed.total = 950;
  EXPECT_NE(quote_hash(shipped), quote_hash(taxed));
}

}  // namespace
}  // namespace kassa::checkout
