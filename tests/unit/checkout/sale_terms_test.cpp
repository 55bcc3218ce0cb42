// Prices of lists and terms of sale inside a quote: what is charged, what is said, and when it changes by itself.

#include "services/checkout/edit.hpp"
#include "services/checkout/known_orders.hpp"
#include "tests/unit/checkout/plain_renderer.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

using std::chrono::hours;

constexpr Instant kOpening = ManualClock::kStart;

ports::VariantView sold_under(std::string id, const ports::SaleTerms& terms,
                              std::vector<ports::ListPrice> prices = {}) {
  ports::VariantView out = variant(std::move(id), 1000);
  out.requires_shipping = false;
  auto specials = std::make_shared<ports::VariantSpecials>();
  specials->terms = terms;
  specials->prices = std::move(prices);
  out.specials = specials;
  return out;
}

ports::ListPrice price_in_list(std::int64_t amount, std::int64_t min_quantity, std::string group = {}) {
  ports::ListPrice out;
  out.currency = money_of("EUR");
  out.amount = amount;
  out.min_quantity = min_quantity;
  out.group = std::move(group);
  return out;
}

Shop shop_under(const ports::SaleTerms& terms, std::vector<ports::ListPrice> prices = {}) {
  Shop shop;
  shop.variants = {sold_under("wine", terms, std::move(prices)), sold_under("plain", {})};
  shop.variants.back().specials = nullptr;
  return shop;
}

struct TermsCase {
  const char* name;
  ports::SaleTerms terms;
  std::vector<Line> lines;
  const char* messages;
};

TEST(SaleTerms, QuantitiesAreOfAllLinesOfAVariant) {
  ports::SaleTerms sixes;
  sixes.minimum_quantity = 6;
  sixes.quantity_multiple = 6;
  sixes.maximum_quantity = 12;
  ports::SaleTerms two_each;
  two_each.customer_limit = 2;
  const TermsCase cases[] = {
      {"too few",
       sixes,
       {line("a", "wine", 5)},
       "minimum_quantity $.line_items[0].quantity; quantity_multiple $.line_items[0].quantity"},
      {"enough", sixes, {line("a", "wine", 6)}, ""},
      {"enough in two lines", sixes, {line("a", "wine", 4), line("b", "wine", 2)}, ""},
      {"no multiple", sixes, {line("a", "wine", 7)}, "quantity_multiple $.line_items[0].quantity"},
      {"too many", sixes, {line("a", "wine", 18)}, "maximum_quantity $.line_items[0].quantity"},
      {"too many with the second line",
       sixes,
       {line("a", "wine", 6), line("x", "plain", 50), line("b", "wine", 12)},
       "maximum_quantity $.line_items[2].quantity"},
      {"more than one customer can have", two_each, {line("a", "wine", 3)}, "customer_limit $.line_items[0].quantity"},
      {"as much as one customer can have", two_each, {line("a", "wine", 2)}, ""},
  };
  for (const TermsCase& row : cases) {
    const Quote quote = price_now(session_of(row.lines), shop_under(row.terms));
    EXPECT_EQ(messages_of(quote.messages), row.messages) << row.name;
    EXPECT_EQ(quote.ready, quote.messages.empty()) << row.name;
  }
}

TEST(SaleTerms, WhatTheStoreHasRefusedCounts) {
  ports::SaleTerms three_each;
  three_each.customer_limit = 3;
  Session session = session_of({line("a", "wine", 2)});
  session.limited_items = {{"wine", 2}};
  const Shop shop = shop_under(three_each);
  EXPECT_EQ(messages_of(price_now(session, shop).messages), "customer_limit $.line_items[0].quantity");
  session.lines[0].quantity = 1;
  EXPECT_TRUE(price_now(session, shop).ready);
}

TEST(SaleTerms, AWindowIsHalfOpenAndTheQuoteSaysWhenItMoves) {
  ports::SaleTerms terms;
  terms.sale_from = kOpening;
  terms.sale_until = kOpening + hours{2};
  const auto snapshot = snapshot_of(shop_under(terms));
  const Session session = session_of({line("a", "wine", 1)});
  const auto at = [&](Instant now) { return price(session, *snapshot, LevelsStub{}, now).value(); };
  const Quote early = at(kOpening - Millis{1});
  EXPECT_EQ(messages_of(early.messages), "not_on_sale_yet $.line_items[0]");
  EXPECT_EQ(early.changes_at, kOpening);
  EXPECT_EQ(messages_of(at(kOpening).messages), "");
  EXPECT_EQ(at(kOpening).changes_at, kOpening + hours{2});
  EXPECT_EQ(messages_of(at(kOpening + hours{2}).messages), "no_longer_on_sale $.line_items[0]");
  EXPECT_EQ(at(kOpening + hours{2}).changes_at, std::nullopt);
}

