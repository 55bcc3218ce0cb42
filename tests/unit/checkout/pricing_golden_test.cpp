// Totals computed by hand.

#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

constexpr const char* kGoldenZones = R"({"zones":[
  {"id":"de","countries":["DE"],"rates":[
    {"id":"std","title":"Standard","by":"weight","bands":{"EUR":[{"from":0,"to":1000,"amount":490},
                                                                {"from":1000,"amount":790}]}},
    {"id":"exp","title":"Express","by":"flat","amounts":{"EUR":1490},"free_over":{"EUR":9000}}]},
  {"id":"nl","countries":["NL"],"rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":590}}]},
  {"id":"us","countries":["US"],"rates":[{"id":"std","title":"Air","by":"flat","amounts":{"EUR":2500}}]}]})";

constexpr const char* kTenPercent =
    R"([{"id":"ten","title":"Ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}}])";
constexpr const char* kTeaSale =
    R"([{"id":"tea","title":"Tea sale","class":"product","trigger":"automatic",
         "target":{"where":{"attr":"line.category","op":"eq","value":"tea"}},"value":{"type":"percent","bps":1500}}])";
constexpr const char* kFreeShipping =
    R"([{"id":"free","title":"Free","class":"shipping","trigger":{"codes":["SHIP"]},
         "value":{"type":"percent","bps":10000}}])";

/// mug 12.50 (300 g), tea 7.99 (food, 100 g), book 5.00 (not taxed), voucher 20.00 (not shipped).
Shop shop() {
  Shop out;
  out.variants = {variant("mug", 1250), in_category(variant("tea", 799), "tea"), variant("book", 500),
                  variant("voucher", 2000)};
  out.variants[0].grams = 300;
  out.variants[1].tax_class = "food";
  out.variants[2].taxable = false;
  out.variants[3].requires_shipping = false;
  out.zones = kGoldenZones;
  return out;
}

Shop with_rules(const char* rules) {
  Shop out = shop();
  out.rules = rules;
  return out;
}
Shop with_taxes(std::vector<TaxRate> taxes, Shop out = shop()) {
  out.taxes = std::move(taxes);
  return out;
}
Shop gross(Shop out) {
  out.prices_include_tax = true;
  return out;
}
Shop truncating(Shop out) {
  out.rounding = Rounding::kTruncate;
  return out;
}

struct Cart {
  std::vector<Line> lines;
  Address where;
  std::string option;
  std::vector<std::string> codes;
};

struct GoldenCase {
  const char* name;
  Shop shop;
  Cart cart;
  const char* totals;
  const char* taxes;
};

void check_golden(const std::vector<GoldenCase>& cases) {
  for (const GoldenCase& row : cases) {
    Session session = session_of(row.cart.lines);
    session.codes = row.cart.codes;
    if (!row.cart.where.country.empty()) deliver(session, row.cart.where, row.cart.option);
    const Quote quote = price_now(session, row.shop);
    EXPECT_EQ(totals_of(quote), row.totals) << row.name;
    EXPECT_EQ(taxes_of(quote), row.taxes) << row.name;
  }
}

const Line kTwoMugs = line("l1", "mug", 2);
const Line kTea = line("l2", "tea", 1);

TEST(PricingGolden, GoodsAndShipping) {
  check_golden({
      {"nothing", shop(), {}, "subtotal 0 = 0", ""},
      {"two mugs", shop(), {{kTwoMugs}, {}, "", {}}, "subtotal 2500 = 2500", ""},
      {"below a kilogram",
       shop(),
       {{kTwoMugs, kTea}, address("DE"), "std", {}},
       "subtotal 3299, fulfillment 490 = 3789",
       ""},
      {"a kilogram is the next band",
       shop(),
       {{line("l1", "mug", 3), kTea}, address("DE"), "std", {}},
       "subtotal 4549, fulfillment 790 = 5339",
       ""},
      {"not chosen yet costs nothing yet", shop(), {{kTwoMugs}, address("DE"), "", {}}, "subtotal 2500 = 2500", ""},
      {"free delivery is told as zero",
       shop(),
       {{line("l1", "mug", 8)}, address("DE"), "exp", {}},
       "subtotal 10000, fulfillment 0 = 10000",
       ""},
      {"what is not shipped weighs nothing",
       shop(),
       {{line("l1", "voucher", 9), kTea}, address("DE"), "std", {}},
       "subtotal 18799, fulfillment 490 = 19289",
       ""},
  });
}

