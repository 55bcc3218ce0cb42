#include "services/catalog/variant_id.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace kassa::catalog {
namespace {

using Options = std::vector<std::string>;

ProductInput product_of(const std::string& id, const std::vector<Options>& options) {
  ProductInput product;
  product.id = id;
  for (const Options& values : options) {
    VariantInput variant;
    variant.options = values;
    product.variants.push_back(std::move(variant));
  }
  return product;
}

std::vector<std::string> ids_of(const std::string& id, const std::vector<Options>& options) {
  ProductInput product = product_of(id, options);
  assign_variant_ids(product);
  std::vector<std::string> ids;
  for (const VariantInput& variant : product.variants) ids.push_back(variant.id);
  return ids;
}

TEST(VariantId, slugs_are_readable) {
  EXPECT_EQ(slug("Ink Blue"), "ink-blue");
  EXPECT_EQ(slug("  S / M  "), "s-m");
  EXPECT_EQ(slug("6.5"), "6.5");
  EXPECT_EQ(slug("No. 5"), "no-5");
  EXPECT_EQ(slug("-30"), "minus30");
  EXPECT_EQ(slug("+20"), "plus20");
  EXPECT_EQ(slug("!!"), "");
  EXPECT_EQ(slug("Gr\xc3\xb6\xc3\x9f"
                 "e"),
            "gr-e");
}

TEST(VariantId, a_product_without_options_gives_its_own_id) {
  EXPECT_EQ(ids_of("mug", {{"", "", ""}}), (std::vector<std::string>{"mug"}));
  EXPECT_EQ(ids_of("mug", {{}}), (std::vector<std::string>{"mug"}));
}

TEST(VariantId, options_follow_two_dashes) {
  EXPECT_EQ(ids_of("tee", {{"Large", "Blue", ""}, {"Small", "Blue", ""}}),
            (std::vector<std::string>{"tee--large-blue", "tee--small-blue"}));
}

TEST(VariantId, ids_given_by_the_file_are_kept) {
  ProductInput product = product_of("tee", {{"Large"}, {"Small"}});
  product.variants[0].id = "sku-1";
  assign_variant_ids(product);
  EXPECT_EQ(product.variants[0].id, "sku-1");
  EXPECT_EQ(product.variants[1].id, "tee--small");
}

TEST(VariantId, values_that_look_alike_differ) {
  const auto ids = ids_of("tee", {{"Large", "Blue"}, {"Large Blue", ""}, {"large", "blue"}, {"+5"}, {"-5"}});
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_TRUE(ids[0].starts_with("tee--large-blue-"));
}

TEST(VariantId, letters_beyond_ascii_bring_a_hash_that_does_not_depend_on_the_neighbours) {
  const auto alone = ids_of("tee", {{"\xe9\xbb\x92"}});
  const auto together = ids_of("tee", {{"\xe7\x99\xbd"}, {"\xe9\xbb\x92"}});
  EXPECT_EQ(alone[0], together[1]);
  EXPECT_NE(together[0], together[1]);
  EXPECT_TRUE(alone[0].starts_with("tee--"));
}

TEST(VariantId, long_values_stay_within_the_limit) {
  const auto ids = ids_of(std::string(200, 'h'), {{std::string(900, 'a')}, {std::string(900, 'a') + "b"}});
  EXPECT_NE(ids[0], ids[1]);
  for (const std::string& id : ids) EXPECT_LE(id.size(), 255U);
}

RC_GTEST_PROP(VariantId, ids_are_unique_and_do_not_depend_on_the_order_of_rows, ()) {
  const auto letter = rc::gen::elementOf(std::string("aAbB 1.-+/\xc3"));
  const auto value = rc::gen::resize(4, rc::gen::container<std::string>(letter));
  const auto options = rc::gen::container<Options>(2, value);
  auto all = *rc::gen::container<std::set<Options>>(options);
  std::vector<Options> rows(all.begin(), all.end());
  const auto ids = ids_of("p", rows);
  RC_ASSERT(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
  std::vector<Options> turned(rows.rbegin(), rows.rend());
  auto turned_ids = ids_of("p", turned);
  std::reverse(turned_ids.begin(), turned_ids.end());
  RC_ASSERT(turned_ids == ids);
}

}  // namespace
}  // namespace kassa::catalog
