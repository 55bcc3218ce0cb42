#include "tests/unit/shipping/support.hpp"

namespace kassa::shipping {
namespace {

constexpr std::string_view kTable = R"({"zones":[
 {"id":"world","name":"Rest of the world","countries":"*",
  "rates":[{"id":"standard","title":"Post","by":"flat","amounts":{"EUR":2500,"USD":2900}}]},
 {"id":"us","name":"United States","countries":["US","CA"],
  "rates":[{"id":"standard","title":"Standard","by":"flat","amounts":{"EUR":900,"USD":1000}}]},
 {"id":"california","name":"California","countries":["US"],"regions":["CA"],
  "rates":[{"id":"standard","title":"Standard","by":"flat","amounts":{"EUR":700}}]},
 {"id":"bay","name":"Bay Area","countries":["US"],"postal_prefixes":["94"],
  "rates":[{"id":"standard","title":"Standard","by":"flat","amounts":{"EUR":500}}]},
 {"id":"mission","name":"Mission","countries":["US"],"postal_prefixes":["94110"],
  "rates":[{"id":"bike","title":"Bicycle","by":"flat","amounts":{"EUR":300}}]},
 {"id":"closed","name":"Closed","countries":["AQ"],"no_service":true},
 {"id":"home","name":"Home","countries":["DE"],"rates":[
  {"id":"express","title":"Express","carrier":"DHL","by":"flat","amounts":{"EUR":1490},"days":{"min":1,
      "max":2}},
  {"id":"standard","title":"Standard","description":"By post","by":"weight","days":{"max":5},
   "bands":{"EUR":[{"from":0,"to":1000,"amount":490},{"from":1000,"to":5000,"amount":790},{"from":5000,
      "amount":1990}]},
   "free_over":{"EUR":10000},"free_for":{"tags":["light"],"products":["card"],"variants":["v1"]}},
  {"id":"letter","title":"Letter","by":"count","bands":{"EUR":[{"from":1,"to":3,"amount":200}]},
   "only_for":{"tags":["flat"],"variants":["v1"]}},
  {"id":"pallet","title":"Pallet","by":"price","bands":{"EUR":[{"from":50000,"amount":9900}]}}]}
]})";

struct QuoteCase {
  const char* name;
  Destination destination;
  Package package;
  const char* expected;
};

Package with_items(Package package, std::vector<PackageItem> items) {
  package.items = std::move(items);
  return package;
}

Package with_variants(Package package, std::vector<std::string> variants) {
  package.variants = std::move(variants);
  return package;
}

PackageItem item(std::string variant, std::string product = "p", std::vector<std::string> tags = {}) {
  PackageItem out;
  out.variant = std::move(variant);
  out.product = std::move(product);
  out.tags = std::move(tags);
  return out;
}

