#include "services/catalog/import.hpp"

#include <gtest/gtest.h>

#include "services/catalog/load.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::catalog {
namespace {

const std::string kProducts =
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price\n";
const std::string kTee = "tee,Tee,Size,L,T-L,shopify,5,deny,10.00\ntee,,,S,T-S,shopify,3,deny,10.00\n";
const std::string kMug = "mug,Mug,Title,Default Title,MUG,shopify,7,deny,8.00\n";

std::shared_ptr<const ports::CatalogView> catalogue(ImportBench& bench) {
  return run(load_catalog(bench.main.store(), bench.id)).value();
}

std::int64_t on_hand(ImportBench& bench, const char* variant) {
  return ports::as_int(
      bench.main.rows("SELECT on_hand FROM stock WHERE variant_id = $1", {std::string(variant)}).at(0).at(0));
}

TEST(Import, a_new_store_needs_a_store_json) {
  ImportBench bench;
  write_file(bench.folder.path() / "products.csv", kProducts + kMug);
  const auto report = bench.try_import();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::kNotFound);
}

TEST(Import, a_folder_that_is_no_bundle_is_refused) {
  ImportBench bench;
  EXPECT_EQ(bench.try_import().error().code, Errc::kInvalidRequest);
  ImportBench other;
  catalog::ImportContext context{other.main.store(), other.box(), other.clock()};
  const auto report = run(import_bundle(context, other.id, other.folder.path() / "none", {}, {}));
  EXPECT_EQ(report.error().code, Errc::kNotFound);
}

TEST(Import, creates_a_store_with_a_location_for_its_stock) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kTee + kMug}});
  const ImportReport report = bench.import();
  EXPECT_EQ(brief(report.faults), std::vector<std::string>{});
  EXPECT_TRUE(report.applied);
  EXPECT_EQ(report.revision, 1);
  EXPECT_EQ(report.lines_read, 4);
  EXPECT_EQ(report.counts.products.created, 2);
  EXPECT_EQ(report.counts.variants.created, 3);
  EXPECT_EQ(report.counts.stock.created, 3);
  const auto view = catalogue(bench);
  EXPECT_EQ(view->revision(), 1);
  ASSERT_EQ(view->locations().size(), 1U);
  EXPECT_EQ(view->locations()[0].id.value, "main");
  EXPECT_EQ(view->find("tee--l")->full_title, "Tee - L");
  EXPECT_EQ(view->find("mug")->price_in(*Currency::from_code("USD"))->amount, 800);
  EXPECT_EQ(on_hand(bench, "tee--s"), 3);
}

TEST(Import, the_same_bundle_twice_changes_nothing) {
  ImportBench bench;
  const auto sample = repository() / "infra/sample-store";
  EXPECT_TRUE(bench.import(sample).applied);
  const ImportReport again = bench.import(sample);
  EXPECT_FALSE(again.applied);
  EXPECT_EQ(again.revision, 1);
  EXPECT_EQ(again.counts.products.unchanged, 13);
  EXPECT_EQ(again.counts.products.updated + again.counts.variants.updated + again.counts.prices.updated, 0);
  EXPECT_EQ(again.counts.gateways.unchanged, 1);
}

TEST(Import, checking_only_writes_nothing) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kMug}});
  ImportOptions options;
  options.check_only = true;
  const ImportReport report = bench.import(bench.folder.path(), {}, options);
  EXPECT_EQ(report.counts.products.created, 1);
  EXPECT_FALSE(report.applied);
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM store"), 0);
}