TEST(PricingGolden, Discounts) {
  check_golden({
      {"ten percent of 3299 is 329.9",
       with_rules(kTenPercent),
       {{kTwoMugs, kTea}, {}, "", {}},
       "subtotal 3299, discount -330 = 2969",
       ""},
      {"truncated it is 329",
       truncating(with_rules(kTenPercent)),
       {{kTwoMugs, kTea}, {}, "", {}},
       "subtotal 3299, discount -329 = 2970",
       ""},
      {"15 percent of one line, 119.85",
       with_rules(kTeaSale),
       {{kTwoMugs, kTea}, {}, "", {}},
       "subtotal 3299, items_discount -120 = 3179",
       ""},
      {"shipping for nothing by code",
       with_rules(kFreeShipping),
       {{kTwoMugs}, address("NL"), "std", {"ship"}},
       "subtotal 2500, discount -590, fulfillment 590 = 2500",
       ""},
      {"the free-delivery threshold counts what is left after discounts",
       with_rules(kTenPercent),
       {{line("l1", "mug", 8)}, address("DE"), "exp", {}},
       "subtotal 10000, discount -1000, fulfillment 0 = 9000",
       ""},
      {"and is missed by a cent",
       with_rules(
           R"([{"id":"off","class":"order","trigger":"automatic","value":{"type":"amount","amounts":{"EUR":1001}}}])"),
       {{line("l1", "mug", 8)}, address("DE"), "exp", {}},
       "subtotal 10000, discount -1001, fulfillment 1490 = 10489",
       ""},
      {"a discount never goes below zero",
       with_rules(
           R"([{"id":"off","class":"order","trigger":"automatic",
                "value":{"type":"amount","amounts":{"EUR":999999}}}])"),
       {{kTea}, {}, "", {}},
       "subtotal 799, discount -799 = 0",
       ""},
  });
}

TEST(PricingGolden, TaxAddedToPrices) {
  const Cart mugs{{kTwoMugs}, address("DE"), "std", {}};
  check_golden({
      {"19 percent of 2500", with_taxes({tax("DE", 1900)}), mugs, "subtotal 2500, fulfillment 490, tax 475 = 3465",
       "DE 1900 of 2500: 475"},
      {"shipping too, 19 percent of 2990 is 568.1", with_taxes({tax("DE", 1900, "", "", true)}), mugs,
       "subtotal 2500, fulfillment 490, tax 568 = 3558", "DE 1900 of 2990: 568"},
      {"after a discount of 250: 427.5 goes up", with_taxes({tax("DE", 1900)}, with_rules(kTenPercent)), mugs,
       "subtotal 2500, discount -250, fulfillment 490, tax 428 = 3168", "DE 1900 of 2250: 428"},
      {"or down where the shop truncates", with_taxes({tax("DE", 1900)}, truncating(with_rules(kTenPercent))), mugs,
       "subtotal 2500, discount -250, fulfillment 490, tax 427 = 3167", "DE 1900 of 2250: 427"},
      {"two classes are two entries",
       with_taxes({tax("DE", 1900), tax("DE", 700, "", "food")}),
       {{kTwoMugs, kTea}, address("DE"), "std", {}},
       "subtotal 3299, fulfillment 490, tax 475, tax 56 = 4320",
       "DE 1900 of 2500: 475, DE 700 of 799: 56"},
      {"free shipping is not taxed",
       with_taxes({tax("NL", 2100, "", "", true)}, with_rules(kFreeShipping)),
       {{kTwoMugs}, address("NL"), "std", {"SHIP"}},
       "subtotal 2500, discount -590, fulfillment 590, tax 525 = 3025",
       "NL 2100 of 2500: 525"},
      {"a rate of zero is an entry without a component", with_taxes({tax("DE", 0)}), mugs,
       "subtotal 2500, fulfillment 490 = 2990", "DE 0 of 2500: 0"},
      {"what is not taxable is not in the base",
       with_taxes({tax("DE", 1900)}),
       {{kTwoMugs, line("l2", "book", 1)}, address("DE"), "std", {}},
       "subtotal 3000, fulfillment 490, tax 475 = 3965",
       "DE 1900 of 2500: 475"},
      {"a country without a row has no tax", with_taxes({tax("FR", 2000)}), mugs,
       "subtotal 2500, fulfillment 490 = 2990", ""},
  });
}

