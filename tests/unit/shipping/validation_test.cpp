// Every fault a zone document can have, with its place.

#include <fstream>
#include <iterator>

#include "tests/unit/shipping/support.hpp"

namespace kassa::shipping {
namespace {

struct FaultCase {
  const char* name;
  std::string document;
  std::vector<std::string> faults;
};

std::string zone(std::string_view members) {
  return R"({"zones":[{"id":"z","countries":["DE"],)" + std::string(members) + "}]}";
}

std::string rate(std::string_view members) {
  return zone(R"("rates":[{"id":"r","title":"R",)" + std::string(members) + "}]");
}

std::string flat(std::string_view members) {
  return rate(R"("by":"flat","amounts":{"EUR":490})" + std::string(members));
}

std::string bands(std::string_view list) { return rate(R"("by":"weight","bands":{"EUR":)" + std::string(list) + "}"); }

std::string two(std::string_view first, std::string_view second) {
  const std::string rates = R"(,"rates":[{"id":"r","title":"R","by":"flat","amounts":{"EUR":1}}]})";
  return R"({"zones":[{"id":"a",)" + std::string(first) + rates + R"(,{"id":"b",)" + std::string(second) + rates + "]}";
}

const std::string kRate = "/zones/0/rates/0/";

const FaultCase kFaultCases[] = {
    {"no zones", "{}", {"/zones required"}},
    {"an unknown member", R"({"zones":[],"zone":1})", {"/zone unknown_member"}},
    {"a zone is an object", R"({"zones":[1]})", {"/zones/0 type_mismatch"}},
    {"what every zone needs",
     R"({"zones":[{}]})",
     {"/zones/0/id required", "/zones/0/countries required", "/zones/0/rates required"}},
    {"a zone without rates", zone(R"("rates":[])"), {"/zones/0/rates required"}},
    {"rates without service",
     zone(R"("no_service":true,"rates":[{"id":"r","title":"R","by":"flat","amounts":{"EUR":1}}])"),
     {"/zones/0/rates rates_without_service"}},
    {"no service needs no rates", zone(R"("no_service":true)"), {}},
    {"a country by name",
     R"({"zones":[{"id":"z","countries":["Germany"],"no_service":true}]})",
     {"/zones/0/countries/0 bad_country"}},
    {"a country by habit",
     R"({"zones":[{"id":"z","countries":["UK"],"no_service":true}]})",
     {"/zones/0/countries/0 bad_country"}},
    {"no countries",
     R"({"zones":[{"id":"z","countries":[],"no_service":true}]})",
     {"/zones/0/countries empty_value_set"}},
    {"regions of two countries",
     R"({"zones":[{"id":"z","countries":["US","CA"],"regions":["CA"],"no_service":true}]})",
     {"/zones/0/regions one_country_needed"}},
    {"postal prefixes anywhere",
     R"({"zones":[{"id":"z","countries":"*","postal_prefixes":["1"],"no_service":true}]})",
     {"/zones/0/postal_prefixes one_country_needed"}},
    {"a blank prefix",
     zone(R"("postal_prefixes":["-"],"no_service":true)"),
     {"/zones/0/postal_prefixes/0 empty_value_set"}},
    // Overlaps
    {"a country in two zones",
     two(R"("countries":["DE","AT"])", R"("countries":["FR","AT"])"),
     {"/zones/1/countries/1 zone_overlap"}},
    {"two rests of the world", two(R"("countries":"*")", R"("countries":"*")"), {"/zones/1/countries zone_overlap"}},
    {"a region in two zones",
     two(R"("countries":["US"],"regions":["CA"])", R"("countries":["US"],"regions":["NY","us-ca"])"),
     {"/zones/1/regions/1 zone_overlap"}},
    {"a prefix in two zones",
     two(R"("countries":["GB"],"postal_prefixes":["SW1"])", R"("countries":["GB"],"postal_prefixes":["sw 1"])"),
     {"/zones/1/postal_prefixes/0 zone_overlap"}},
    {"a narrower place inside a wider one is no overlap",
     two(R"("countries":["GB"],"postal_prefixes":["SW1"])", R"("countries":["GB"],"postal_prefixes":["SW"])"),
     {}},
    {"a zone id twice",
     R"({"zones":[{"id":"z","countries":["DE"],"no_service":true},
                                     {"id":"z","countries":["AT"],"no_service":true}]})",
     {"/zones/1/id duplicate_id"}},
    {"a rate id twice in one zone",
     zone(R"("rates":[{"id":"r","title":"R","by":"flat","amounts":{"EUR":1}},
                      {"id":"r","title":"S","by":"flat","amounts":{"EUR":2}}])"),
     {"/zones/0/rates/1/id duplicate_id"}},
    // Rates
    {"a rate is an object", zone(R"("rates":[1])"), {"/zones/0/rates/0 type_mismatch"}},
    {"what every rate needs",
     zone(R"("rates":[{}])"),
     {kRate + "id required", kRate + "title required", kRate + "by required"}},
    {"an unknown measure", rate(R"("by":"volume")"), {kRate + "by unknown_value"}},
    {"flat without amounts", rate(R"("by":"flat")"), {kRate + "amounts required"}},
    {"flat with bands", flat(R"(,"bands":{})"), {kRate + "bands unknown_member"}},
    {"by weight without bands", rate(R"("by":"weight")"), {kRate + "bands required"}},
    {"by weight with amounts",
     rate(R"("by":"weight","amounts":{"EUR":1},"bands":{"EUR":[{"amount":1}]})"),
     {kRate + "amounts unknown_member"}},
    {"no currency", rate(R"("by":"flat","amounts":{})"), {kRate + "amounts currency_missing"}},
    {"an unknown currency", rate(R"("by":"flat","amounts":{"eur":1})"), {kRate + "amounts/eur currency_unknown"}},
    {"a fractional price", rate(R"("by":"flat","amounts":{"EUR":4.9})"), {kRate + "amounts/EUR value_not_integer"}},
    {"a price in text", rate(R"("by":"flat","amounts":{"EUR":"4.90"})"), {kRate + "amounts/EUR type_mismatch"}},
    {"a negative price", rate(R"("by":"flat","amounts":{"EUR":-1})"), {kRate + "amounts/EUR amount_negative"}},
    {"a price beyond reason",
     rate(R"("by":"flat","amounts":{"EUR":1000000000001})"),
     {kRate + "amounts/EUR out_of_range"}},
    // Bands
    {"no bands", bands("[]"), {kRate + "bands/EUR empty_value_set"}},
    {"bands that are no list", bands("{}"), {kRate + "bands/EUR type_mismatch"}},
    {"a band without a price", bands(R"([{"from":0}])"), {kRate + "bands/EUR/0/amount required"}},
    {"an empty band", bands(R"([{"from":5,"to":5,"amount":1}])"), {kRate + "bands/EUR/0/to band_empty"}},
    {"bands that overlap",
     bands(R"([{"from":0,"to":10,"amount":1},{"from":9,"amount":2}])"),
     {kRate + "bands/EUR/1/from band_overlap"}},
    {"a band after an open one",
     bands(R"([{"from":0,"amount":1},{"from":9,"amount":2}])"),
     {kRate + "bands/EUR/1/from band_overlap"}},
    {"a gap between bands",
     bands(R"([{"from":0,"to":10,"amount":1},{"from":11,"amount":2}])"),
     {kRate + "bands/EUR/1/from band_gap"}},
    // The rest
    {"free over in a currency without a price",
     flat(R"(,"free_over":{"USD":1})"),
     {kRate + "free_over/USD currency_missing"}},
    {"days backwards", flat(R"(,"days":{"min":3,"max":2})"), {kRate + "days/min window_empty"}},
    {"days without an end", flat(R"(,"days":{"min":3})"), {kRate + "days/max required"}},
    {"too many days", flat(R"(,"days":{"max":366})"), {kRate + "days/max out_of_range"}},
    {"goods of no kind", flat(R"(,"free_for":{})"), {kRate + "free_for empty_value_set"}},
    {"an empty list of goods", flat(R"(,"only_for":{"tags":[]})"), {kRate + "only_for/tags empty_value_set"}},
    {"goods by number", flat(R"(,"only_for":{"tags":[1]})"), {kRate + "only_for/tags/0 type_mismatch"}},
    {"everything at once",
     R"({"zones":[{"id":"a","countries":["Germany"],"rates":[{"id":"r","title":"R","by":"flat",
      "amounts":{"EUR":-1}}]},
                  {"id":"a","countries":"*","nope":1,"no_service":true}]})",
     {"/zones/0/countries/0 bad_country", kRate + "amounts/EUR amount_negative", "/zones/1/nope unknown_member",
      "/zones/1/id duplicate_id"}},
};

void PrintTo(const FaultCase& row, std::ostream* out) { *out << row.name; }

class Validation : public testing::TestWithParam<FaultCase> {};

TEST_P(Validation, names_the_fault_and_its_place) {
  SCOPED_TRACE(GetParam().name);
  std::vector<Problem> problems;
  const auto table = compile_zones(zones_json(GetParam().document), problems);
  std::vector<std::string> found;
  for (const Problem& problem : problems) {
    found.push_back(problem.path + " " + problem.code);
    EXPECT_FALSE(problem.message.empty());
  }
  EXPECT_EQ(found, GetParam().faults);
  EXPECT_EQ(table == nullptr, !problems.empty());
}

INSTANTIATE_TEST_SUITE_P(All, Validation, testing::ValuesIn(kFaultCases));

TEST(Documentation, shows_a_table_that_compiles) {
  std::ifstream file("docs/shipping.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto begin = text.find("```json\n") + 8;
  ASSERT_LT(begin, text.size());
  EXPECT_NE(sound(text.substr(begin, text.find("```", begin) - begin)), nullptr);
}

}  // namespace
}  // namespace kassa::shipping