TEST(Import, what_vanishes_is_retired_and_what_returns_is_back) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kTee + kMug}});
  bench.import();
  write_file(bench.folder.path() / "products.csv", kProducts + "tee,Tee,Size,L,T-L,shopify,5,deny,12.00\n");
  const ImportReport report = bench.import();
  EXPECT_EQ(report.counts.products.retired, 1);
  EXPECT_EQ(report.counts.variants.retired, 1);
  EXPECT_EQ(report.counts.prices.updated, 1);
  auto view = catalogue(bench);
  EXPECT_EQ(view->revision(), 2);
  EXPECT_FALSE(view->find("mug")->product->published);
  EXPECT_EQ(view->find("tee--s"), nullptr);
  EXPECT_EQ(view->find("tee--l")->prices.at(0).amount, 1200);
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM stock"), 3);
  EXPECT_EQ(bench.import().counts.products.retired, 0);
  write_file(bench.folder.path() / "products.csv", kProducts + kMug + kTee);
  EXPECT_TRUE(bench.import().applied);
  view = catalogue(bench);
  EXPECT_TRUE(view->find("mug")->product->published);
  EXPECT_NE(view->find("tee--s"), nullptr);
}

TEST(Import, one_bad_row_keeps_everything_out_and_every_fault_is_told) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kMug}});
  bench.import();
  bench.bundle({{"products.csv", kProducts + kTee + "cup,Cup,,,,shopify,1,deny,free\npan,,,,,,,,1.00\n"},
                {"stock.ndjson",
                 "{\"variant\":\"none\",\"on_hand\":1}\n{\"variant\":\"tee--l\",\"location\":\"moon\",\"on_"
                 "hand\":1}\n"},
                {"tax.json", "[{}]"},
                {"store.json", R"({"name":"Test","currencies":["USD"],"nmae":1})"}});
  const ImportReport report = bench.import();
  EXPECT_FALSE(report.applied);
  EXPECT_EQ(brief(report.faults),
            (std::vector<std::string>{"products.csv:4 not_a_price", "products.csv:5 title_missing",
                                      "stock.ndjson:1 unknown_variant", "stock.ndjson:2 unknown_location",
                                      "store.json:0 unknown_member", "tax.json:1 required", "tax.json:1 required",
                                      "tax.json:1 required"}));
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM product"), 1);
  EXPECT_EQ(bench.main.number("SELECT revision FROM store"), 1);
}

TEST(Import, ids_may_not_repeat_across_files) {
  ImportBench bench;
  bench.bundle({{"a.csv", kProducts + kMug},
                {"b.csv", kProducts + kMug},
                {"note.csv", "some,other\n1,2\n"},
                {"products.ndjson", R"({"id":"pot","title":"Pot","variants":[{"id":"mug","price":"1"}]})"}});
  const ImportReport report = bench.import();
  EXPECT_EQ(brief(report.faults), (std::vector<std::string>{"b.csv:2 duplicate_id", "b.csv:2 duplicate_id",
                                                            "products.ndjson:1 duplicate_id"}));
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_TRUE(report.notes[0].starts_with("note.csv"));
}

TEST(Import, stock_below_what_is_reserved_is_a_fault_of_its_row) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kTee + kMug}});
  bench.import();
  bench.main.execute("UPDATE stock SET reserved = 4 WHERE variant_id = 'tee--l'");
  write_file(bench.folder.path() / "products.csv", kProducts + "tee,Tee,Size,L,T-L,shopify,3,deny,10.00\n" + kMug);
  ImportReport report = bench.import();
  EXPECT_EQ(brief(report.faults), (std::vector<std::string>{"products.csv:2 stock_below_reserved"}));
  EXPECT_EQ(on_hand(bench, "tee--l"), 5);
  bench.bundle({{"stock.ndjson", "{\"variant\":\"mug\",\"on_hand\":1}\n{\"variant\":\"tee--l\",\"on_hand\":-9}\n"}});
  report = bench.import();
  EXPECT_EQ(brief(report.faults), (std::vector<std::string>{"stock.ndjson:2 stock_below_reserved"}));
  bench.bundle({{"stock.ndjson", "{\"variant\":\"tee--l\",\"on_hand\":4}\n"}});
  EXPECT_TRUE(bench.import().applied);
  EXPECT_EQ(on_hand(bench, "tee--l"), 4);
}