TEST(PricingGolden, TaxContainedInPrices) {
  const Cart one{{line("l1", "mug", 1)}, address("DE"), "std", {}};
  check_golden({
      {"19/119 of 1250 is 199.58", gross(with_taxes({tax("DE", 1900)})), one, "subtotal 1250, fulfillment 490 = 1740",
       "DE 1900 of 1250: 200*"},
      {"of goods and shipping, 277.82", gross(with_taxes({tax("DE", 1900, "", "", true)})), one,
       "subtotal 1250, fulfillment 490 = 1740", "DE 1900 of 1740: 278*"},
      {"of what is left after a discount of 125: 179.62", gross(with_taxes({tax("DE", 1900)}, with_rules(kTenPercent))),
       one, "subtotal 1250, discount -125, fulfillment 490 = 1615", "DE 1900 of 1125: 180*"},
      {"truncated", gross(truncating(with_taxes({tax("DE", 1900)}))), one, "subtotal 1250, fulfillment 490 = 1740",
       "DE 1900 of 1250: 199*"},
  });
}

struct TaxPlaceCase {
  const char* name;
  Address where;
  const char* item;
  const char* taxes;
};

TEST(PricingGolden, TheMostSpecificRowWins) {
  const Shop us = with_taxes({tax("US", 100), tax("US", 200, "", "food"), tax("US", 888, "NY"),
                              tax("US", 0, "NY", "food"), tax("US", 550, "ME"), tax("CA", 1300)});
  const TaxPlaceCase cases[] = {
      {"the country's row", address("US", "TX"), "mug", "US 100 of 1250: 13"},
      {"without a region none, because it decides", address("US"), "mug", ""},
      {"the class beats any class", address("US", "TX"), "tea", "US 200 of 799: 16"},
      {"the region beats the country", address("US", "NY"), "mug", "US-NY 888 of 1250: 111"},
      {"region and class beat all", address("US", "NY"), "tea", "US-NY 0 of 799: 0"},
      {"the region beats the class", address("US", "ME"), "tea", "US-ME 550 of 799: 44"},
      {"a region is found in small letters", address("US", "ny"), "mug", "US-NY 888 of 1250: 111"},
      {"and under its full name", address("US", "US-NY"), "mug", "US-NY 888 of 1250: 111"},
      {"another country's region of that name is not", address("CA", "NY"), "mug", "CA 1300 of 1250: 163"},
  };
  for (const TaxPlaceCase& row : cases) {
    Session session = session_of({line("l1", row.item, 1)});
    deliver(session, row.where, "std");
    EXPECT_EQ(taxes_of(price_now(session, us)), row.taxes) << row.name;
  }
}

TEST(PricingGolden, WithoutAnAddressTheShoppersHintIsTaxed) {
  const Shop de = with_taxes({tax("DE", 1900), tax("US", 300)});
  Session session = session_of({line("l1", "voucher", 1)});
  EXPECT_EQ(taxes_of(price_now(session, de)), "US 300 of 2000: 60") << "silence: where the store is";
  session.context.country = "DE";
  EXPECT_EQ(taxes_of(price_now(session, de)), "DE 1900 of 2000: 380");
}

struct SplitCase {
  const char* name;
  std::vector<std::int64_t> prices;
  std::int64_t bps;
  bool with_shipping;
  std::int64_t entry;
  std::vector<std::int64_t> shares;
};

TEST(PricingGolden, TaxIsSplitOverLinesByLargestRemainder) {
  const SplitCase cases[] = {
      {"evenly", {100, 100, 100}, 1900, false, 57, {19, 19, 19}},
      {"0.8 before 0.2", {15, 10}, 1000, false, 3, {2, 1}},
      {"ties go to the first", {10, 10}, 500, false, 1, {1, 0}},
      {"nothing to a free line", {0, 50}, 1900, false, 10, {0, 10}},
      {"the rest belongs to shipping", {15, 10}, 1000, true, 62, {2, 1}},
  };
  for (const SplitCase& row : cases) {
    Shop shop_of_prices = with_taxes({tax("NL", row.bps, "", "", row.with_shipping)});
    shop_of_prices.variants.clear();
    std::vector<Line> lines;
    for (std::size_t i = 0; i < row.prices.size(); ++i) {
      const std::string id = "v" + std::to_string(i);
      shop_of_prices.variants.push_back(variant(id, row.prices[i]));
      lines.push_back(line(id, id, 1));
    }
    Session session = session_of(std::move(lines));
    deliver(session, address("NL"), "std");
    const Quote quote = price_now(session, shop_of_prices);
    std::vector<std::int64_t> shares;
    for (const QuoteLine& priced : quote.lines) shares.push_back(priced.tax);
    EXPECT_EQ(shares, row.shares) << row.name;
    EXPECT_EQ(quote.taxes.at(0).amount, row.entry) << row.name;
  }
}

}  // namespace
}  // namespace kassa::checkout
