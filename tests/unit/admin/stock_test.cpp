// Stock levels: counted, moved, never below what is reserved.

#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

class StockRoutes : public testing::Test, public AdminBench {
 protected:
  StockRoutes() { add_stock("s1", 10, 4); }

  Answer change(const std::string& what, const std::string& location = "l1", const std::string& variant = "v1") {
    return post("/stock/changes",
                R"({"variant_id":")" + variant + R"(","location_id":")" + location + "\"," + what + "}");
  }
};

TEST_F(StockRoutes, a_level_is_counted_anew_or_moved) {
  const Answer set = change(R"("set":20)");
  ASSERT_EQ(set.status, 200) << json::serialize(set.body);
  EXPECT_EQ(set.body.at("on_hand").as_int64(), 20);
  EXPECT_EQ(set.body.at("available").as_int64(), 16);
  EXPECT_EQ(change(R"("adjust":-5)").body.at("on_hand").as_int64(), 15);
  EXPECT_EQ(get("/stock/v1").items().at(0).as_object().at("on_hand").as_int64(), 15);
  const auto hint = stock.levels(store, VariantId{"v1"});
  ASSERT_EQ(hint.size(), 1U);
  EXPECT_EQ(hint[0].on_hand, 15);
  EXPECT_EQ(hint[0].reserved, 4);
  EXPECT_EQ(audited(), (Words{"stock.changed", "stock.changed"}));
}

TEST_F(StockRoutes, a_count_may_be_the_first_at_its_place) {
  EXPECT_EQ(change(R"("adjust":1)", "l2").status, 404);
  EXPECT_EQ(change(R"("set":3)", "l2").status, 200);
  EXPECT_EQ(change(R"("adjust":1)", "l2").body.at("on_hand").as_int64(), 4);
  main.execute("UPDATE location SET closed = 1 WHERE location_id = 'l2'");
  EXPECT_EQ(get("/stock/v1").items().size(), 2U);
}

TEST_F(StockRoutes, what_is_reserved_stays) {
  EXPECT_EQ(change(R"("set":4)").status, 200);
  for (const char* const what : {R"("set":3)", R"("adjust":-1)", R"("set":-1)"}) {
    const Answer refused = change(what);
    EXPECT_EQ(refused.status, 409) << what;
    EXPECT_EQ(refused.text("code"), "conflict") << what;
  }
  EXPECT_EQ(main.number("SELECT on_hand FROM stock"), 4);
  EXPECT_EQ(audited().size(), 1U);
}

TEST_F(StockRoutes, a_difference_over_an_expected_number_is_made_once) {
  EXPECT_EQ(change(R"("adjust":5,"expected_on_hand":10)").status, 200);
  const Answer again = change(R"("adjust":5,"expected_on_hand":10)");
  EXPECT_EQ(again.status, 409);
  EXPECT_NE(again.text("content").find("15"), std::string::npos);
  EXPECT_EQ(change(R"("set":1,"expected_on_hand":10)").status, 409);
}

TEST_F(StockRoutes, nonsense_is_refused) {
  EXPECT_EQ(change(R"("set":1,"adjust":1)").problems(), Words{"/set required"});
  EXPECT_EQ(change(R"("expected_on_hand":1)").problems(), Words{"/set required"});
  EXPECT_EQ(change(R"("set":1.5)").problems(), Words{"/set type_mismatch"});
  EXPECT_EQ(change(R"("set":9000000000000)").problems(), Words{"/set out_of_range"});
  EXPECT_EQ(change(R"("set":1,"reserved":0)").problems(), Words{"/reserved unknown_member"});
  EXPECT_EQ(change(R"("set":1)", "l1", "none").status, 404);
  EXPECT_EQ(change(R"("set":1)", "none").status, 404);
  EXPECT_EQ(get("/stock/none").status, 404);
  ASSERT_EQ(change(R"("set":1000000000000)").status, 200);
  EXPECT_EQ(change(R"("adjust":1)").status, 409) << "beyond the largest number";
  EXPECT_EQ(audited().size(), 1U);
}

}  // namespace
}  // namespace kassa
