#include "services/ports/catalog_view.hpp"

#include <gtest/gtest.h>

namespace kassa::ports {
namespace {

VariantView named(std::string id, std::string product, std::string sku) {
  VariantView out;
  out.id = VariantId{std::move(id)};
  auto of = std::make_shared<ProductView>();
  of->id = ProductId{std::move(product)};
  out.product = std::move(of);
  out.sku = std::move(sku);
  return out;
}

std::string found(const CatalogView& catalog, std::string_view id) {
  const VariantView* const variant = catalog.find(id);
  return variant == nullptr ? "none" : variant->id.value;
}

TEST(CatalogView, an_empty_one_finds_nothing) {
  EXPECT_EQ(CatalogView{}.find("a"), nullptr);
  EXPECT_EQ(CatalogView({}, {}, 1).find(""), nullptr);
}

TEST(CatalogView, a_name_counts_only_where_it_means_one_variant) {
  std::vector<VariantView> variants{named("mug-red", "mug", "M1"), named("mug-blue", "mug", "M2"),
                                    named("card", "cards", "M2"), named("tea", "tea", "tea"), named("M1", "odd", "")};
  const CatalogView catalog(std::move(variants), {}, 1);
  const struct {
    const char* id;
    const char* expected;
  } kCases[] = {
      {"mug-red", "mug-red"}, {"mug-blue", "mug-blue"}, {"mug", "none"},  {"M2", "none"},
      {"cards", "card"},      {"tea", "tea"},           {"M1", "M1"},     {"odd", "M1"},
      {"", "none"},           {"mug-", "none"},         {"Card", "none"},
  };
  for (const auto& row : kCases) EXPECT_EQ(found(catalog, row.id), row.expected) << row.id;
}

TEST(CatalogView, all_names_of_a_large_catalogue_are_found) {
  std::vector<VariantView> variants;
  for (int i = 0; i < 5'000; ++i) {
    const std::string n = std::to_string(i);
    variants.push_back(named("v" + n, "p" + n, "s" + n));
  }
  const CatalogView catalog(std::move(variants), {}, 1);
  for (int i = 0; i < 5'000; ++i) {
    const std::string n = std::to_string(i);
    for (const char* const kind : {"v", "p", "s"}) EXPECT_EQ(found(catalog, kind + n), "v" + n);
    EXPECT_EQ(found(catalog, "x" + n), "none");
  }
}

}  // namespace
}  // namespace kassa::ports
