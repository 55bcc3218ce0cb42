#include "services/catalog/config_files.hpp"

#include <gtest/gtest.h>

#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

TEST(ConfigFiles, elements_of_an_array_know_their_lines) {
  ports::FaultList faults;
  const auto elements =
      ports::read_json_array("\xef\xbb\xbf[\n {\"a\": \"],[\\\"\"},\n\n {\"a\": [1,\n2]}, 5\n]\n", "f", faults);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[0].line, 2);
  EXPECT_EQ(elements[1].line, 4);
  EXPECT_EQ(elements[2].line, 5);
}

TEST(ConfigFiles, a_broken_array_is_told) {
  struct Case {
    const char* text;
    std::vector<std::string> faults;
  };
  const Case cases[] = {
      {"", {"f:1 type_mismatch"}},
      {"{}", {"f:1 type_mismatch"}},
      {"[]", {}},
      {" [ ] ", {}},
      {"[1,]", {"f:1 malformed_json"}},
      {"[1\n2]", {"f:1 malformed_json"}},
      {"[{\n", {"f:1 malformed_json", "f:2 malformed_json"}},
      {"[1] 2", {"f:1 malformed_json"}},
      {"[\n1,\nx,\n{\"a\":1,\"a\":2}]", {"f:3 malformed_json", "f:4 malformed_json"}},
  };
  for (const Case& c : cases) {
    ports::FaultList faults;
    (void)ports::read_json_array(c.text, "f", faults);
    EXPECT_EQ(brief(faults.sorted()), c.faults) << c.text;
  }
}

TEST(ConfigFiles, ten_thousand_rules_are_read_although_one_document_may_not_be_so_large) {
  std::string text = "[";
  for (int i = 0; i < 10'000; ++i) {
    text += std::string(i == 0 ? "" : ",\n") + R"({"id":"r)" + std::to_string(i) +
            R"(","class":"order","trigger":"automatic","value":{"type":"percent","bps":100},)"
            R"("limits":{"global":7}})";
  }
  ports::FaultList faults;
  const auto rules = read_rules(text + "]", "discounts.json", faults);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(rules.size(), 10'000U);
  EXPECT_EQ(rules.back().uses_max, 7);
}

TEST(ConfigFiles, a_rule_on_what_no_checkout_knows_is_refused) {
  ports::FaultList faults;
  const auto rules = read_rules(
      "[\n{\"id\":\"a\",\"class\":\"order\",\"trigger\":\"automatic\",\"value\":{\"type\":\"percent\",\"bps\":100},"
      "\"when\":{\"any\":[{\"attr\":\"cart.quantity\",\"op\":\"gte\",\"value\":3},"
      "{\"attr\":\"order.cod_minutes\",\"op\":\"lt\",\"value\":30}]}}]",
      "discounts.json", faults);
  ASSERT_EQ(faults.count(), 1U);
  EXPECT_EQ(brief(faults.sorted()), std::vector<std::string>{"discounts.json:2 not_supported_yet"});
}

TEST(ConfigFiles, a_rules_fault_has_the_line_of_its_rule) {
  ports::FaultList faults;
  const auto rules = read_rules(
      "[\n{\"id\":\"a\",\"class\":\"order\",\"trigger\":\"automatic\",\"value\":{\"type\":\"percent\","
      "\"bps\":100}},\n"
      "{\"id\":\"b\",\"class\":\"order\",\"trigger\":\"automatic\",\"value\":{\"type\":\"percent\",\"bps\":"
      "20000}}]",
      "f", faults);
  EXPECT_EQ(rules.size(), 2U);
  EXPECT_EQ(brief(faults.sorted()), (std::vector<std::string>{"f:3 percent_out_of_range"}));
}

TEST(ConfigFiles, zones_are_judged_by_the_shipping_core) {
  ports::FaultList faults;
  (void)read_shipping(R"({"zones":[{"id":"x","countries":["Germany"],"rates":[]}]})", "shipping.json", faults);
  EXPECT_FALSE(faults.empty());
}

TEST(ConfigFiles, taxes_are_stored_with_every_member) {
  ports::FaultList faults;
  const auto taxes = read_taxes(R"([{"country":"DE","bps":1900,"name":"VAT"}])", "tax.json", faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(canonical_json(taxes),
            R"([{"bps":1900,"country":"DE","name":"VAT","region":"","shipping_taxed":false,"tax_class":""}])");
}

TEST(ConfigFiles, bad_taxes_locations_and_gateways_are_refused_line_by_line) {
  ports::FaultList faults;
  (void)read_taxes(
      "[{\"country\":\"DE\",\"bps\":1900,\"name\":\"VAT\"},\n{\"country\":\"DE\",\"bps\":700,\"name\":"
      "\"VAT\"},\n"
      "{\"country\":\"de\",\"bps\":10001}]",
      "tax.json", faults);
  (void)read_locations("[{\"id\":\"a\",\"country\":\"DE\"},\n{\"id\":\"a\",\"country\":\"DE\"},\n{\"nam\":\"x\"}]",
                       "locations.json", faults);
  (void)read_gateways(
      "[{\"id\":\"g\",\"adapter\":\"abacus\",\"handler_id\":\"h\",\"handler_name\":\"n\"},\n"
      "{\"id\":\"k\",\"adapter\":\"sandbox\",\"handler_id\":\"h\",\"handler_name\":\"n\"}]",
      "gateways.json", {"sandbox"}, faults);
  EXPECT_EQ(brief(faults.sorted()),
            (std::vector<std::string>{"gateways.json:1 unknown_value", "gateways.json:2 duplicate",
                                      "locations.json:2 duplicate", "locations.json:3 unknown_member",
                                      "locations.json:3 required", "locations.json:3 required", "tax.json:2 duplicate",
                                      "tax.json:3 bad_country", "tax.json:3 required", "tax.json:3 out_of_range"}));
}

TEST(ConfigFiles, credentials_are_optional_and_adapters_free_when_none_are_named) {
  ports::FaultList faults;
  const auto gateways = read_gateways(
      R"([{"id":"g","adapter":"any","handler_id":"h","handler_name":"n","credentials":"s"}])", "f", {}, faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(gateways.at(0).credentials, "s");
  EXPECT_FALSE(gateways.at(0).body.contains("credentials"));
}

}  // namespace
}  // namespace kassa::catalog
