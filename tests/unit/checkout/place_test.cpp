// Prices that depend on where a sale goes: a spelling must never buy the price of elsewhere.

#include "services/checkout/place.hpp"

#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

Shop regional_shop() {
  Shop shop;
  shop.variants = {variant("mug", 10'000), variant("card", 10'000)};
  shop.variants[1].requires_shipping = false;
  shop.taxes = {tax("US", 550, "Maine"), tax("NL", 2'100)};
  shop.zones = R"({"zones":[
    {"id":"us","countries":["US"],"rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":500}}]},
    {"id":"islands","countries":["US"],"regions":["HI"],
     "rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":2000}}]},
    {"id":"es","countries":["ES"],"rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":600}}]},
    {"id":"canaries","countries":["ES"],"postal_prefixes":["35"],"regions":["canarias"],
     "rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":1500}}]},
    {"id":"world","countries":"*","rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":900}}]}]})";
  return shop;
}

struct PlaceCase {
  const char* name;
  Address address;
  const char* totals;
  const char* messages;
};

const PlaceCase kPlaces[] = {
    {"a code", address("US", "ME"), "subtotal 10000, fulfillment 500, tax 550 = 11050", ""},
    {"a name", address("US", "Maine"), "subtotal 10000, fulfillment 500, tax 550 = 11050", ""},
    {"a code with its country", address("US", "us-me"), "subtotal 10000, fulfillment 500, tax 550 = 11050", ""},
    {"another region", address("US", "IL"), "subtotal 10000, fulfillment 500 = 10500", ""},
    {"a region of its own zone", address("US", "Hawaii"), "subtotal 10000, fulfillment 2000 = 12000", ""},
    {"no region", address("US"), "subtotal 10000 = 10000", "field_required address_region"},
    {"no such region", address("US", "ZZ"), "subtotal 10000 = 10000", "address_undeliverable address_region"},
    {"a region with dots", address("US", "H.I."), "subtotal 10000 = 10000", "address_undeliverable address_region"},
    {"a country", address("NL", "ZH"), "subtotal 10000, fulfillment 900, tax 2100 = 13000", ""},
    {"its region does not matter", address("NL", "nonsense"), "subtotal 10000, fulfillment 900, tax 2100 = 13000", ""},
    {"three letters", address("NLD"), "subtotal 10000 = 10000", "address_undeliverable address_country"},
    {"a name of a country", address("Netherlands"), "subtotal 10000 = 10000", "address_undeliverable address_country"},
    {"UK", address("UK"), "subtotal 10000 = 10000", "address_undeliverable address_country"},
    {"XX", address("XX"), "subtotal 10000 = 10000", "address_undeliverable address_country"},
    {"no country", address(""), "subtotal 10000 = 10000", "field_required address_country"},
    {"a word of the merchant's own", address("ES", "Canarias", "35001"), "subtotal 10000, fulfillment 1500 = 11500",
     ""},
    {"a postal code that decides", address("ES", "M", "28001"), "subtotal 10000, fulfillment 600 = 10600", ""},
    {"none where it decides", address("ES", "M"), "subtotal 10000 = 10000", "field_required postal_code"},
    {"one with a country before it", address("ES", "M", "E-35001"), "subtotal 10000 = 10000",
     "address_undeliverable postal_code"},
    {"one in wide digits", address("ES", "M", "\uff13\uff15001"), "subtotal 10000 = 10000",
     "address_undeliverable postal_code"},
    {"one that is a blank", address("ES", "M", " "), "subtotal 10000 = 10000", "address_undeliverable postal_code"},
};

TEST(Places, SpellingsOfDestinationsNeverBuyThePriceOfElsewhere) {
  const std::string path = "$.fulfillment.methods[0].destinations[0].";
  for (const PlaceCase& row : kPlaces) {
    Session session = session_of({line("a", "mug", 1)});
    deliver(session, row.address, "std");
    const Quote quote = price_now(session, regional_shop());
    std::string told = messages_of(quote.messages);
    if (const auto at = told.find(path); at != std::string::npos) told.erase(at, path.size());
    EXPECT_EQ(totals_of(quote), row.totals) << row.name;
    EXPECT_EQ(told, row.messages) << row.name;
    EXPECT_EQ(quote.ready, told.empty()) << row.name;
  }
}

struct HintCase {
  const char* name;
  const char* country;
  const char* region;
  std::int64_t total;
  const char* messages;
};

