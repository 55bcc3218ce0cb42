// One table of searches, the same answers from every engine.

#include "services/catalog/load.hpp"
#include "services/catalog/search_index.hpp"
#include "tests/conformance/catalog/search_bench.hpp"

namespace kassa {
namespace {

using catalog::CatalogPage;
using catalog::CatalogQuery;

const Currency kEuro = *Currency::from_code("EUR");
const Currency kDollar = *Currency::from_code("USD");

/// Ids in the order of a list, so that a missing or additional product shows.
std::string ids_of(const CatalogPage& page) {
  std::string ids;
  for (const auto& product : page.products) ids.append(ids.empty() ? "" : " ").append(product.product->id.value);
  return ids;
}

std::string product(std::string_view id, std::string_view title, std::string_view more, std::string_view price) {
  return R"({"id":")" + std::string(id) + R"(","title":")" + std::string(title) + "\"," + std::string(more) +
         R"("variants":[{"id":"v-)" + std::string(id) + R"(","sku":"SKU-)" + std::string(id) + R"(","price":")" +
         std::string(price) + R"(","on_hand":5}]})" + "\n";
}

const std::string kShop =
    product("p1", "Red running shoe", R"("category":"Shoes","tags":["sport"],"description":"Light and fast",)",
            "50.00") +
    product("p2", "Blue shoe", R"("category":"Shoes","tags":["red laces"],"description":"For running",)", "70.00") +
    product("p3", "Crème brûlée torch", R"("category":"Kitchen","vendor":"Müller","description":"<p>A red flame</p>",)",
            "20.00") +
    product("p4", "Running cap", R"("category":"Hats","description":"A cap, not a shoe; red",)", "15.00") +
    product("p5", "Hidden red shoe", R"("published":false,)", "10.00") +
    product("p6", "Women's T-shirt AND OR NOT NEAR", R"("category":"Ärmel & Co","tags":["कपड़ा","ΟΔΟΣ"],)", "30.00") +
    product("p7", "Straße 日本語テスト", R"("category":"Kitchen",)", "40.00");

struct Found {
  const char* name;
  CatalogQuery query;
  const char* ids;
};

CatalogQuery text(std::string words) {
  CatalogQuery query;
  query.text = std::move(words);
  query.currency = kEuro;
  return query;
}

CatalogQuery in(CatalogQuery query, std::vector<std::string> categories) {
  query.filters.categories = std::move(categories);
  return query;
}

CatalogQuery priced(CatalogQuery query, std::optional<std::int64_t> min, std::optional<std::int64_t> max) {
  query.filters.price_min = min;
  query.filters.price_max = max;
  return query;
}

const Found kFound[] = {
    {"title goes before tags, tags before description", text("red"), "p1 p2 p3 p4"},
    {"all words must match", text("red running"), "p1 p2 p4"},
    {"words may stand in different fields", text("blue laces"), "p2"},
    {"the order of words does not matter", text("shoe red"), "p1 p2 p4"},
    {"the last word may be a beginning", text("runn"), "p1 p4 p2"},
    {"only the last word may be a beginning", text("runn shoe"), ""},
    {"one letter is a whole word", text("r"), ""},
    {"case and accents do not matter", text("CREME brulee"), "p3"},
    {"accents in the query do not matter", text("rünning"), "p1 p4 p2"},
    {"a vendor is found", text("muller"), "p3"},
    {"a SKU is found", text("SKU-p4"), "p4"},
    {"a category is found as a word", text("hats"), "p4"},
    {"an apostrophe is no division", text("womens"), "p6"},
    {"an apostrophe in the query is none either", text("women's t-shirt"), "p6"},
    {"sharp s is two", text("strasse"), "p7"},
    {"a beginning in another script", text("日本"), "p7"},
    {"letters with signs of their own", text("कपड़ा"), "p6"},
    {"a final sigma is a sigma", text("οδος"), "p6"},
    {"operators are words", text("shirt AND NOT"), "p6"},
    {"NEAR is a word", text("near"), "p6"},
    {"quotes and stars are nothing", text("\"red\" * ( : ) ^ & | ! <-> 'shoe'"), "p1 p2 p4"},
    {"only signs find nothing", text("\" ' * -- ;"), ""},
    {"an injection finds nothing", text("x'); DROP TABLE product; --"), ""},
    {"what is not published is not found", text("hidden"), ""},
    {"no text shows everything published", text(""), "p1 p2 p3 p4 p6 p7"},
    {"a category alone", in(text(""), {"Shoes"}), "p1 p2"},
    {"categories are alternatives", in(text(""), {"Hats", "kitchen"}), "p3 p4 p7"},
    {"a category is compared folded", in(text(""), {"armel & co"}), "p6"},
    {"a category is compared whole", in(text(""), {"Shoe"}), ""},
    {"words and categories together", in(text("red"), {"Kitchen", "Hats"}), "p3 p4"},
    {"an unknown category finds nothing", in(text("red"), {"Boats"}), ""},
    {"a least price", priced(text("red"), 2000, std::nullopt), "p1 p2 p3"},
    {"a greatest price", priced(text("red"), std::nullopt, 2000), "p3 p4"},
    {"both ends count", priced(text(""), 2000, 4000), "p3 p6 p7"},
    {"ends the wrong way round find nothing", priced(text(""), 4000, 2000), ""},
    {"all filters together", priced(in(text("red"), {"Shoes"}), 6000, 8000), "p2"},
};

