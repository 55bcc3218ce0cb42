// The merchant's own attributes of goods, from the file to the catalogue that is sold from.

#include <gtest/gtest.h>

#include "services/catalog/load.hpp"
#include "services/catalog/stock_view_memory.hpp"
#include "services/ports/attribute_values.hpp"
#include "services/ports/code_hash.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

const std::string kStore =
    R"({"name":"Test","currencies":["USD","EUR"],"discount_attributes":[{"name":"line.material","type":"set<string>"},)"
    R"({"name":"line.deposit","type":"money"},{"name":"line.organic","type":"bool"},)"
    R"({"name":"cart.source","type":"string"}]})";

std::string goods(const std::string& of_product, const std::string& of_variant = "{}") {
  return R"({"id":"p","title":"P","attributes":)" + of_product +
         R"(,"variants":[{"id":"v1","price":"1.00","attributes":)" + of_variant +
         R"(},{"id":"v2","title":"B","options":["B"],"price":"1.00"}],"options":["Kind"]})";
}

std::vector<std::string> told(const std::vector<ports::RowFault>& faults) {
  std::vector<std::string> out;
  for (const auto& fault : faults) {
    out.push_back(fault.file + ":" + std::to_string(fault.line) + " " + fault.path + " " + fault.code);
  }
  return out;
}

std::vector<std::string> imported(ImportBench& bench, const std::string& products) {
  bench.bundle({{"store.json", kStore}, {"products.ndjson", products}});
  return told(bench.import().faults);
}

std::string facts_of(const ports::CatalogView& view, std::string_view variant,
                     const std::vector<AttributeSpec>& declared) {
  const ports::VariantView* const found = view.find(variant);
  return found == nullptr || !found->facts ? "none" : json::serialize(ports::written_facts(*found->facts, declared));
}

TEST(OwnAttributes, a_variant_goes_before_its_product) {
  ImportBench bench;
  EXPECT_EQ(imported(bench, goods(R"({"line.material":["wool"],"line.organic":true})",
                                  R"({"line.material":["silk","wool"],"line.deposit":{"EUR":25}})")),
            std::vector<std::string>{});
  auto declared = run(load_settings(bench.main.store(), bench.id)).value().settings.discount_attributes;
  MemoryStockView stock;
  const auto view = run(load_counted_catalog(bench.main.store(), bench.id, stock, declared)).value();
  EXPECT_EQ(facts_of(*view, "v1", declared),
            R"({"line.material":["silk","wool"],"line.deposit":{"EUR":25},"line.organic":true})");
  EXPECT_EQ(facts_of(*view, "v2", declared), R"({"line.material":["wool"],"line.organic":true})");
  // What is declared no more, or otherwise, is not there.
  std::vector<AttributeSpec> later{{"line.material", "string", "line"}, {"line.organic", "bool", "line"}};
  const auto changed = run(load_counted_catalog(bench.main.store(), bench.id, stock, later)).value();
  EXPECT_EQ(facts_of(*changed, "v2", later), R"({"line.organic":true})");
  EXPECT_EQ(facts_of(*run(load_catalog(bench.main.store(), bench.id)).value(), "v2", later), "none");
}

TEST(OwnAttributes, values_must_be_of_their_type_and_declared_for_lines) {
  ImportBench bench;
  EXPECT_EQ(imported(bench, goods(R"({"line.material":"wool","cart.source":"x","line.colour":"red"})",
                                  R"({"line.deposit":5,"line.organic":"yes"})")),
            (std::vector<std::string>{"products.ndjson:1 /attributes/line.material type_mismatch",
                                      "products.ndjson:1 /attributes/cart.source unknown_attribute",
                                      "products.ndjson:1 /attributes/line.colour unknown_attribute",
                                      "products.ndjson:1 /variants/0/attributes/line.deposit type_mismatch",
                                      "products.ndjson:1 /variants/0/attributes/line.organic type_mismatch"}));
}

TEST(OwnAttributes, what_rules_ask_for_stays_declared) {
  ImportBench bench;
  const std::string rules =
      R"([{"id":"wool","class":"product","trigger":"automatic","value":{"type":"percent","bps":100},)"
      R"("target":{"where":{"attr":"line.material","op":"any_of","value":["wool"]}}}])";
  bench.bundle({{"store.json", kStore}, {"discounts.json", rules}});
  ASSERT_EQ(told(bench.import().faults), std::vector<std::string>{});
  write_file(bench.folder.path() / "store.json", R"({"name":"Test","currencies":["USD","EUR"]})");
  fs::remove(bench.folder.path() / "discounts.json");
  EXPECT_EQ(told(bench.import().faults),
            std::vector<std::string>{"store.json:0 /discount_attributes attribute_in_use"});
  write_file(bench.folder.path() / "discounts.json", "[]");
  EXPECT_EQ(told(bench.import().faults), std::vector<std::string>{}) << "the rule goes with it";
}

TEST(OwnAttributes, a_bundles_rules_take_no_code_of_a_pool) {
  ImportBench bench;
  const auto rule = [](const std::string& codes) {
    return R"([{"id":"a","class":"order","trigger":{"codes":)" + codes + R"(},"value":{"type":"percent","bps":100}}])";
  };
  bench.bundle({{"discounts.json", rule(R"(["FREE"])")}});
  ASSERT_EQ(told(bench.import().faults), std::vector<std::string>{});
  bench.main.execute(
      "INSERT INTO discount_code (store_id, code_hash, discount_id, created_at) VALUES ('s1', $1, 'vip', 0)",
      {ports::code_hash("taken")});
  bench.bundle({{"discounts.json", rule(R"(["FREE","Taken "])")}});
  EXPECT_EQ(told(bench.import().faults), std::vector<std::string>{"discounts.json:1 /trigger/codes/1 duplicate_code"});
}

}  // namespace
}  // namespace kassa::catalog