const HintCase kHints[] = {
    {"silence is the store's place, and that must be sound, too", "", "", 10'000,
     "field_required $.context.address_region"},
    {"a code", "NL", "", 12'100, ""},
    {"three letters", "NLD", "", 10'000, "field_invalid $.context.address_country"},
    {"a region by name", "US", "Maine", 10'550, ""},
    {"no region where it decides", "US", "", 10'000, "field_required $.context.address_region"},
    {"no such region", "US", "Mane", 10'000, "field_invalid $.context.address_region"},
};

TEST(Places, AHintThatTaxesASaleMustBeSound) {
  for (const HintCase& row : kHints) {
    Session session = session_of({line("a", "card", 1)});
    session.context.country = row.country;
    session.context.region = row.region;
    const Quote quote = price_now(session, regional_shop());
    EXPECT_EQ(quote.total, row.total) << row.name;
    EXPECT_EQ(messages_of(quote.messages), row.messages) << row.name;
  }
}

TEST(Places, SilenceIsNotCheaperThanTheStoresOwnPlace) {
  Shop shop = regional_shop();
  shop.region = "Maine";
  EXPECT_EQ(totals_of(price_now(session_of({line("a", "card", 1)}), shop)), "subtotal 10000, tax 550 = 10550");
}

TEST(Places, ADestinationThatNoGoodsGoToDecidesNothing) {
  Session session = session_of({line("a", "mug", 1)});
  deliver(session, address("CH"), "std");
  deliver(session, address("NL", "ZH"), "std");
  session.deliveries[1].all_lines = false;
  session.deliveries[1].lines = {LineId{"a"}};
  const Quote quote = price_now(session, regional_shop());
  EXPECT_EQ(totals_of(quote), "subtotal 10000, fulfillment 900, tax 2100 = 13000");
  EXPECT_TRUE(quote.ready);
  EXPECT_EQ(sale_place(session, quote).country, "NL");
}

TEST(Places, EachDeliveryIsTaxedWhereItGoes) {
  Session session = session_of({line("a", "mug", 1), line("b", "mug", 2)});
  deliver(session, address("US", "ME"), "std");
  deliver(session, address("NL", "ZH"), "std");
  for (int i = 0; i < 2; ++i) {
    session.deliveries[static_cast<std::size_t>(i)].all_lines = false;
    session.deliveries[static_cast<std::size_t>(i)].lines = {LineId{i == 0 ? "a" : "b"}};
  }
  const Quote quote = price_now(session, regional_shop());
  EXPECT_EQ(taxes_of(quote), "US-ME 550 of 10000: 550, NL 2100 of 20000: 4200");
  EXPECT_TRUE(quote.ready);
}

TEST(Places, GoodsThatGoNowhereAreNotTaxFreeInACountryThatIsNone) {
  for (const Address& where : {address("XX"), address("US", "Nowhere"), address("US")}) {
    Session session = session_of({line("a", "card", 1)});
    deliver(session, where, "std");
    const Quote quote = price_now(session, regional_shop());
    EXPECT_FALSE(quote.ready) << where.country << where.region;
  }
}

TEST(Places, AHintIsNotAskedForWhereADestinationWillTell) {
  Session session = session_of({line("a", "mug", 1)});
  session.context.country = "NLD";
  EXPECT_EQ(messages_of(price_now(session, regional_shop()).messages), "field_required $.fulfillment.methods");
}

TEST(Places, ACountryThatIsNoneMeetsNoRuleAboutCountries) {
  Shop shop = regional_shop();
  shop.rules = R"([{"id":"abroad","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
    "when":{"attr":"cart.country","op":"ne","value":"NL"}}])";
  Session session = session_of({line("a", "card", 1)});
  session.context.country = "NLD";
  EXPECT_EQ(price_now(session, shop).total, 10'000);
  session.context.country = "DE";
  EXPECT_EQ(price_now(session, shop).total, 9'000);
}

TEST(Places, AnEmailMustLookLikeOneAndCountsAsOneCustomer) {
  Shop shop = regional_shop();
  shop.rules = R"([{"id":"once","class":"order","trigger":{"codes":["ONCE"]},"value":{"type":"percent","bps":5000},
    "limits":{"per_customer":1}}])";
  Session session = session_of({line("a", "card", 1)});
  session.codes = {"ONCE"};
  session.context.country = "CH";
  const std::string needs_buyer = "discount_code_user_not_logged_in $.discounts.codes[0]";
  EXPECT_EQ(messages_of(price_now(session, shop).messages), needs_buyer);
  session.buyer.email = "not-an-email";
  EXPECT_EQ(messages_of(price_now(session, shop).messages), needs_buyer + "; field_invalid $.buyer.email");
  session.buyer.email = "ada@shop.example";
  EXPECT_EQ(price_now(session, shop).total, 5'000);
}

}  // namespace
}  // namespace kassa::checkout