class CatalogSearchConformance : public testing::TestWithParam<SearchEngineRow> {
 protected:
  void SetUp() override { engine_ = GetParam().make(); }

  catalog::ImportReport import(const std::string& store, const std::string& products) {
    write_file(folder_.path() / "store.json", R"({"name":"Test","currencies":["EUR","USD"]})");
    write_file(folder_.path() / "products.ndjson", products);
    catalog::ImportContext context{engine_->store(), box_, clock_};
    auto report = run(catalog::import_bundle(context, StoreId{store}, folder_.path(), {}, {}));
    if (!report) throw std::runtime_error(report.error().detail);
    EXPECT_TRUE(report.value().faults.empty()) << report.value().faults.front().message;
    shelves_.erase(store);
    return std::move(report).value();
  }

  const ports::ProductShelf& shelf(const std::string& store) {
    auto& shelf = shelves_[store];
    if (!shelf) shelf.emplace(run(catalog::load_catalog(engine_->store(), StoreId{store})).value());
    return *shelf;
  }

  Result<CatalogPage> try_find(const std::string& store, CatalogQuery query) {
    const Currency currency = query.currency;
    const catalog::PriceOf price = [currency](const ports::VariantView& variant) {
      const auto* const own = variant.price_in(currency);
      return own == nullptr ? std::nullopt : std::optional(*own);
    };
    return run(catalog::search_catalog(engine_->search(), shelf(store), box_, StoreId{store}, std::move(query), price));
  }
  CatalogPage find(const std::string& store, CatalogQuery query) { return try_find(store, std::move(query)).value(); }

  TemporaryFolder folder_;
  platform::SodiumSecretBox box_{test_box()};
  ManualClock clock_;
  std::unique_ptr<SearchEngine> engine_;
  std::map<std::string, std::optional<ports::ProductShelf>> shelves_;
};

TEST_P(CatalogSearchConformance, finds_what_the_table_says) {
  import("s1", kShop);
  for (const Found& row : kFound) {
    const CatalogPage page = find("s1", row.query);
    EXPECT_EQ(ids_of(page), row.ids) << row.name;
    EXPECT_EQ(page.total, static_cast<std::int64_t>(page.products.size())) << row.name;
    EXPECT_FALSE(page.has_next) << row.name;
  }
}

TEST_P(CatalogSearchConformance, an_item_without_a_price_in_the_currency_is_left_out) {
  import("s1", kShop);
  CatalogQuery query = text("red");
  query.currency = kDollar;
  EXPECT_EQ(ids_of(find("s1", query)), "");
}

