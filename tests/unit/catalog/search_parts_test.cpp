#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/catalog/plain_text.hpp"
#include "services/catalog/search_cursor.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

struct HtmlCase {
  const char* name;
  std::string html;
  std::string plain;
};

const HtmlCase kHtmlCases[] = {
    {"plain text stays", "5 < 6 & 7", "5 < 6 & 7"},
    {"tags go", "<p>One<br/>two</p>", "One two"},
    {"entities are resolved", "<b>a &amp; b&nbsp;&#8364;&#x20ac; &unknown; &</b>", "a & b €€ &unknown; &"},
    {"scripts and styles go", "<style>p{}</style>a<script>if (1<2) b()</script>c", "a c"},
    {"comments go", "a<!-- <b>no</b> -->b<i></i>", "a b"},
    {"an open tag ends the text", "a<b>c</b><img src=", "a c"},
    {"a lone script ends the text", "a<script>never", "a"},
};

TEST(PlainText, shows_what_a_reader_sees) {
  for (const HtmlCase& row : kHtmlCases) EXPECT_EQ(plain_text(row.html), row.plain) << row.name;
}

RC_GTEST_PROP(PlainText, takes_anything, (const std::string& text)) {
  RC_ASSERT(plain_text("<p>" + text).size() <= text.size() * 4 + 3);
}

TEST(PlainText, looks_through_openings_without_an_end_once) {
  constexpr std::size_t kOpenings = 500'000;  // Each read to the end: minutes.
  std::string openings;
  for (std::size_t i = 0; i < kOpenings; ++i) openings += "<a";
  EXPECT_FALSE(is_html(openings));
  EXPECT_FALSE(is_html("> " + openings));
  EXPECT_TRUE(is_html(openings + ">"));
}

TEST(PlainText, is_cut_between_characters) {
  EXPECT_EQ(beginning_of("a€b", 8), "a€b");
  EXPECT_EQ(beginning_of("a€b", 4), "a€");
  EXPECT_EQ(beginning_of("a€b", 3), "a");
  EXPECT_EQ(beginning_of("a€b", 0), "");
  EXPECT_EQ(text_of_html("<b>one</b> two <a hre"), "one two");
}

/// What everybody can make who reads the code, but for the key.
class KeylessBox final : public ports::SecretBox {
 public:
  Bytes seal(std::string_view, std::string_view) const override { return {}; }
  Result<std::string> open(std::string_view, std::span<const std::byte>) const override { return std::string{}; }
  Bytes seal_for(const ports::DataKey&, std::string_view, std::string_view) const override { return {}; }
  Result<std::string> open_for(const ports::DataKey&, std::string_view, std::span<const std::byte>) const override {
    return std::string{};
  }
  ports::DataKey new_key() const override { return {}; }
  Digest blind(std::string_view purpose, std::string_view text) const override {
    return sha256(std::string(purpose).append(text));
  }
};

TEST(SearchCursor, is_refused_when_it_was_forged) {
  const auto box = test_box();
  const CatalogQuery query;
  SearchCursor cursor;
  EXPECT_TRUE(read_cursor(box, StoreId{"s1"}, query, write_cursor(box, StoreId{"s1"}, query, cursor)));
  EXPECT_FALSE(read_cursor(box, StoreId{"s1"}, query, write_cursor(KeylessBox{}, StoreId{"s1"}, query, cursor)));
}

TEST(SearchCursor, is_refused_when_its_place_is_nowhere) {
  const auto box = test_box();
  const CatalogQuery query;
  for (const ports::SearchPlace place :
       {ports::SearchPlace{-1, 0}, {std::numeric_limits<int>::min(), 0}, {ports::kSearchTiers, 0}, {0, -1}}) {
    SearchCursor cursor;
    cursor.place = place;
    const std::string written = write_cursor(box, StoreId{"s1"}, query, cursor);
    EXPECT_FALSE(read_cursor(box, StoreId{"s1"}, query, written)) << place.tier << " " << place.doc;
  }
}

RC_GTEST_PROP(SearchCursor, reads_what_was_written_for_this_search_alone, (const std::string& text)) {
  const auto box = test_box();
  CatalogQuery query;
  query.text = *rc::gen::string<std::string>();
  query.currency = *Currency::from_code("EUR");
  SearchCursor cursor;
  cursor.place = {*rc::gen::inRange(0, 3), *rc::gen::inRange<std::int64_t>(0, 1'000'000)};
  cursor.product = "some product 9";
  cursor.total = *rc::gen::inRange<std::int64_t>(0, 1'000);
  cursor.price = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
  const std::string written = write_cursor(box, StoreId{"s1"}, query, cursor);
  const auto read = read_cursor(box, StoreId{"s1"}, query, written);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->place == cursor.place);
  RC_ASSERT(read->product == cursor.product);
  RC_ASSERT(read->total == cursor.total);
  RC_ASSERT(read->price == cursor.price);
  RC_ASSERT(!read_cursor(box, StoreId{"s2"}, query, written));
  RC_ASSERT(!read_cursor(box, StoreId{"s1"}, query, text));
  query.sort = CatalogSort::kPriceAscending;
  RC_ASSERT(!read_cursor(box, StoreId{"s1"}, query, written));
  query.sort = CatalogSort::kRelevance;
  query.text += "x";
  RC_ASSERT(!read_cursor(box, StoreId{"s1"}, query, written));
}

/// Nobody asks it for words.
class NoIndex final : public ports::CatalogSearch {
 public:
  using CatalogSearch::CatalogSearch;

 private:
  ports::Step step_for(const StoreId&, const ports::SearchTerms&, ports::SearchPlace, std::size_t) const override {
    throw std::logic_error("a search without words reads no index");
  }
};

TEST(SearchCatalog, sorts_no_more_products_than_it_may_price) {
  constexpr std::size_t kSortedMax = 20'000;
  ImportBench bench;
  NoIndex index(bench.main.store());
  const auto box = test_box();
  const PriceOf price = [](const ports::VariantView& variant) {
    return std::optional(ports::PriceView{*Currency::from_code("EUR"), variant.grams, std::nullopt});
  };
  for (const std::size_t products : {kSortedMax, kSortedMax + 1}) {
    std::vector<ports::VariantView> variants(products);
    for (std::size_t i = 0; i < products; ++i) {
      auto product = std::make_shared<ports::ProductView>();
      product->id = ProductId{std::to_string(100'000 + i)};
      product->published = true;
      variants[i].id = VariantId{product->id.value};
      variants[i].product = std::move(product);
      variants[i].grams = static_cast<std::int64_t>(products - i);
    }
    const ports::ProductShelf shelf(
        std::make_shared<const ports::CatalogView>(std::move(variants), std::vector<ports::LocationView>{}, 1));
    ASSERT_EQ(shelf.size(), products);
    CatalogQuery query;
    query.sort = CatalogSort::kPriceAscending;
    query.limit = 1;
    const auto page = run(search_catalog(index, shelf, box, StoreId{"s1"}, query, price));
    EXPECT_EQ(page ? page.value().products.at(0).product->id.value : page.error().path,
              products == kSortedMax ? "119999" : "sort");
  }
}

}  // namespace
}  // namespace kassa::catalog
