// Price lists and terms of sale from a bundle's files to what a quote reads, and what is wrong in them, line by line.

#include "services/catalog/price_lists.hpp"

#include <gtest/gtest.h>

#include "services/catalog/load.hpp"
#include "services/catalog/sale_terms_json.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

const std::string kTwoProducts = R"({"id":"mug","title":"Mug","variants":[{"id":"mug","price":"10.00","on_hand":5}]})"
                                 "\n"
                                 R"({"id":"tea","title":"Tea","variants":[{"id":"tea","price":"4.00"}]})"
                                 "\n";
const std::string kTwoLists = R"([{"id":"trade","group":"b2b","priority":2},
{"id":"sale"}])";

ports::VariantSpecials specials_in(ImportBench& bench, const char* variant) {
  const auto view = run(load_catalog(bench.main.store(), bench.id)).value();
  const auto* const found = view->find(variant);
  return found != nullptr && found->specials ? *found->specials : ports::VariantSpecials{};
}

std::vector<std::string> faults_of_lists(const std::string& lines, const std::string& names = kTwoLists) {
  ImportBench bench;
  bench.bundle({{"products.ndjson", kTwoProducts}, {"price_lists.json", names}, {"price_lists.ndjson", lines}});
  return brief(bench.import().faults);
}

TEST(PriceListFiles, ArriveInTheCatalogueWithTheirListsGroupAndPriority) {
  ImportBench bench;
  bench.bundle(
      {{"products.ndjson", kTwoProducts},
       {"price_lists.json", kTwoLists},
       {"price_lists.ndjson", R"({"variant":"mug","currency":"USD","amount":"7.50","list":"trade","min_quantity":10})"
                              "\n"
                              R"({"variant":"mug","currency":"USD","amount":"8.00","compare_at":"10.00","list":"sale",)"
                              R"("from":"2026-11-27T00:00:00+01:00","until":"2026-12-01T00:00:00Z"})"
                              "\n"
                              R"({"variant":"mug","currency":"USD","amount":"9.00","group":"vip"})"
                              "\n"}});
  const ImportReport report = bench.import();
  ASSERT_EQ(brief(report.faults), std::vector<std::string>{});
  EXPECT_EQ(report.counts.list_prices.created, 3);
  const auto prices = specials_in(bench, "mug").prices;
  ASSERT_EQ(prices.size(), 3U);
  const auto& vip = prices[0];
  EXPECT_EQ(vip.group, "vip");
  EXPECT_EQ(vip.amount, 900);
  EXPECT_EQ(vip.from, std::nullopt);
  EXPECT_EQ(vip.until, std::nullopt);
  const auto& sale = prices[1];
  EXPECT_EQ(sale.list, "sale");
  EXPECT_EQ(sale.group, "");
  EXPECT_EQ(sale.compare_at, 1000);
  EXPECT_EQ(sale.from, from_rfc3339("2026-11-26T23:00:00Z"));
  EXPECT_EQ(sale.until, from_rfc3339("2026-12-01T00:00:00Z"));
  const auto& trade = prices[2];
  EXPECT_EQ(trade.group, "b2b");
  EXPECT_EQ(trade.priority, 2);
  EXPECT_EQ(trade.min_quantity, 10);
  const auto view = run(load_catalog(bench.main.store(), bench.id)).value();
  EXPECT_TRUE(view->has_group_prices());
  EXPECT_EQ(view->find("tea")->specials, nullptr);
  EXPECT_FALSE(bench.import().applied) << "twice is once";
}

TEST(PriceListFiles, WhatIsGoneFromTheFileIsGoneAndAMissingFileIsLeftAlone) {
  ImportBench bench;
  const std::string one = R"({"variant":"mug","currency":"USD","amount":"7.50","list":"sale"})";
  const std::string two = R"({"variant":"tea","currency":"USD","amount":"3.00","min_quantity":5})";
  bench.bundle({{"products.ndjson", kTwoProducts},
                {"price_lists.json", kTwoLists},
                {"price_lists.ndjson", one + "\n" + two + "\n"}});
  EXPECT_TRUE(bench.import().applied);
  ImportBench& same = bench;
  write_file(same.folder.path() / "price_lists.ndjson", two + "\n");
  const ImportReport report = same.import();
  EXPECT_EQ(report.counts.list_prices.retired, 1);
  EXPECT_EQ(report.counts.list_prices.unchanged, 1);
  EXPECT_TRUE(specials_in(same, "mug").prices.empty());
  EXPECT_EQ(specials_in(same, "tea").prices.size(), 1U);
  std::filesystem::remove(same.folder.path() / "price_lists.ndjson");
  std::filesystem::remove(same.folder.path() / "price_lists.json");
  EXPECT_FALSE(same.import().applied);
  EXPECT_EQ(specials_in(same, "tea").prices.size(), 1U);
}

struct FaultCase {
  const char* name;
  std::string lines;
  std::vector<std::string> codes;
};