TEST_P(CatalogSearchConformance, pages_meet_without_gap_or_overlap) {
  import("s1", kShop);
  for (const char* const words : {"red", ""}) {
    const std::string all = ids_of(find("s1", text(words)));
    for (const std::size_t limit : {1U, 2U, 3U}) {
      CatalogQuery query = text(words);
      query.limit = limit;
      std::string together;
      for (bool more = true; more;) {
        const CatalogPage page = find("s1", query);
        ASSERT_FALSE(page.products.empty());
        EXPECT_LE(page.products.size(), limit);
        together.append(together.empty() ? "" : " ").append(ids_of(page));
        EXPECT_EQ(page.total, words[0] == 'r' ? 4 : 6);
        EXPECT_EQ(page.has_next, !page.cursor.empty());
        query.cursor = page.cursor;
        more = page.has_next;
      }
      EXPECT_EQ(together, all) << limit;
    }
  }
}

CatalogQuery by_price(CatalogQuery query, bool ascending = true) {
  query.sort = ascending ? catalog::CatalogSort::kPriceAscending : catalog::CatalogSort::kPriceDescending;
  return query;
}

/// p8: two variants, of which each filter lets another one be the cheapest; p9 costs what p3 costs.
const std::string kPriced =
    kShop + R"({"id":"p8","title":"Red pair","variants":[{"id":"a","title":"A","price":"45.00"},)" +
    R"({"id":"b","title":"B","price":"12.00"}]})" + "\n" + product("p9", "Red dot", "", "20.00");

const Found kSorted[] = {
    {"the lowest price of a product counts", by_price(text("red")), "p8 p4 p3 p9 p1 p2"},
    {"the other way round equals go by id all the same", by_price(text("red"), false), "p2 p1 p3 p9 p4 p8"},
    {"without words", by_price(text("")), "p8 p4 p3 p9 p6 p7 p1 p2"},
    {"some categories", by_price(in(text(""), {"Shoes", "Kitchen"}), false), "p2 p1 p7 p3"},
    {"a category and words", by_price(in(text("red"), {"Shoes", "Hats"})), "p4 p1 p2"},
    {"the lowest price that passes counts", by_price(priced(text("red"), 1300, std::nullopt)), "p4 p3 p9 p8 p1 p2"},
    {"nothing", by_price(text("nothing")), ""},
};

TEST_P(CatalogSearchConformance, sorts_by_price_with_pages_that_meet) {
  import("s1", kPriced);
  for (const Found& row : kSorted) {
    const std::string all = ids_of(find("s1", row.query));
    EXPECT_EQ(all, row.ids) << row.name;
    for (const std::size_t limit : {1U, 2U, 3U}) {
      CatalogQuery query = row.query;
      query.limit = limit;
      std::string together;
      for (bool more = true; more && together.size() <= all.size();) {
        const CatalogPage page = find("s1", query);
        EXPECT_LE(page.products.size(), limit);
        EXPECT_EQ(page.total, all.empty() ? 0 : std::ranges::count(all, ' ') + 1) << row.name;
        together.append(together.empty() ? "" : " ").append(ids_of(page));
        query.cursor = page.cursor;
        more = page.has_next;
      }
      EXPECT_EQ(together, all) << row.name << " by " << limit;
    }
  }
}

TEST_P(CatalogSearchConformance, a_cursor_of_one_order_is_none_of_another_and_outlives_its_product) {
  import("s1", kPriced);
  CatalogQuery query = by_price(text("red"));
  query.limit = 3;
  query.cursor = find("s1", query).cursor;  // Behind p8 p4 p3.
  for (CatalogQuery other : {text("red"), by_price(text("red"), false)}) {
    other.cursor = query.cursor;
    EXPECT_EQ(try_find("s1", other).error().path, "cursor");
  }
  std::string without = kPriced;
  without.replace(without.find(R"("id":"p3")"), 9, R"("id":"p30")");
  import("s1", without);
  EXPECT_EQ(ids_of(find("s1", query)), "p30 p9 p1");
}

TEST_P(CatalogSearchConformance, a_page_in_the_middle_of_a_change_neither_repeats_nor_fails) {
  import("s1", kShop);
  CatalogQuery query = text("red");
  query.limit = 2;
  const CatalogPage first = find("s1", query);
  EXPECT_EQ(ids_of(first), "p1 p2");
  import("s1", product("p0", "Red sock", "", "5.00") + kShop);
  query.cursor = first.cursor;
  EXPECT_EQ(ids_of(find("s1", query)), "p3 p4");
}