TEST(SaleTerms, AgeIsAskedOnceAndConfirmedOnce) {
  ports::SaleTerms adult;
  adult.minimum_age = 18;
  ports::SaleTerms older;
  older.minimum_age = 21;
  Shop shop = shop_under(adult);
  shop.variants.push_back(sold_under("rum", older));
  Session session = session_of({line("a", "wine", 1), line("b", "rum", 1), line("c", "plain", 1)});
  const Quote asked = price_now(session, shop);
  ASSERT_EQ(messages_of(asked.messages), "age_confirmation_required $.age_confirmed");
  EXPECT_EQ(asked.messages[0].severity, Severity::kBuyerInput);
  EXPECT_EQ(asked.messages[0].params, (std::vector<std::pair<std::string, std::string>>{{"minimum_age", "21"}}));
  OrderDetail detail;
  detail.age_confirmed = true;
  session.detail = std::make_shared<const OrderDetail>(detail);
  EXPECT_TRUE(price_now(session, shop).ready);
  EXPECT_EQ(price_now(session, shop).hash, asked.hash) << "it changes nothing that is sold";
}

TEST(SaleTerms, APreorderIsToldUntilItsDay) {
  ports::SaleTerms later;
  later.preorder_until = kOpening + hours{24};
  const auto snapshot = snapshot_of(shop_under(later));
  const Session session = session_of({line("a", "wine", 1)});
  const Quote before = price(session, *snapshot, LevelsStub{}, kOpening).value();
  ASSERT_TRUE(before.lines[0].detail);
  EXPECT_EQ(before.lines[0].detail->preorder_until, kOpening + hours{24});
  EXPECT_EQ(before.changes_at, kOpening + hours{24});
  EXPECT_TRUE(before.ready);
  EXPECT_FALSE(price(session, *snapshot, LevelsStub{}, kOpening + hours{24}).value().lines[0].detail);
}

TEST(PriceLists, BreaksCountAllLinesAndGroupsNeedSomebodyWhoVouches) {
  const Shop shop = shop_under({}, {price_in_list(900, 10), price_in_list(700, 1, "trade")});
  Session session = session_of({line("a", "wine", 6), line("b", "wine", 4), line("c", "plain", 1)});
  EXPECT_EQ(price_now(session, shop).total, 10 * 900 + 1000);
  session.buyer.email = "jane@shop.example";
  session.known_orders = KnownOrders{"jane@shop.example", -1};
  session.known_orders->segments = std::vector<std::string>{"trade"};
  EXPECT_EQ(price_now(session, shop).total, 10 * 900 + 1000) << "anybody can write an e-mail";
  session.vouched = true;
  EXPECT_EQ(price_now(session, shop).total, 10 * 700 + 1000);
  session.buyer.email = "john@shop.example";
  EXPECT_EQ(price_now(session, shop).total, 10 * 900 + 1000) << "another one's groups";
}

TEST(PriceLists, OnlyStoresThatUseThemAskForBuyers) {
  EXPECT_FALSE(asks_for_buyers(*snapshot_of(shop_under({}, {price_in_list(900, 10)}))));
  EXPECT_TRUE(asks_for_buyers(*snapshot_of(shop_under({}, {price_in_list(900, 10, "trade")}))));
}

TEST(TaxExemption, CountsWhereTheStoreKnowsItAndSomebodyVouches) {
  Shop shop = shop_under({});
  shop.taxes = {tax("DE", 1900)};
  const auto snapshot = snapshot_of(shop);
  Session session = session_of({line("a", "plain", 1)});
  session.context.country = "DE";
  session.buyer.email = "jane@shop.example";
  session.known_orders = KnownOrders{"jane@shop.example", -1};
  session.known_orders->tax_exemption = {"resale", "C-17"};
  const auto total = [&] { return price(session, *snapshot, LevelsStub{}, kOpening).value().total; };
  EXPECT_EQ(total(), 1190);
  session.vouched = true;
  EXPECT_EQ(total(), 1190) << "the store has none";
  snapshot->settings.tax_exempt_shoppers = true;
  EXPECT_EQ(total(), 1000);
  EXPECT_TRUE(asks_for_buyers(*snapshot));
  session.vouched = false;
  EXPECT_EQ(total(), 1190);
}

TEST(Vouching, IsOfWhoGaveTheEMailAndEndsWithIt) {
  const auto snapshot = snapshot_of(shop_under({}));
  const LevelsStub stock;
  const PlainRenderer renderer;
  Caller caller;
  caller.store = StoreId{"s1"};
  caller.principal = "key:1";
  caller.rendering = "plain/1";
  const auto with_email = [&](const Session& session, bool trusted, std::string email) {
    caller.knows_shoppers = trusted;
    Patch patch;
    Buyer buyer;
    buyer.email = std::move(email);
    patch.buyer.set(std::move(buyer));
    const EditInputs inputs{*snapshot, stock, renderer, {}, kOpening};
    return *edit(session, caller, {}, patch, Operation::kUpdate, inputs).value().session;
  };
  const Session nobody = session_of({line("a", "plain", 1)});
  const Session shopper = with_email(nobody, false, "jane@shop.example");
  EXPECT_FALSE(shopper.vouched);
  const Session backend = with_email(shopper, true, "jane@shop.example");
  EXPECT_TRUE(backend.vouched);
  EXPECT_TRUE(with_email(backend, false, "jane@shop.example").vouched) << "still the e-mail that was vouched for";
  EXPECT_FALSE(with_email(backend, false, "boss@shop.example").vouched);
  EXPECT_FALSE(with_email(backend, true, "").vouched);
}

}  // namespace
}  // namespace kassa::checkout
