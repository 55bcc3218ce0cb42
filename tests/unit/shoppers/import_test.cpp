#include "services/shoppers/import.hpp"

#include <gtest/gtest.h>

#include "tests/unit/catalog/support.hpp"

namespace kassa::shoppers {
namespace {

const std::string kJohn =
    R"({"id":"cust_1","first_name":"John","last_name":"Doe","email":"John.Doe@example.com","addresses":[)"
    R"({"id":"addr_1","street_address":"123 Main St","address_country":"US"}]})"
    "\n";
const std::string kJane = R"({"id":"cust_3","first_name":"Jane","email":"jane.doe@example.com"})"
                          "\n";

class Shoppers : public testing::Test {
 protected:
  catalog::ImportReport import(const std::string& ndjson) {
    bench.bundle({{"shoppers.ndjson", ndjson}});
    ShopperFile part(bench.main.store(), keys.store(), bench.box(), bench.clock());
    return bench.import(bench.folder.path(), {&part});
  }
  std::optional<ports::KnownShopper> by_email(std::string_view email) {
    StoredShoppers shoppers(bench.main.store(), keys.store(), bench.box(), bench.clock());
    return run(shoppers.by_email(bench.id, email)).value();
  }

  ImportBench bench;
  Database keys{"keys"};
};

TEST_F(Shoppers, are_found_by_email_and_sealed_at_rest) {
  const auto report = import(kJohn + kJane);
  EXPECT_TRUE(report.applied);
  EXPECT_EQ(report.parts.at("shoppers.ndjson"), 2);
  const auto john = by_email(" john.doe@EXAMPLE.com");
  ASSERT_TRUE(john.has_value());
  EXPECT_EQ(john->person.value, "cust_1");
  EXPECT_EQ(john->addresses.at(0).street, "123 Main St");
  EXPECT_TRUE(by_email("jane.doe@example.com")->addresses.empty());
  EXPECT_FALSE(by_email("nobody@example.com").has_value());
  EXPECT_FALSE(by_email("").has_value());
  for (const auto& row : bench.main.rows("SELECT sealed_profile FROM shopper")) {
    EXPECT_EQ(as_text(ports::as_blob(row[0])).find("Jo"), std::string_view::npos);
  }
}

TEST_F(Shoppers, the_flower_shops_customers_are_all_there) {
  ShopperFile part(bench.main.store(), keys.store(), bench.box(), bench.clock());
  const auto report = bench.import(repository() / "tests/data/flower-shop", {&part});
  EXPECT_EQ(brief(report.faults), std::vector<std::string>{});
  EXPECT_EQ(by_email("john.doe@example.com")->addresses.at(1).locality, "Metropolis");
  EXPECT_EQ(by_email("jane.smith@example.com")->addresses.at(0).id, "addr_3");
  EXPECT_TRUE(by_email("jane.doe@example.com")->addresses.empty());
  EXPECT_FALSE(bench.import(repository() / "tests/data/flower-shop", {&part}).applied);
}

TEST_F(Shoppers, an_import_again_changes_only_what_differs_and_keeps_keys) {
  import(kJohn + kJane);
  const auto key = keys.rows("SELECT sealed_key FROM person_key WHERE person_id = 'cust_3'");
  EXPECT_FALSE(import(kJohn + kJane).applied);
  EXPECT_TRUE(import(R"({"id":"cust_3","first_name":"Janet","email":"janet@example.com"})"
                     "\n")
                  .applied);
  EXPECT_EQ(by_email("janet@example.com")->first_name, "Janet");
  EXPECT_FALSE(by_email("jane.doe@example.com").has_value());
  EXPECT_TRUE(by_email("john.doe@example.com").has_value());
  EXPECT_EQ(keys.rows("SELECT sealed_key FROM person_key WHERE person_id = 'cust_3'"), key);
  EXPECT_EQ(bench.main.number("SELECT revision FROM shopper WHERE person_id = 'cust_1'"), 1);
  EXPECT_EQ(bench.main.number("SELECT revision FROM shopper WHERE person_id = 'cust_3'"), 2);
}

TEST_F(Shoppers, a_fault_keeps_people_and_keys_out) {
  const auto report = import(kJohn + "{\"id\":\"cust_1\"}\n{\"name\":\"x\"}\n");
  EXPECT_EQ(brief(report.faults),
            (std::vector<std::string>{"shoppers.ndjson:2 duplicate", "shoppers.ndjson:3 unknown_member",
                                      "shoppers.ndjson:3 required"}));
  EXPECT_EQ(keys.number("SELECT count(*) FROM person_key"), 0);
  EXPECT_EQ(bench.main.number("SELECT count(*) FROM person"), 0);
}

TEST_F(Shoppers, without_the_key_a_person_is_gone_and_an_erased_one_stays_erased) {
  import(kJohn + kJane);
  keys.execute("DELETE FROM person_key WHERE person_id = 'cust_1'");
  EXPECT_FALSE(by_email("john.doe@example.com").has_value());
  bench.main.execute("UPDATE person SET erased_at = 1, email_hash = NULL WHERE person_id = 'cust_1'");
  const auto report = import(kJohn);
  EXPECT_EQ(brief(report.faults), (std::vector<std::string>{"shoppers.ndjson:1 person_erased"}));
  EXPECT_EQ(keys.number("SELECT count(*) FROM person_key"), 1);
}

TEST_F(Shoppers, two_callers_get_one_key) {
  PersonKeyTable table(keys.store(), bench.box(), bench.clock());
  const auto first = run(table.find_or_make(bench.id, PersonId{"p"})).value();
  const auto second = run(table.find_or_make(bench.id, PersonId{"p"})).value();
  EXPECT_EQ(first.bytes(), second.bytes());
  EXPECT_FALSE(run(table.find(bench.id, PersonId{"q"})).value().has_value());
}

}  // namespace
}  // namespace kassa::shoppers
