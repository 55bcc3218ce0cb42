// Products as they are shown: the order of variants, the choice, and how much of a big product a list has.

#include "services/protocol/ucp/catalog_shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/json.hpp"
#include "services/protocol/ucp/catalog_render.hpp"

namespace kassa::protocol {
namespace {

using testing::ElementsAre;

class EmptyShelves final : public ports::StockView {
 public:
  std::vector<ports::StockLevel> levels(const StoreId&, const VariantId&) const override { return {}; }
  std::int64_t available(const StoreId&, const VariantId&) const override { return 0; }
  void update(const StoreId&, const std::vector<ports::StockLevel>&) override {}
};

/// One product, its variants and their texts.
class BigProduct {
 public:
  explicit BigProduct(std::size_t variants) : variants_(variants) {
    product_->id = ProductId{"shirt"};
    product_->title = "Shirt";
    text.option_names = {"Size"};
    for (std::size_t i = 0; i < variants; ++i) {
      ports::VariantView& variant = variants_[i];
      variant.id = VariantId{"v" + std::to_string(i)};
      variant.product = product_;
      variant.tracked = false;
      offered_.push_back({&variant, ports::PriceView{*Currency::from_code("EUR"), 100, std::nullopt}});
      text.variants.push_back({variant.id.value, {}, {"size " + std::to_string(i)}});
    }
  }

  void sell_out(std::size_t i) { variants_[i].tracked = true; }
  const ports::VariantView& variant(std::size_t i) const { return variants_[i]; }
  ShownProduct shown() const { return show_product({product_.get(), offered_}, &text, {shelves_, store_, Instant{}}); }

  catalog::ProductText text;

 private:
  std::shared_ptr<ports::ProductView> product_ = std::make_shared<ports::ProductView>();
  std::vector<ports::VariantView> variants_;
  std::vector<catalog::OfferedVariant> offered_;
  EmptyShelves shelves_;
  StoreId store_{"s1"};
};

std::vector<std::string> first_ids(const ShownProduct& product, std::size_t count) {
  std::vector<std::string> ids;
  for (const ShownVariant& variant : product.variants) {
    if (ids.size() < count) ids.push_back(variant.variant->id.value);
  }
  return ids;
}

json::object listed(const ShownProduct& product) {
  const auto answer = json::parse(render_lookup({}, {product}));
  return answer.at("products").at(0).as_object();
}

json::object alone(const ShownProduct& product) {
  return json::parse(render_product({}, product, {})).at("product").as_object();
}

TEST(ShownProducts, go_by_the_merchants_order_with_something_to_buy_in_front) {
  BigProduct product(4);
  std::swap(product.text.variants[1], product.text.variants[2]);
  EXPECT_THAT(first_ids(product.shown(), 4), ElementsAre("v0", "v2", "v1", "v3"));
  product.text.variants.erase(product.text.variants.begin() + 1);  // v2: the texts do not know it.
  EXPECT_THAT(first_ids(product.shown(), 4), ElementsAre("v0", "v1", "v3", "v2"));
  product.sell_out(0);
  EXPECT_THAT(first_ids(product.shown(), 4), ElementsAre("v1", "v0", "v3", "v2"));
}

TEST(ShownProducts, have_the_named_variant_in_front_even_of_its_twins) {
  BigProduct product(3);
  product.text.option_names.clear();
  for (auto& each : product.text.variants) each.options.clear();
  product.sell_out(1);
  ShownProduct shown = product.shown();
  Selection selection;
  selection.named = &product.variant(1);
  EXPECT_TRUE(settle_selection(shown, selection).empty());
  EXPECT_EQ(first_ids(shown, 1).front(), "v1");
  selection.named = nullptr;
  EXPECT_TRUE(settle_selection(shown, selection).empty());
  EXPECT_EQ(first_ids(shown, 1).front(), "v0");
}

TEST(CatalogLists, show_a_hundred_variants_of_a_product_what_can_be_bought_first) {
  BigProduct product(150);
  for (std::size_t i = 0; i < 140; ++i) product.sell_out(i);
  const ShownProduct shown = product.shown();
  const json::object short_form = listed(shown);
  const json::array& variants = short_form.at("variants").as_array();
  ASSERT_EQ(variants.size(), kListedVariantsMax);
  EXPECT_EQ(variants[0].at("id").as_string(), "v140");
  EXPECT_EQ(variants[9].at("id").as_string(), "v149");
  EXPECT_EQ(variants[10].at("id").as_string(), "v0");
  EXPECT_EQ(short_form.at("options").at(0).at("values").as_array().size(), 150U) << "options are told whole";
  EXPECT_EQ(alone(shown).at("variants").as_array().size(), 150U);
}

TEST(CatalogLists, show_the_beginning_of_a_long_description) {
  BigProduct product(1);
  const auto description_of = [](const json::object& shown) { return shown.at("description").as_object(); };
  product.text.description = "a" + std::string(kListedDescriptionBytesMax - 2, 'b') + "€€";
  EXPECT_EQ(description_of(listed(product.shown())).at("plain").as_string().size(), kListedDescriptionBytesMax - 1);
  EXPECT_EQ(description_of(alone(product.shown())).at("plain").as_string(), product.text.description);
  product.text.description = "<p>" + std::string(kListedDescriptionBytesMax, 'b') + "</p>";
  const json::object cut = description_of(listed(product.shown()));
  EXPECT_EQ(cut.at("plain").as_string(), std::string(kListedDescriptionBytesMax - 3, 'b'));
  EXPECT_FALSE(cut.contains("html")) << "half a document is none";
  EXPECT_EQ(description_of(alone(product.shown())).at("html").as_string(), product.text.description);
}

TEST(CatalogAnswers, about_thousands_of_variants_take_no_time) {
  constexpr std::size_t kVariants = 20'000;  // Compared with each other, or read for each label: minutes.
  BigProduct product(kVariants);
  ShownProduct shown = product.shown();
  const auto selected = settle_selection(shown, {});
  const auto whole = json::parse(render_product({}, shown, selected));
  EXPECT_EQ(whole.at("product").at("options").at(0).at("values").as_array().size(), kVariants);
}

}  // namespace
}  // namespace kassa::protocol