TEST(PriceListFiles, FaultsAreToldByTheirLines) {
  const std::string mug = R"({"variant":"mug","currency":"USD","amount":"7.50")";
  const FaultCase cases[] = {
      {"unknown variant",
       R"({"variant":"cup","currency":"USD","amount":"1.00"})",
       {"price_lists.ndjson:1 unknown_variant"}},
      {"a currency the store lacks",
       R"({"variant":"mug","currency":"JPY","amount":"1"})",
       {"price_lists.ndjson:1 currency_unknown"}},
      {"negative", R"({"variant":"mug","currency":"USD","amount":"-1.00"})", {"price_lists.ndjson:1 not_a_price"}},
      {"a number", R"({"variant":"mug","currency":"USD","amount":1})", {"price_lists.ndjson:1 type_mismatch"}},
      {"no list of that name", mug + R"(,"list":"none"})", {"price_lists.ndjson:1 unknown_list"}},
      {"a list and a group", mug + R"(,"list":"sale","group":"vip"})", {"price_lists.ndjson:1 list_or_group"}},
      {"twice the same", mug + "}\n" + mug + "}", {"price_lists.ndjson:2 overlapping"}},
      {"a permanent and a scheduled one are two things", mug + "}\n" + mug + R"(,"from":"2026-01-01T00:00:00Z"})", {}},
      {"two schedules that meet",
       mug + R"(,"until":"2026-01-01T00:00:00Z"})" + "\n" + mug + R"(,"from":"2026-01-01T00:00:00Z"})",
       {}},
      {"two schedules that overlap",
       mug + R"(,"until":"2026-01-01T00:00:01Z"})" + "\n" + mug + R"(,"from":"2026-01-01T00:00:00Z"})",
       {"price_lists.ndjson:2 overlapping"}},
      {"ends before it begins",
       mug + R"(,"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"})",
       {"price_lists.ndjson:1 window_empty"}},
      {"no time", mug + R"(,"from":"tomorrow"})", {"price_lists.ndjson:1 bad_time"}},
      {"a time before all times", mug + R"(,"from":"1970-01-01T00:00:00Z"})", {"price_lists.ndjson:1 bad_time"}},
      {"a break of nothing", mug + R"(,"min_quantity":0})", {"price_lists.ndjson:1 out_of_range"}},
  };
  for (const FaultCase& row : cases) EXPECT_EQ(faults_of_lists(row.lines + "\n"), row.codes) << row.name;
  EXPECT_EQ(faults_of_lists("", R"([{"id":"a"},{"id":"a"},{"id":"b c"}])"),
            (std::vector<std::string>{"price_lists.json:1 duplicate", "price_lists.json:1 bad_id"}));
}

TEST(SaleTermsFiles, AVariantTakesItsProductsTermsAndItsOwnGoFirst) {
  ImportBench bench;
  bench.bundle(
      {{"products.ndjson",
        R"({"id":"wine","title":"Wine","minimum_age":18,"quantity_multiple":6,"sale_from":"2026-01-01T00:00:00Z",)"
        R"("options":["Size"],"variants":[{"id":"wine_s","options":["S"],"price":"10.00"},)"
        R"({"id":"wine_l","options":["L"],"price":"20.00","quantity_multiple":3,"customer_limit":12}]})"
        "\n"}});
  ASSERT_EQ(brief(bench.import().faults), std::vector<std::string>{});
  const ports::SaleTerms small = specials_in(bench, "wine_s").terms;
  EXPECT_EQ(small.minimum_age, 18);
  EXPECT_EQ(small.quantity_multiple, 6);
  EXPECT_EQ(small.sale_from, from_rfc3339("2026-01-01T00:00:00Z"));
  const ports::SaleTerms large = specials_in(bench, "wine_l").terms;
  EXPECT_EQ(large.minimum_age, 18);
  EXPECT_EQ(large.quantity_multiple, 3);
  EXPECT_EQ(large.customer_limit, 12);
  EXPECT_EQ(parse_sale_terms(write_sale_terms(large)), large);
  EXPECT_EQ(write_sale_terms({}), "");
  EXPECT_FALSE(bench.import().applied) << "twice is once";
}

TEST(SaleTermsFiles, TermsThatCannotBeKeptAreFaults) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("minimum_quantity":5,"maximum_quantity":4)", "no_quantity_fits"},
      {R"("quantity_multiple":6,"maximum_quantity":5)", "no_quantity_fits"},
      {R"("minimum_quantity":7,"quantity_multiple":6,"customer_limit":11)", "no_quantity_fits"},
      {R"("minimum_quantity":-1)", "out_of_range"},
      {R"("minimum_age":200)", "out_of_range"},
      {R"("sale_from":"2026-01-02T00:00:00Z","sale_until":"2026-01-02T00:00:00Z")", "window_empty"},
      {R"("preorder_until":"soon")", "bad_time"},
  };
  for (const auto& [members, code] : cases) {
    ImportBench bench;
    bench.bundle({{"products.ndjson",
                   R"({"id":"mug","title":"Mug","variants":[{"price":"1.00",)" + std::string(members) + "}]}\n"}});
    EXPECT_EQ(brief(bench.import().faults), std::vector<std::string>{std::string("products.ndjson:1 ") + code})
        << members;
  }
}

}  // namespace
}  // namespace kassa::catalog
