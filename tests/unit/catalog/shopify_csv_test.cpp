#include "services/catalog/shopify_csv.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

struct ShopifyRead {
  bool is_export{};
  std::vector<ProductInput> products;
  std::vector<std::string> faults;
  std::int64_t lines{};
};

ShopifyRead read_shopify(std::istream& in, const char* currency = "USD") {
  ports::FaultList faults;
  ports::ProgressMeter progress({}, 0);
  ShopifyRead result;
  result.is_export = read_shopify_csv(in, "f", *Currency::from_code(currency), result.products, faults, progress);
  for (const auto& fault : faults.sorted()) {
    result.faults.push_back(std::to_string(fault.line) + " " + fault.path + " " + fault.code);
  }
  result.lines = progress.lines_read();
  return result;
}

ShopifyRead read_text(const std::string& text, const char* currency = "USD") {
  std::istringstream in(text);
  return read_shopify(in, currency);
}

const std::string kHead =
    "Handle,Title,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant "
    "Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare "
    "At Price,"
    "Variant Requires Shipping,Variant Taxable,Image Src,Gift Card,Google Shopping / MPN\n";

TEST(ShopifyCsv, rows_of_one_handle_make_one_product_wherever_they_stand) {
  const ShopifyRead result =
      read_text(kHead +
                "tee,Tee,\"a, b ,a\",true,Size,L,Color,Blue,T1,100,shopify,3,deny,10.00,,true,true,//i/1.jpg,,x\n"
                "mug,Mug,,TRUE,Title,Default Title,,,,,,,,5.00,0.00,,,,,\n"
                "tee,,,,,S,,Blue,T2,,shopify,-2,continue,11.50,15.00,false,false,,,\n"
                "\n"
                "tee,,,,,,,,,,,,,,,,,https://i/2.jpg,,\n");
  EXPECT_EQ(result.faults, std::vector<std::string>{});
  ASSERT_EQ(result.products.size(), 2U);
  const ProductInput& tee = result.products[0];
  EXPECT_EQ(tee.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(tee.images, (std::vector<std::string>{"https://i/1.jpg", "https://i/2.jpg"}));
  EXPECT_EQ(tee.image_url, "https://i/1.jpg");
  ASSERT_EQ(tee.variants.size(), 2U);
  EXPECT_EQ(tee.variants[0].id, "tee--l-blue");
  EXPECT_EQ(tee.variants[0].title, "L / Blue");
  EXPECT_EQ(tee.variants[0].on_hand, 3);
  EXPECT_EQ(tee.variants[1].place.line, 4);
  EXPECT_EQ(tee.variants[1].on_hand, -2);
  EXPECT_TRUE(tee.variants[1].backorder);
  EXPECT_FALSE(tee.variants[1].requires_shipping || tee.variants[1].taxable);
  EXPECT_EQ(tee.variants[1].prices.at(0).compare_at, 1500);
  const VariantInput& mug = result.products[1].variants.at(0);
  EXPECT_EQ(mug.id, "mug");
  EXPECT_EQ(mug.title, "");
  EXPECT_FALSE(mug.tracked);
  EXPECT_FALSE(mug.on_hand.has_value());
  EXPECT_EQ(mug.prices.at(0).compare_at, std::nullopt);
  EXPECT_TRUE(mug.requires_shipping && mug.taxable);
}

TEST(ShopifyCsv, drafts_and_unpublished_products_are_not_published) {
  const std::string head = "Handle,Title,Published,Status,Variant Price\n";
  const ShopifyRead result =
      read_text(head + "a,A,true,active,1\nb,B,false,active,1\nc,C,true,draft,1\nd,D,,archived,1\ne,E,,,1\n");
  std::vector<bool> published;
  for (const ProductInput& product : result.products) published.push_back(product.published);
  EXPECT_EQ(published, (std::vector<bool>{true, false, false, false, true}));
}

TEST(ShopifyCsv, every_bad_cell_is_told_with_line_and_column) {
  const ShopifyRead result =
      read_text(kHead +
                "tee,Tee,\"two\nlines\",perhaps,Size,L,,,,1kg,shopify,many,maybe,10.001,-1,1,0,,,\n"
                "a b,Bad,,,,,,,,,,,,1.00,,,,,,\n"
                "tee,,,,,L,,,,,,,,10.00,,,,,,\n"
                "tee,,,,,XL,,,,,,,,,,,,,,\n"
                ",No handle,,,,,,,,,,,,1.00,,,,,,\n"
                "nameless,,,,,,,,,,,,,1.00,,,,,,\n"
                "only-image,Only image,,,,,,,,,,,,,,,,https://i/1.jpg,,\n"
                "tee,short row\n"
                "tee,\"open quote\n");
  EXPECT_EQ(result.faults,
            (std::vector<std::string>{
                "2 Published not_a_flag", "2 Variant Price not_a_price", "2 Variant Compare At Price not_a_price",
                "2 Variant Grams not_a_weight", "2 Variant Requires Shipping not_a_flag",
                "2 Variant Taxable not_a_flag", "2 Variant Inventory Qty not_a_count",
                "2 Variant Inventory Policy unknown_value", "4 Handle bad_handle", "5 Option1 Value duplicate_variant",
                "6 Variant Price price_missing", "7 Handle bad_handle", "8 Title title_missing",
                "9 Variant Price variant_missing", "10  wrong_field_count", "11  unterminated_quote"}));
}

TEST(ShopifyCsv, the_columns_decide_whether_it_is_an_export) {
  EXPECT_FALSE(read_text("id,name\n1,x\n").is_export);
  EXPECT_FALSE(read_text("").is_export);
  const ShopifyRead result = read_text("handle,TITLE,Handle\nx,X,x\n");
  EXPECT_TRUE(result.is_export);
  EXPECT_EQ(result.faults, (std::vector<std::string>{"1 Handle duplicate_column", "1 Variant Price missing_column"}));
}

TEST(ShopifyCsv, prices_are_in_the_currency_of_the_store) {
  const std::string text = "Handle,Title,Variant Price\nx,X,1200.00\n";
  EXPECT_EQ(read_text(text, "JPY").products.at(0).variants.at(0).prices.at(0).amount, 1200);
  EXPECT_EQ(read_text(text, "KWD").products.at(0).variants.at(0).prices.at(0).amount, 1'200'000);
}

/// Counted with count_products.py (Python's csv module).
struct Golden {
  const char* name;
  std::int64_t products, published, variants, tracked, backorder, on_hand, negative, price_sum, compared, grams,
      not_shipped, not_taxed, without_sku, lines;
};

const Golden kGolden[] = {
    {"apparel", 25, 25, 96, 95, 0, 457, 0, 1038800, 9, 19513, 0, 62, 1, 257},
    {"bicycles", 284, 226, 1121, 1091, 17, 48960, 5, 13529129, 165, 6794233, 3, 0, 3, 2813},
    {"fashion", 997, 997, 3684, 3684, 0, 3171, 5, 130337330, 42, 2724, 4, 1, 0, 7411},
    {"jewelry", 19, 19, 24, 2, 0, 1, 0, 1222600, 4, 0, 0, 0, 24, 183},
    {"snowdevil", 278, 277, 622, 621, 9, 2483, 1, 14603912, 105, 3251690, 0, 1, 619, 3386},
};

Golden count(const char* name, const ShopifyRead& result) {
  Golden n{};
  n.name = name;
  n.lines = result.lines;
  for (const ProductInput& product : result.products) {
    ++n.products;
    n.published += product.published ? 1 : 0;
    for (const VariantInput& variant : product.variants) {
      ++n.variants;
      n.tracked += variant.tracked ? 1 : 0;
      n.backorder += variant.backorder ? 1 : 0;
      n.on_hand += variant.on_hand.value_or(0);
      n.negative += variant.on_hand.value_or(0) < 0 ? 1 : 0;
      n.price_sum += variant.prices.at(0).amount;
      n.compared += variant.prices.at(0).compare_at ? 1 : 0;
      n.grams += variant.grams;
      n.not_shipped += variant.requires_shipping ? 0 : 1;
      n.not_taxed += variant.taxable ? 0 : 1;
      n.without_sku += variant.sku.empty() ? 1 : 0;
    }
  }
  return n;
}

class RealCatalogues : public testing::TestWithParam<Golden> {};

TEST_P(RealCatalogues, count_as_python_counts_them) {
  const auto folder = shared_catalogues();
  if (!folder) GTEST_SKIP() << "the sample catalogues are not here (../shared/data or KASSA_SHARED_DATA)";
  std::ifstream in(*folder / (std::string(GetParam().name) + ".csv"), std::ios::binary);
  const ShopifyRead result = read_shopify(in);
  EXPECT_EQ(result.faults, std::vector<std::string>{});
  const Golden n = count(GetParam().name, result);
  EXPECT_EQ(n.products, GetParam().products);
  EXPECT_EQ(n.published, GetParam().published);
  EXPECT_EQ(n.variants, GetParam().variants);
  EXPECT_EQ(n.tracked, GetParam().tracked);
  EXPECT_EQ(n.backorder, GetParam().backorder);
  EXPECT_EQ(n.on_hand, GetParam().on_hand);
  EXPECT_EQ(n.negative, GetParam().negative);
  EXPECT_EQ(n.price_sum, GetParam().price_sum);
  EXPECT_EQ(n.compared, GetParam().compared);
  EXPECT_EQ(n.grams, GetParam().grams);
  EXPECT_EQ(n.not_shipped, GetParam().not_shipped);
  EXPECT_EQ(n.not_taxed, GetParam().not_taxed);
  EXPECT_EQ(n.without_sku, GetParam().without_sku);
  EXPECT_EQ(n.lines, GetParam().lines);
  std::set<std::string> ids;
  for (const ProductInput& product : result.products) {
    for (const VariantInput& variant : product.variants) EXPECT_TRUE(ids.insert(variant.id).second) << variant.id;
  }
}
INSTANTIATE_TEST_SUITE_P(Shared, RealCatalogues, testing::ValuesIn(kGolden),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace kassa::catalog