/// Somebody reserves between the import's reading and its commit: the guard of the step must find it.
class ReservingPart final : public ports::BundlePart {
 public:
  explicit ReservingPart(Database& database) : database_(database) {}
  std::string file() const override { return "shoppers.ndjson"; }
  ports::asio::awaitable<Result<void>> read(StoreId, std::istream&, ports::FaultList&, ports::ProgressMeter&) override {
    co_return ok();
  }
  ports::asio::awaitable<Result<std::int64_t>> stage(StoreId, ports::Transaction&) override {
    database_.execute(sql);
    co_return 0;
  }
  std::string_view sql;

 private:
  Database& database_;
};

TEST(Import, a_reservation_made_meanwhile_is_found_at_the_commit) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kMug}, {"shoppers.ndjson", ""}});
  bench.import();
  write_file(bench.folder.path() / "products.csv",
             kProducts + "pan,Pan,,,,shopify,1,deny,1.00\nmug,Mug,,,MUG,shopify,2,deny,9.00\n");
  ReservingPart part(bench.main);
  part.sql = "UPDATE stock SET reserved = 5 WHERE variant_id = 'mug'";
  const ImportReport report = bench.import(bench.folder.path(), {&part});
  EXPECT_FALSE(report.applied);
  EXPECT_EQ(brief(report.faults), (std::vector<std::string>{"products.csv:3 stock_below_reserved"}));
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM product"), 1);
  EXPECT_EQ(bench.main.number("SELECT revision FROM store"), 1);
}

TEST(Import, a_store_that_keeps_changing_is_told_so) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kMug}, {"shoppers.ndjson", ""}});
  bench.import();
  write_file(bench.folder.path() / "products.csv", kProducts + kTee);
  ReservingPart part(bench.main);
  part.sql = "UPDATE store SET revision = revision + 1";
  catalog::ImportContext context{bench.main.store(), bench.box(), bench.clock()};
  const auto report = run(import_bundle(context, bench.id, bench.folder.path(), {}, {&part}));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::kVersionConflict);
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM product"), 1);
}

TEST(Import, policy_becomes_an_allowance_everywhere) {
  ImportBench bench;
  bench.bundle(
      {{"products.csv", kProducts + kMug},
       {"locations.json", R"([{"id":"a","country":"US","priority":1},{"id":"b","country":"DE","priority":2}])"},
       {"stock.ndjson",
        "{\"variant\":\"mug\",\"location\":\"a\",\"on_hand\":1}\n"
        "{\"variant\":\"mug\",\"location\":\"b\",\"on_hand\":2,\"policy\":\"continue\"}\n"}});
  bench.import();
  const auto allowances = [&bench] {
    std::vector<bool> result;
    for (const auto& row : bench.main.rows("SELECT allowance FROM stock ORDER BY location_id")) {
      result.push_back(ports::as_int(row[0]) > 0);
    }
    return result;
  };
  EXPECT_EQ(allowances(), (std::vector<bool>{false, true}));
  fs::remove(bench.folder.path() / "stock.ndjson");
  write_file(bench.folder.path() / "products.csv", kProducts + "mug,Mug,,,MUG,shopify,7,continue,8.00\n");
  bench.import();
  EXPECT_EQ(allowances(), (std::vector<bool>{true, true}));
  EXPECT_EQ(bench.main.number("SELECT on_hand FROM stock WHERE location_id = 'a'"), 7);
  EXPECT_EQ(bench.main.number("SELECT on_hand FROM stock WHERE location_id = 'b'"), 2);
  EXPECT_TRUE(catalogue(bench)->find("mug")->backorder);
}

TEST(Import, a_closed_location_keeps_its_stock_but_is_not_offered) {
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kMug}, {"locations.json", R"([{"id":"a","country":"US"}])"}});
  bench.import();
  write_file(bench.folder.path() / "locations.json", R"([{"id":"b","country":"US"}])");
  const ImportReport report = bench.import();
  EXPECT_EQ(report.counts.locations.retired, 1);
  EXPECT_EQ(catalogue(bench)->locations().at(0).id.value, "b");
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM stock"), 2);
}