const QuoteCase kQuoteCases[] = {
    {"a listed country", to("CA"), parcel(1000), "us: standard=900"},
    {"another currency of the same rate", to("US"), parcel(1000, 1, 1, "USD"), "us: standard=1000"},
    {"an unlisted country is the rest of the world", to("JP"), parcel(1000), "world: standard=2500"},
    {"a region before its country", to("US", "CA"), parcel(1000), "california: standard=700"},
    {"a region written with its country", to("US", "us-ca"), parcel(1000), "california: standard=700"},
    {"a region of another country is another place", to("CA", "CA"), parcel(1000), "us: standard=900"},
    {"a postal prefix before its region", to("US", "CA", "94301"), parcel(1000), "bay: standard=500"},
    {"the longest postal prefix", to("US", "CA", "94110-1234"), parcel(1000), "mission: bike=300"},
    {"a postal code shorter than the prefix", to("US", "CA", "9"), parcel(1000), "california: standard=700"},
    {"a postal code in another country", to("CA", "", "94110"), parcel(1000), "us: standard=900"},
    {"a region by its name", to("US", "California"), parcel(1000), "california: standard=700"},
    {"what is no country is not the rest of the world", to("NLD"), parcel(1000), "no zone"},
    {"UK is no country", to("UK"), parcel(1000), "no zone"},
    {"no service is said, not guessed", to("AQ"), parcel(1000), "closed: no service"},
    {"no country, no zone", to(""), parcel(1000), "no zone"},
    {"no rate in this currency", to("US", "CA"), parcel(1000, 1, 1, "JPY"), "california:"},
    {"cheapest first", to("DE"), parcel(1000, 999), "home: standard=490 express=1490"},
    {"a band ends before its upper bound", to("DE"), parcel(1000, 1000), "home: standard=790 express=1490"},
    {"the last band is open", to("DE"), parcel(1000, 900000), "home: express=1490 standard=1990"},
    {"free from the threshold on", to("DE"), parcel(10000), "home: standard=0 express=1490"},
    {"not free just below it", to("DE"), parcel(9999), "home: standard=490 express=1490"},
    {"a rate by price from its first band on", to("DE"), parcel(50000), "home: standard=0 express=1490 pallet=9900"},
    {"every item is free: by tag, product or variant", to("DE"),
     with_items(parcel(1000), {item("x", "p", {"a", "light"}), item("y", "card"), item("v1")}),
     "home: standard=0 express=1490"},
    {"one item is not free", to("DE"), with_items(parcel(1000), {item("v1"), item("v2")}),
     "home: standard=490 express=1490"},
    {"only for such goods: all of them", to("DE"), with_items(parcel(1000), {item("x", "p", {"flat"}), item("v1")}),
     "home: letter=200 standard=490 express=1490"},
    {"only for such goods: too many pieces", to("DE"), with_items(parcel(1000, 500, 3), {item("x", "p", {"flat"})}),
     "home: standard=490 express=1490"},
    {"variants alone, when items are not told", to("DE"), with_variants(parcel(1000), {"v1", "v1"}),
     "home: standard=0 letter=200 express=1490"},
    {"variants alone, one of them other", to("DE"), with_variants(parcel(1000), {"v1", "v2"}),
     "home: standard=490 express=1490"},
};

TEST(Quote, offers_what_the_zone_says) {
  const auto table = sound(kTable);
  ASSERT_NE(table, nullptr);
  for (const QuoteCase& row : kQuoteCases) {
    EXPECT_EQ(quote_text(*table, row.destination, row.package), row.expected) << row.name;
  }
}

TEST(Quote, tells_the_delivery_window_in_calendar_days) {
  const Quote quoted = quote(*sound(kTable), to("DE"), parcel(1000), noon());
  ASSERT_EQ(quoted.options.size(), 2U);
  const Option& standard = quoted.options[0];
  EXPECT_EQ(standard.description, "By post");
  EXPECT_EQ(standard.earliest, from_rfc3339("2026-06-01T00:00:00Z"));
  EXPECT_EQ(standard.latest, from_rfc3339("2026-06-06T00:00:00Z"));
  const Option& express = quoted.options[1];
  EXPECT_EQ(express.carrier, "DHL");
  EXPECT_EQ(express.title, "Express");
  EXPECT_EQ(express.earliest, from_rfc3339("2026-06-02T00:00:00Z"));
  EXPECT_EQ(express.latest, from_rfc3339("2026-06-03T00:00:00Z"));
}

TEST(Quote, without_days_promises_nothing) {
  const Quote quoted = quote(*sound(kTable), to("JP"), parcel(1000), noon());
  ASSERT_EQ(quoted.options.size(), 1U);
  EXPECT_EQ(quoted.options[0].earliest, std::nullopt);
  EXPECT_EQ(quoted.options[0].latest, std::nullopt);
}

TEST(Quote, equal_prices_come_in_the_order_of_ids) {
  const auto table = sound(R"({"zones":[{"id":"z","countries":"*","rates":[
    {"id":"b","title":"B","by":"flat","amounts":{"EUR":1}},{"id":"a","title":"A","by":"flat",
      "amounts":{"EUR":1}}]}]})");
  EXPECT_EQ(quote_text(*table, to("DE"), parcel(1)), "z: a=1 b=1");
}

TEST(Quote, an_empty_table_serves_nobody) {
  EXPECT_EQ(quote_text(*sound(R"({"zones":[]})"), to("DE"), parcel(1)), "no zone");
}

}  // namespace
}  // namespace kassa::shipping