TEST_P(CatalogSearchConformance, a_foreign_or_broken_cursor_is_refused) {
  import("s1", kShop);
  import("s2", kShop);
  CatalogQuery query = text("red");
  query.limit = 1;
  const std::string cursor = find("s1", query).cursor;
  ASSERT_FALSE(cursor.empty());
  const auto refused = [this](const std::string& store, CatalogQuery other, std::string with) {
    other.cursor = std::move(with);
    const auto page = try_find(store, std::move(other));
    return !page && page.error().code == Errc::kInvalidRequest && page.error().path == "cursor";
  };
  EXPECT_TRUE(refused("s2", query, cursor));
  EXPECT_TRUE(refused("s1", text("blue"), cursor));
  EXPECT_TRUE(refused("s1", in(text("red"), {"Shoes"}), cursor));
  EXPECT_TRUE(refused("s1", priced(text("red"), 1, std::nullopt), cursor));
  EXPECT_TRUE(refused("s1", query, "x"));
  EXPECT_TRUE(refused("s1", query, cursor + "A"));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(refused("s1", query, changed)) << i;
  }
  CatalogQuery other_limit = query;
  other_limit.limit = 3;
  other_limit.cursor = cursor;
  EXPECT_EQ(ids_of(find("s1", other_limit)), "p2 p3 p4");
}

TEST_P(CatalogSearchConformance, stores_do_not_see_each_other) {
  import("s1", product("a", "Red shoe", "", "1.00"));
  import("s2", product("a", "Red hat", "", "1.00") + product("b", "Red shoe", "", "1.00"));
  EXPECT_EQ(ids_of(find("s1", text("red"))), "a");
  EXPECT_EQ(ids_of(find("s2", text("red"))), "a b");
  EXPECT_EQ(ids_of(find("s1", text("hat"))), "");
}

TEST_P(CatalogSearchConformance, equals_stand_by_id_whatever_the_order_of_the_file) {
  import("s1", product("z", "Red", "", "1.00") + product("a", "Red", "", "1.00") + product("m", "Red", "", "1.00"));
  EXPECT_EQ(ids_of(find("s1", text("red"))), "a m z");
}

TEST_P(CatalogSearchConformance, the_index_follows_every_import) {
  import("s1", kShop);
  import("s1", product("p1", "Green boot", "", "50.00"));
  EXPECT_EQ(ids_of(find("s1", text("red"))), "");
  EXPECT_EQ(ids_of(find("s1", text("green"))), "p1");
  import("s1", kShop);
  EXPECT_EQ(ids_of(find("s1", text("green"))), "");
  // p1 was never gone; the others came back as new ones, behind it, in the order of their ids.
  EXPECT_EQ(ids_of(find("s1", text("red"))), "p1 p2 p3 p4");
  import("s1", kShop);
  EXPECT_EQ(ids_of(find("s1", text("red"))), "p1 p2 p3 p4");
}

TEST_P(CatalogSearchConformance, a_changed_variant_is_found_under_its_new_sku) {
  import("s1", kShop);
  std::string changed = kShop;
  changed.replace(changed.find("SKU-p4"), 6, "ART-44");
  import("s1", changed);
  EXPECT_EQ(ids_of(find("s1", text("art 44"))), "p4");
  EXPECT_EQ(ids_of(find("s1", text("SKU-p4"))), "");
}

TEST_P(CatalogSearchConformance, a_variant_that_moves_takes_its_words_along) {
  const auto of = [](const char* one, const char* other) {
    return R"({"id":"p1","title":"One","variants":[)" + std::string(one) + "]}\n" +
           R"({"id":"p2","title":"Two","variants":[)" + std::string(other) + "]}\n";
  };
  const auto item = [](std::string_view id) {
    return R"({"id":")" + std::string(id) + R"(","title":")" + std::string(id) + R"(","sku":"ART-)" + std::string(id) +
           R"(","price":"1.00"})";
  };
  import("s1", of((item("kept") + "," + item("moved")).c_str(), item("other").c_str()));
  EXPECT_EQ(ids_of(find("s1", text("art moved"))), "p1");
  import("s1", of(item("kept").c_str(), (item("other") + "," + item("moved")).c_str()));
  EXPECT_EQ(ids_of(find("s1", text("art moved"))), "p2");
}