TEST(Import, rules_that_vanish_are_retired_and_limits_below_their_use_refused) {
  const auto rules = [](int global) {
    return R"([{"id":"r","class":"order","trigger":"automatic","value":{"type":"percent","bps":100},)"
           R"("limits":{"global":)" +
           std::to_string(global) + "}}]";
  };
  ImportBench bench;
  bench.bundle({{"discounts.json", rules(5)}});
  bench.import();
  bench.main.execute("UPDATE discount SET used = 3");
  EXPECT_EQ(run(load_discount_usage(bench.main.store(), bench.id)).value().at(0).used, 3);
  write_file(bench.folder.path() / "discounts.json", rules(2));
  EXPECT_EQ(brief(bench.import().faults), (std::vector<std::string>{"discounts.json:1 limit_below_uses"}));
  write_file(bench.folder.path() / "discounts.json", "[]");
  EXPECT_EQ(bench.import().counts.discounts.retired, 1);
  EXPECT_TRUE(run(load_discount_rules(bench.main.store(), bench.id)).value().empty());
  write_file(bench.folder.path() / "discounts.json", rules(4));
  EXPECT_EQ(bench.import().counts.discounts.updated, 1);
  EXPECT_EQ(run(load_discount_rules(bench.main.store(), bench.id)).value().size(), 1U);
  EXPECT_EQ(bench.main.number("SELECT used FROM discount"), 3);
}

TEST(Import, a_gift_is_something_that_the_store_has) {
  const auto giving = [](const std::string& sku) {
    return R"([{"id":"g","class":"product","trigger":"automatic","value":{"type":"gift","sku":")" + sku + "\"}}]";
  };
  ImportBench bench;
  bench.bundle({{"products.csv", kProducts + kTee + kMug}, {"discounts.json", giving("cup")}});
  EXPECT_EQ(brief(bench.import().faults), (std::vector<std::string>{"discounts.json:1 gift_sku_unknown"}));
  for (const std::string name : {"mug", "MUG", "tee--l"}) {
    write_file(bench.folder.path() / "discounts.json", giving(name));
    EXPECT_EQ(brief(bench.import().faults), std::vector<std::string>{}) << name;
  }
  write_file(bench.folder.path() / "discounts.json", giving("tee"));
  EXPECT_EQ(brief(bench.import().faults), (std::vector<std::string>{"discounts.json:1 gift_sku_unknown"}))
      << "there are several of it";
  std::filesystem::remove(bench.folder.path() / "products.csv");
  EXPECT_EQ(brief(bench.import().faults), (std::vector<std::string>{"discounts.json:1 gift_sku_unknown"}));
  write_file(bench.folder.path() / "discounts.json", giving("MUG"));
  EXPECT_EQ(brief(bench.import().faults), std::vector<std::string>{}) << "what is stored counts";
}

TEST(Import, prices_in_other_currencies_follow_the_file_that_names_them) {
  ImportBench bench;
  const std::string both = R"({"id":"x","title":"X","variants":[{"price":"1.00","prices":{"EUR":"2.00"}}]})";
  bench.bundle({{"products.ndjson", both}});
  bench.import();
  EXPECT_EQ(catalogue(bench)->find("x")->prices.size(), 2U);
  write_file(bench.folder.path() / "products.ndjson", R"({"id":"x","title":"X","variants":[{"price":"1.00"}]})");
  EXPECT_EQ(bench.import().counts.prices.retired, 1);
  EXPECT_EQ(catalogue(bench)->find("x")->prices.size(), 1U);
  write_file(bench.folder.path() / "products.ndjson", both);
  bench.import();
  fs::remove(bench.folder.path() / "products.ndjson");
  write_file(bench.folder.path() / "products.csv", "Handle,Title,Variant Price\nx,X,3.00\n");
  bench.import();
  const auto prices = catalogue(bench)->find("x")->prices;
  ASSERT_EQ(prices.size(), 2U);
  EXPECT_EQ(prices[1].amount, 300);
}

