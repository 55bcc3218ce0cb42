#include "services/ports/store_settings.hpp"

#include <gtest/gtest.h>

#include "tests/unit/catalog/support.hpp"

namespace kassa::ports {
namespace {

std::vector<std::string> faults_of(const std::string& text) {
  std::vector<Problem> problems;
  (void)read_store_settings(parse_json(text).value().as_object(), problems);
  std::vector<std::string> result;
  for (const Problem& problem : problems) result.push_back(problem.path + " " + problem.code);
  return result;
}

TEST(StoreSettings, the_sample_shows_every_member_and_survives_a_round_trip) {
  const auto document = parse_json(text_of(repository() / "infra/sample-store/store.json")).value();
  std::vector<Problem> problems;
  const StoreSettings settings = read_store_settings(document.as_object(), problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(canonical_json(write_store_settings(settings)), canonical_json(document));
}

TEST(StoreSettings, name_and_currencies_are_enough) {
  std::vector<Problem> problems;
  const auto settings =
      read_store_settings(parse_json(R"({"name":"A","currencies":["JPY"]})").value().as_object(), problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(settings.currencies.front().code(), "JPY");
  EXPECT_EQ(settings.country, "US");
  EXPECT_EQ(settings.checkout_life, std::chrono::hours{6});
}

TEST(StoreSettings, every_fault_is_told_at_once) {
  const auto faults = faults_of(R"json({
    "name": "", "currencies": ["USD", "USD", "DOLLAR", 5], "country": "usa", "currancy": "USD",
    "links": [{"type": "privacy_policy"}, {"type": "x", "url": "javascript:alert(1)", "extra": 1}, 3],
    "continue_url": "https://shop.example/checkout", "order_url": "ftp://x/{order_id}",
    "cors_origins": ["https://shop.example/path", 1], "business_errors": "maybe", "version_error_status": 500,
    "platform_profiles": "lax", "saved_addresses": true, "prices_include_tax": "no", "rounding": "up",
    "checkout_life_seconds": 0, "reservation_life_seconds": 1.5, "recorded_carts_percent": 101,
    "confirmation": "letter"})json");
  for (const char* expected : {"/currancy unknown_member",
                               "/name empty",
                               "/currencies duplicate",
                               "/currencies currency_unknown",
                               "/country bad_country",
                               "/links/0/url required",
                               "/links/1/extra unknown_member",
                               "/links/1/url bad_url",
                               "/links type_mismatch",
                               "/continue_url variable_missing",
                               "/order_url bad_url",
                               "/cors_origins bad_origin",
                               "/business_errors unknown_value",
                               "/version_error_status out_of_range",
                               "/platform_profiles unknown_value",
                               "/saved_addresses type_mismatch",
                               "/prices_include_tax type_mismatch",
                               "/rounding unknown_value",
                               "/checkout_life_seconds out_of_range",
                               "/reservation_life_seconds type_mismatch",
                               "/recorded_carts_percent out_of_range",
                               "/confirmation bad_url"}) {
    EXPECT_NE(std::ranges::find(faults, expected), faults.end()) << expected;
  }
  EXPECT_EQ(faults_of("{}"), (std::vector<std::string>{"/name required", "/currencies required"}));
  EXPECT_EQ(faults_of(R"({"name":"A","currencies":[]})"), (std::vector<std::string>{"/currencies empty"}));
}

TEST(StoreSettings, a_country_may_have_a_currency_of_the_store) {
  std::vector<Problem> problems;
  const auto document = parse_json(R"({"name":"A","currencies":["USD","EUR"],
    "currency_by_country":{"DE":"EUR","US":"USD"},"tax_exempt_shoppers":true,"recorded_carts_percent":25})");
  const StoreSettings settings = read_store_settings(document.value().as_object(), problems);
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(settings.currency_by_country.size(), 2U);
  EXPECT_TRUE(settings.tax_exempt_shoppers);
  EXPECT_EQ(settings.recorded_carts_percent, 25);
  const json::object written = write_store_settings(settings);
  EXPECT_EQ(canonical_json(written.at("currency_by_country")), R"({"DE":"EUR","US":"USD"})");
  EXPECT_EQ(canonical_json(write_store_settings(read_store_settings(written, problems))), canonical_json(written));
  EXPECT_EQ(faults_of(R"({"name":"A","currencies":["USD"],"currency_by_country":{"de":"USD","DE":"EUR","FR":1}})"),
            (std::vector<std::string>{"/currency_by_country/de bad_country", "/currency_by_country/DE currency_unknown",
                                      "/currency_by_country/FR currency_unknown"}));
}

}  // namespace
}  // namespace kassa::ports
