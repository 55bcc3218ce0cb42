#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/unit/shipping/support.hpp"

namespace kassa::shipping {
namespace {

std::int64_t any_between(std::int64_t low, std::int64_t high) { return *rc::gen::inRange<std::int64_t>(low, high + 1); }

/// Contiguous bands from `from` whose prices are their own numbers, so that a price tells its band.
json::array any_bands(std::int64_t from, std::int64_t count, bool open) {
  json::array bands;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto to = from + any_between(1, 50);
    json::object band{{"from", from}, {"amount", i}};
    if (i + 1 < count || !open) band["to"] = to;
    bands.push_back(band);
    from = to;
  }
  return bands;
}

std::shared_ptr<const ZoneTable> table_of(json::object rate) {
  rate["id"] = "r";
  rate["title"] = "R";
  const json::object document{{"zones", {{{"id", "z"}, {"countries", "*"}, {"rates", json::array{rate}}}}}};
  std::vector<Problem> problems;
  auto table = compile_zones(document, problems);
  RC_LOG() << json::serialize(document) << "\n";
  const bool compiles = table != nullptr;
  RC_ASSERT(compiles);
  return table;
}

RC_GTEST_PROP(Bands, exactly_one_matches_inside_and_none_outside, ()) {
  const auto first = any_between(0, 20);
  const bool open = any_between(0, 1) == 1;
  const json::array bands = any_bands(first, any_between(1, 6), open);
  const auto table = table_of(json::object{{"by", "weight"}, {"bands", {{"EUR", bands}}}});
  const auto grams = any_between(0, 350);
  std::vector<std::int64_t> matching;
  for (const json::value& band : bands) {
    const json::value* const to = band.as_object().if_contains("to");
    if (grams < band.at("from").as_int64() || (to != nullptr && grams >= to->as_int64())) continue;
    matching.push_back(band.at("amount").as_int64());
  }
  const Quote quoted = quote(*table, to("DE"), parcel(1000, grams), noon());
  RC_ASSERT(matching.size() <= 1U);
  RC_ASSERT(quoted.options.size() == matching.size());
  if (!matching.empty()) RC_ASSERT(quoted.options[0].amount == matching[0]);
}

RC_GTEST_PROP(Bands, shifted_into_their_neighbour_they_are_refused, ()) {
  json::array bands = any_bands(10, any_between(2, 6), true);
  const auto at = static_cast<std::size_t>(any_between(1, static_cast<std::int64_t>(bands.size()) - 1));
  std::int64_t& from = bands[at].at("from").as_int64();
  from -= any_between(1, 5);
  const json::object document{
      {"zones",
       {{{"id", "z"},
         {"countries", "*"},
         {"rates", {{{"id", "r"}, {"title", "R"}, {"by", "count"}, {"bands", {{"EUR", bands}}}}}}}}}};
  std::vector<Problem> problems;
  const bool refused = compile_zones(document, problems) == nullptr;
  RC_ASSERT(refused);
  RC_ASSERT(std::ranges::count(problems, "band_overlap", &Problem::code) == 1);
}

RC_GTEST_PROP(FreeOver, only_ever_lowers_the_price, ()) {
  const auto threshold = any_between(0, 2'000);
  const auto amount = any_between(0, 900);
  const auto table =
      table_of(json::object{{"by", "flat"}, {"amounts", {{"EUR", amount}}}, {"free_over", {{"EUR", threshold}}}});
  const auto total = any_between(0, 3'000);
  const Quote quoted = quote(*table, to("DE"), parcel(total), noon());
  RC_ASSERT(quoted.options.size() == 1U);
  RC_ASSERT(quoted.options[0].amount == (total >= threshold ? 0 : amount));
}

RC_GTEST_PROP(Zones, a_narrower_zone_always_wins_wherever_it_is_listed, ()) {
  json::array zones;
  const json::array rates{{{"id", "r"}, {"title", "R"}, {"by", "flat"}, {"amounts", {{"EUR", 1}}}}};
  zones.push_back({{"id", "any"}, {"countries", "*"}, {"rates", rates}});
  zones.push_back({{"id", "country"}, {"countries", {"US"}}, {"rates", rates}});
  zones.push_back({{"id", "region"}, {"countries", {"US"}}, {"regions", {"CA"}}, {"rates", rates}});
  zones.push_back({{"id", "postal"}, {"countries", {"US"}}, {"postal_prefixes", {"941"}}, {"rates", rates}});
  std::rotate(zones.begin(), zones.begin() + any_between(0, 3), zones.end());
  std::vector<Problem> problems;
  const auto table = compile_zones(json::object{{"zones", zones}}, problems);
  const bool compiles = table != nullptr;
  RC_ASSERT(compiles);
  const auto where = [&](const Destination& destination) { return quote(*table, destination, parcel(1), noon()).zone; };
  RC_ASSERT(where(to("US", "CA", "94103")) == "postal");
  RC_ASSERT(where(to("US", "CA", "90210")) == "region");
  RC_ASSERT(where(to("US", "NY", "10001")) == "country");
  RC_ASSERT(where(to("FR", "CA", "94103")) == "any");
}

}  // namespace
}  // namespace kassa::shipping
