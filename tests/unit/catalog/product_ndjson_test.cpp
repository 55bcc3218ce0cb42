#include "services/catalog/product_ndjson.hpp"

#include <gtest/gtest.h>

#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

struct NdjsonRead {
  std::vector<ProductInput> products;
  std::vector<std::string> faults;
};

NdjsonRead read_ndjson(const std::string& text) {
  std::istringstream in(text);
  ports::FaultList faults;
  ports::ProgressMeter progress({}, 0);
  NdjsonRead result;
  const std::vector<Currency> currencies{*Currency::from_code("USD"), *Currency::from_code("EUR")};
  read_products_ndjson(in, "p", currencies, result.products, faults, progress);
  for (const auto& fault : faults.sorted()) {
    result.faults.push_back(std::to_string(fault.line) + " " + fault.path + " " + fault.code);
  }
  return result;
}

TEST(ProductNdjson, the_shortest_product_takes_its_id_as_the_variants) {
  const NdjsonRead result = read_ndjson(
      "\xef\xbb\xbf"
      R"({"id":"bouquet_roses","title":"Roses","variants":[{"price":"35.00"}]})"
      "\r\n");
  EXPECT_TRUE(result.faults.empty());
  ASSERT_EQ(result.products.size(), 1U);
  const ProductInput& product = result.products[0];
  EXPECT_EQ(product.handle, "bouquet_roses");
  EXPECT_TRUE(product.published);
  ASSERT_EQ(product.variants.size(), 1U);
  const VariantInput& variant = product.variants[0];
  EXPECT_EQ(variant.id, "bouquet_roses");
  EXPECT_EQ(variant.title, "");
  EXPECT_EQ(variant.prices.at(0).amount, 3500);
  EXPECT_EQ(variant.tax_class, "standard");
  EXPECT_TRUE(variant.tracked && variant.taxable && variant.requires_shipping);
  EXPECT_FALSE(variant.backorder);
  EXPECT_FALSE(variant.on_hand.has_value());
}

TEST(ProductNdjson, every_member_is_read) {
  const NdjsonRead result =
      read_ndjson(R"({"id":"p","handle":"h","title":"T","vendor":"V","category":"C","tags":["a","b"],)"
                  R"("description":"<p>","images":["https://i/1"],"options":["Size"],"published":false,)"
                  R"("variants":[{"id":"x","options":["L"],"sku":"S","barcode":"B","image_url":"https://i/2",)"
                  R"("tax_class":"food","price":"1.00","compare_at":"2.00","prices":{"EUR":"0.90"},"grams":5,)"
                  R"("requires_shipping":false,"taxable":false,"tracked":false,"policy":"continue",)"
                  R"("gift_card":true,"on_hand":-2}]})");
  EXPECT_TRUE(result.faults.empty());
  const ProductInput& product = result.products.at(0);
  EXPECT_EQ(product.image_url, "https://i/1");
  EXPECT_FALSE(product.published);
  EXPECT_TRUE(product.all_prices);
  const VariantInput& variant = product.variants.at(0);
  EXPECT_EQ(variant.id, "x");
  EXPECT_EQ(variant.title, "L");
  ASSERT_EQ(variant.prices.size(), 2U);
  EXPECT_EQ(variant.prices[0].compare_at, 200);
  EXPECT_EQ(variant.prices[1].amount, 90);
  EXPECT_TRUE(variant.backorder && variant.gift_card);
  EXPECT_FALSE(variant.tracked || variant.taxable || variant.requires_shipping);
  EXPECT_EQ(variant.on_hand, -2);
}

TEST(ProductNdjson, every_fault_comes_with_its_line_and_member) {
  const NdjsonRead result = read_ndjson(
      "not json\n"
      "[1]\n"
      "\n"
      R"({"id":"a b","variants":[]})"
      "\n"
      R"({"id":"b","title":"B","colour":"red","variants":[{"price":12},)"
      R"({"prices":{"GBP":"1.00","USD":"1.005"}}]})"
      "\n"
      R"({"id":"c","title":"C","tags":["x\ny"],"variants":[{},{"price":"1","policy":"maybe"},3]})"
      "\n"
      R"({"id":"d","title":"D","variants":[{"price":"1.00",)"
      R"("prices":{"USD":"2.00","EUR":{"compare_at":"1"}}}]})"
      "\n");
  EXPECT_EQ(
      result.faults,
      (std::vector<std::string>{
          "1  malformed_json", "2  type_mismatch", "4 /title required", "4 /id bad_id", "4 /variants variant_missing",
          "5 /colour unknown_member", "5 /variants/0/price type_mismatch", "5 /variants/1/prices/GBP currency_unknown",
          "5 /variants/1/prices/USD not_a_price", "5 /variants/1/options duplicate_variant", "6 /tags bad_tag",
          "6 /variants/0/price price_missing", "6 /variants/1/policy unknown_value",
          "6 /variants/1/options duplicate_variant", "6 /variants type_mismatch", "7 /variants/0/prices/USD duplicate",
          "7 /variants/0/prices/EUR/amount required"}));
}

TEST(StockNdjson, reads_levels_and_refuses_the_rest) {
  std::istringstream in(R"({"variant":"a","on_hand":5})"
                        "\n"
                        R"({"variant":"b","location":"l","on_hand":-1,"policy":"continue"})"
                        "\n"
                        R"({"variant":"c","on_hand":1.5})"
                        "\n"
                        R"({"on_hand":1,"policy":"x"})"
                        "\n");
  ports::FaultList faults;
  ports::ProgressMeter progress({}, 0);
  std::vector<StockInput> stock;
  read_stock_ndjson(in, "s", stock, faults, progress);
  ASSERT_EQ(stock.size(), 2U);
  EXPECT_EQ(stock[0].location, "");
  EXPECT_EQ(stock[0].backorder, std::nullopt);
  EXPECT_EQ(stock[1].on_hand, -1);
  EXPECT_EQ(stock[1].backorder, true);
  EXPECT_EQ(brief(faults.sorted()),
            (std::vector<std::string>{"s:3 type_mismatch", "s:4 required", "s:4 unknown_value"}));
}

}  // namespace
}  // namespace kassa::catalog