TEST(Import, gateway_credentials_are_sealed_kept_and_replaced) {
  const auto gateways = [](const std::string& more) {
    return R"([{"id":"g","adapter":"sandbox","handler_id":"h","handler_name":"n","settings":{"a":1})" + more + "}]";
  };
  ImportBench bench;
  bench.bundle({{"gateways.json", gateways(R"(,"credentials":"first secret")")}});
  bench.import();
  const auto loaded = [&bench](bool retired = false) {
    return run(load_gateways(bench.main.store(), bench.box(), bench.id, retired)).value();
  };
  EXPECT_EQ(loaded().at(0).credentials, "first secret");
  const auto sealed = ports::as_blob(bench.main.rows("SELECT sealed_credentials FROM gateway").at(0).at(0));
  EXPECT_EQ(as_text(sealed).find("first secret"), std::string_view::npos);
  write_file(bench.folder.path() / "gateways.json", gateways(""));
  EXPECT_FALSE(bench.import().applied);
  EXPECT_EQ(loaded().at(0).credentials, "first secret");
  write_file(bench.folder.path() / "gateways.json", gateways(R"(,"credentials":"second")"));
  EXPECT_TRUE(bench.import().applied);
  EXPECT_EQ(loaded().at(0).credentials, "second");
  write_file(bench.folder.path() / "gateways.json", "[]");
  bench.import();
  EXPECT_TRUE(loaded().empty());
  EXPECT_EQ(loaded(true).size(), 1U);
}

TEST(Import, tells_how_far_it_is) {
  ImportBench bench;
  std::string csv = "Handle,Title,Variant Price\n";
  for (int i = 0; i < 2'500; ++i) csv += "p" + std::to_string(i) + ",P,1.00\n";
  bench.bundle({{"products.csv", csv}, {"stock.ndjson", "{\"variant\":\"p1\",\"on_hand\":1}"}});
  std::vector<std::int64_t> read;
  ImportOptions options;
  options.progress = [&read](const ports::ImportProgress& progress) {
    EXPECT_EQ(progress.lines_total, 2'502);
    read.push_back(progress.lines_read);
  };
  EXPECT_EQ(bench.import(bench.folder.path(), {}, options).lines_read, 2'502);
  EXPECT_EQ(read, (std::vector<std::int64_t>{1'000, 2'000, 2'501, 2'502}));
}

class RealCatalogueImport : public testing::TestWithParam<const char*> {};

TEST_P(RealCatalogueImport, imports_and_loads_whole) {
  const auto folder = shared_catalogues();
  if (!folder) GTEST_SKIP() << "the sample catalogues are not here (../shared/data or KASSA_SHARED_DATA)";
  ImportBench bench;
  bench.bundle({});
  fs::copy_file(*folder / (std::string(GetParam()) + ".csv"), bench.folder.path() / "products.csv");
  const ImportReport report = bench.import();
  EXPECT_EQ(brief(report.faults), std::vector<std::string>{});
  const auto view = catalogue(bench);
  EXPECT_EQ(static_cast<std::int64_t>(view->variants().size()), report.counts.variants.created);
  for (const ports::VariantView& variant : view->variants()) {
    ASSERT_EQ(view->find(variant.id.value), &variant);
    ASSERT_EQ(variant.prices.size(), 1U);
  }
  EXPECT_FALSE(bench.import().applied);
}
INSTANTIATE_TEST_SUITE_P(Shared, RealCatalogueImport,
                         testing::Values("apparel", "bicycles", "fashion", "jewelry", "snowdevil"));

}  // namespace
}  // namespace kassa::catalog