TEST_P(CatalogSearchConformance, an_older_product_never_replaces_a_newer_one) {
  import("s1", kShop);
  ports::Transaction late("test", StoreId{"s1"});
  catalog::SearchIndexSteps steps(late.store, late.steps);
  catalog::SearchableProduct older;
  older.id = "p1";
  older.title = "Old boot";
  steps.put(older);
  steps.finish();
  ASSERT_TRUE(engine_->store().commit_blocking(std::move(late)).value().applied);
  EXPECT_EQ(ids_of(find("s1", text("boot"))), "");
  EXPECT_EQ(ids_of(find("s1", text("red shoe"))), "p1 p2 p4");
}

TEST_P(CatalogSearchConformance, an_index_that_is_missing_or_old_is_made_again) {
  import("s1", kShop);
  ports::Transaction lost("test", StoreId{"s1"});
  lost.add(ports::Step("DELETE FROM product_search WHERE product_id = 'p1'"));
  lost.add(ports::Step("UPDATE product_search SET folding = 0, title = 'nothing' WHERE product_id = 'p2'"));
  lost.add(ports::Step("UPDATE search_change SET n = n + 1"));
  ASSERT_TRUE(engine_->store().commit_blocking(std::move(lost)).value().applied);
  EXPECT_EQ(ids_of(find("s1", text("shoe"))), "p2 p4");  // p2 by its category alone.
  EXPECT_EQ(run(catalog::refresh_search_index(engine_->store())).value(), 2);
  EXPECT_EQ(ids_of(find("s1", text("shoe"))), "p2 p1 p4");
  EXPECT_EQ(run(catalog::refresh_search_index(engine_->store())).value(), 0);
}

TEST_P(CatalogSearchConformance, a_long_text_is_refused_and_the_longest_is_not) {
  import("s1", kShop);
  EXPECT_EQ(try_find("s1", text(std::string(10'000, 'a'))).error().path, "query");
  std::string words;
  for (int i = 0; i < 33; ++i) words += "a ";
  EXPECT_EQ(try_find("s1", text(words)).error().path, "query");
  EXPECT_EQ(ids_of(find("s1", text(std::string(1'024, 'a')))), "");
  EXPECT_EQ(ids_of(find("s1", text(std::string("red\0shoe", 8)))), "p1 p2 p4");
  EXPECT_EQ(ids_of(find("s1", text("red \xff shoe"))), "p1 p2 p4");
}

TEST_P(CatalogSearchConformance, many_matches_are_paged_and_not_counted) {
  std::string many;
  for (int i = 0; i < 1'500; ++i) many += product("m" + std::to_string(10'000 + i), "Common thing", "", "1.00");
  import("s1", many);
  CatalogQuery query = text("common");
  query.limit = 50;
  std::size_t seen = 0;
  for (bool more = true; more;) {
    const CatalogPage page = find("s1", query);
    EXPECT_EQ(page.total, std::nullopt);
    seen += page.products.size();
    query.cursor = page.cursor;
    more = page.has_next;
  }
  EXPECT_EQ(seen, 1'500U);
  CatalogQuery sorted = by_price(text("common"), false);
  sorted.limit = 50;
  seen = 0;
  for (bool more = true; more && seen <= 1'500;) {
    const CatalogPage page = find("s1", sorted);
    EXPECT_EQ(page.total, std::nullopt);
    seen += page.products.size();
    sorted.cursor = page.cursor;
    more = page.has_next;
  }
  EXPECT_EQ(seen, 1'000U) << "the best of them are sorted";
  EXPECT_EQ(find("s1", priced(text("common"), 200, std::nullopt)).products.size(), 0U);
  EXPECT_TRUE(find("s1", priced(text("common"), 200, std::nullopt)).has_next);
}

INSTANTIATE_TEST_SUITE_P(All, CatalogSearchConformance, testing::ValuesIn(kSearchEngines),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace kassa
