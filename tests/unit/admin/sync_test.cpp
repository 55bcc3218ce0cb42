// Batches of products, prices and stock: each row is judged by itself, good ones are kept in one transaction.

#include "services/catalog/load.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

class SyncRoutes : public testing::Test, public AdminBench {
 protected:
  SyncRoutes() { add_stock("s1", 10, 4); }

  Answer sync(const std::string& what, const std::string& rows, http::HeaderList headers = {}) {
    return ask({http::Method::kPut, what, R"({"items":[)" + rows + "]}", secret, std::move(headers)});
  }
  /// "id status first-code" of each row.
  static Words told(const Answer& answer) {
    Words out;
    for (const json::value& item : answer.items()) {
      const json::object& row = item.as_object();
      std::string text = std::string(row.at("id").as_string()) + " " + std::string(row.at("status").as_string());
      if (row.contains("problems")) {
        text += " " + std::string(row.at("problems").as_array().at(0).as_object().at("code").as_string());
      }
      out.push_back(text);
    }
    return out;
  }
  static std::string etag(const Answer& answer, std::size_t row) {
    return std::string(answer.items().at(row).as_object().at("etag").as_string());
  }
  static std::string product(const std::string& id, const std::string& more = "") {
    return R"({"id":")" + id + R"(","title":"Mug )" + id + "\"" + more + R"(,"variants":[{"id":")" + id +
           R"(_v","price":"12.50","prices":{"EUR":"11.00"},"on_hand":3}]})";
  }
  std::int64_t revision() { return main.number("SELECT revision FROM store WHERE store_id = 's1'"); }
  const ports::VariantView* find(const std::string& id) {
    view = run(catalog::load_catalog(main.store(), store)).value();
    return view->find(id);
  }

  std::shared_ptr<const ports::CatalogView> view;
};

TEST_F(SyncRoutes, products_are_set_by_id_and_those_of_no_row_stay) {
  const Answer set = sync("/products", product("a") + "," + product("b"));
  ASSERT_EQ(set.status, 200) << set.raw;
  EXPECT_EQ(told(set), (Words{"a applied", "b applied"}));
  EXPECT_EQ(revision(), 2);
  EXPECT_EQ(set.header("ETag"), "\"2\"");
  ASSERT_NE(find("a_v"), nullptr);
  EXPECT_EQ(find("a_v")->price_in(*Currency::from_code("EUR"))->amount, 1100);
  EXPECT_NE(find("v1"), nullptr) << "no row names it";
  EXPECT_EQ(main.number("SELECT on_hand FROM stock WHERE variant_id = 'a_v'"), 3);
  EXPECT_EQ(main.number("SELECT count(*) FROM product_search WHERE store_id = 's1'"), 2);
  const Answer again = sync("/products", product("a") + "," + product("b", R"(,"vendor":"Quay")"));
  EXPECT_EQ(told(again), (Words{"a unchanged", "b applied"}));
  EXPECT_EQ(etag(again, 0), "\"2\"");
  EXPECT_EQ(etag(again, 1), "\"3\"");
  EXPECT_EQ(sync("/products", product("a")).body.at("unchanged").as_int64(), 1);
  EXPECT_EQ(revision(), 3) << "nothing new is no revision";
  EXPECT_EQ(audited(), (Words{"products.set", "products.set"}));
}

TEST_F(SyncRoutes, a_variant_that_its_product_no_longer_names_is_withdrawn) {
  const std::string two = R"({"id":"a","title":"A","variants":[{"id":"x","price":"1"},{"id":"y","price":"2"}]})";
  ASSERT_EQ(told(sync("/products", two)), Words{"a applied"});
  const std::string one = R"({"id":"a","title":"A","variants":[{"id":"x","price":"1"}]})";
  ASSERT_EQ(told(sync("/products", one)), Words{"a applied"});
  EXPECT_NE(find("x"), nullptr);
  EXPECT_EQ(find("y"), nullptr);
}

TEST_F(SyncRoutes, bad_rows_are_told_and_good_ones_kept_or_with_atomic_none) {
  const std::string rows = product("a") + R"(,{"id":"bad","title":"B","variants":[{"price":"x"}],"colour":1},)" +
                           product("a") + ",7," + R"({"id":"c","title":"C","variants":[{"id":"v1","price":"1"}]})";
  const Words faults{"a rejected others_rejected", "bad rejected unknown_member", "a rejected duplicate",
                     " rejected type_mismatch", "c rejected variant_of_other_product"};
  const Answer none = sync("/products?atomic=true", rows);
  ASSERT_EQ(none.status, 200) << none.raw;
  EXPECT_EQ(told(none), faults);
  EXPECT_EQ(revision(), 1);
  const Answer some = sync("/products", rows);
  EXPECT_EQ(told(some)[0], "a applied");
  EXPECT_EQ(some.body.at("rejected").as_int64(), 4);
  const json::array& problems = some.items().at(1).as_object().at("problems").as_array();
  EXPECT_EQ(problems.size(), 2U) << json::serialize(problems);
  EXPECT_EQ(problems.at(1).as_object().at("path"), "/variants/0/price");
  EXPECT_EQ(revision(), 2);
}

TEST_F(SyncRoutes, a_rejected_row_keeps_no_variant_from_another) {
  const std::string bad = R"({"id":"b","title":"B","variants":[{"id":"v","price":"1"},{"id":"v","price":"1"}]})";
  const std::string good = R"({"id":"c","title":"C","variants":[{"id":"v","price":"1"}]})";
  EXPECT_EQ(told(sync("/products", bad + "," + good)), (Words{"b rejected duplicate_variant", "c applied"}));
  EXPECT_EQ(told(sync("/products", good + "," + bad)), (Words{"c unchanged", "b rejected duplicate_variant"}));
}

TEST_F(SyncRoutes, if_match_guards_a_row_and_the_header_the_store) {
  const Answer first = sync("/products", product("a"));
  const std::string old = etag(first, 0);
  const auto with = [](const std::string& tag, const std::string& vendor) {
    const std::string quoted = tag == "*" ? tag : "\\" + tag.substr(0, tag.size() - 1) + "\\\"";
    return product("a", R"(,"vendor":")" + vendor + R"(","if_match":")" + quoted + "\"");
  };
  EXPECT_EQ(told(sync("/products", with(old, "one"))), Words{"a applied"});
  EXPECT_EQ(told(sync("/products", with(old, "two"))), Words{"a rejected version_conflict"});
  EXPECT_EQ(told(sync("/products", with("*", "two"))), Words{"a applied"});
  EXPECT_EQ(told(sync("/products", product("new", R"(,"if_match":"*")"))), Words{"new rejected not_found"});
  EXPECT_EQ(told(sync("/products", product("new", R"(,"if_match":"abc")"))), Words{"new rejected bad_etag"});
  EXPECT_EQ(sync("/products", product("a"), {{"If-Match", "\"1\""}}).status, 412);
  const std::string now = "\"" + std::to_string(revision()) + "\"";
  EXPECT_EQ(sync("/products", product("a"), {{"If-Match", now}}).status, 200);
}

TEST_F(SyncRoutes, a_price_changes_the_etag_of_its_product) {
  const std::string old = etag(sync("/products", product("a")), 0);
  const Answer priced = sync("/prices", R"({"variant":"a_v","currency":"USD","amount":"9.00","compare_at":"12.50"})");
  EXPECT_EQ(told(priced), Words{"a_v applied"});
  EXPECT_NE(etag(priced, 0), old);
  EXPECT_EQ(find("a_v")->price_in(*Currency::from_code("USD"))->amount, 900);
  const Answer same = sync("/prices", R"({"variant":"a_v","currency":"USD","amount":"9.00","compare_at":"12.50"})");
  EXPECT_EQ(told(same), Words{"a_v unchanged"});
  EXPECT_EQ(etag(same, 0), etag(priced, 0));
  EXPECT_EQ(told(sync("/prices", R"({"variant":"a_v","currency":"EUR","amount":null})")), Words{"a_v applied"});
  EXPECT_EQ(find("a_v")->price_in(*Currency::from_code("EUR")), nullptr);
}

TEST_F(SyncRoutes, prices_of_lists_and_times_are_judged_beside_those_that_are_there) {
  ASSERT_EQ(told(sync("/products", product("a"))), Words{"a applied"});
  const std::string trade = R"({"variant":"a_v","currency":"USD","amount":"8.00","group":"trade"})";
  const auto sale = [](const char* from, const char* until) {
    return std::string(R"({"variant":"a_v","currency":"USD","amount":"7.00","from":")") + from + R"(","until":")" +
           until + "\"}";
  };
  const Answer first = sync("/prices", trade + "," + sale("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"));
  EXPECT_EQ(told(first), (Words{"a_v applied", "a_v applied"}));
  const Answer second = sync("/prices", sale("2026-01-15T00:00:00Z", "2026-03-01T00:00:00Z") + "," +
                                            sale("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z") + "," + trade + "," +
                                            R"({"variant":"a_v","currency":"JPY","amount":"7"},)" +
                                            R"({"variant":"zz","currency":"USD","amount":"7"},)" +
                                            R"({"variant":"a_v","currency":"USD","amount":"7","list":"none"})");
  EXPECT_EQ(told(second),
            (Words{"a_v rejected overlapping", "a_v applied", "a_v unchanged", "a_v rejected currency_unknown",
                   "zz rejected unknown_variant", "a_v rejected unknown_list"}));
  EXPECT_EQ(main.number("SELECT count(*) FROM list_price"), 3);
}

TEST_F(SyncRoutes, stock_is_counted_or_moved_and_never_below_what_is_reserved) {
  const Answer set = sync("/stock", R"({"variant":"v1","location":"l1","on_hand":20},)"
                                    R"({"variant":"v1","location":"l2","adjust":1},)"
                                    R"({"variant":"v1","location":"l9","on_hand":1},)"
                                    R"({"variant":"v9","on_hand":1})");
  ASSERT_EQ(set.status, 200) << set.raw;
  EXPECT_EQ(told(set), (Words{"v1 applied", "v1 rejected no_level", "v1 rejected unknown_location",
                              "v9 rejected unknown_variant"}));
  EXPECT_EQ(stock.available(store, VariantId{"v1"}), 16);
  EXPECT_EQ(told(sync("/stock", R"({"variant":"v1","adjust":-5,"expected_on_hand":20})")), Words{"v1 applied"});
  EXPECT_EQ(told(sync("/stock", R"({"variant":"v1","adjust":-5,"expected_on_hand":20})")),
            Words{"v1 rejected version_conflict"});
  EXPECT_EQ(told(sync("/stock", R"({"variant":"v1","on_hand":3})")), Words{"v1 rejected stock_below_reserved"});
  EXPECT_EQ(told(sync("/stock", R"({"variant":"v1","on_hand":15})")), Words{"v1 unchanged"});
  EXPECT_EQ(told(sync("/stock", R"({"variant":"v1","on_hand":1,"adjust":1})")), Words{"v1 rejected required"});
  EXPECT_EQ(told(sync("/stock", R"({"variant":"v1","on_hand":0,"policy":"continue"})")), Words{"v1 applied"});
  EXPECT_EQ(main.number("SELECT on_hand FROM stock WHERE location_id = 'l1'"), 0);
  EXPECT_EQ(revision(), 1) << "levels are no part of a snapshot";
  EXPECT_EQ(audited(), (Words{"stock.set", "stock.set", "stock.set"}));
}

TEST_F(SyncRoutes, another_stores_goods_are_not_found) {
  ASSERT_EQ(told(sync("/products", product("a"))), Words{"a applied"});
  const auto by_other = [this](const std::string& what, const std::string& row) {
    return told(ask({http::Method::kPut, what, R"({"items":[)" + row + "]}", other_secret, {}}));
  };
  EXPECT_EQ(by_other("/prices", R"({"variant":"a_v","currency":"USD","amount":"1"})"),
            Words{"a_v rejected unknown_variant"});
  EXPECT_EQ(by_other("/stock", R"({"variant":"a_v","on_hand":1})"), Words{"a_v rejected unknown_variant"});
  EXPECT_EQ(by_other("/products", product("a", R"(,"if_match":"*")")), Words{"a rejected not_found"});
  EXPECT_EQ(ask({http::Method::kGet, "/changes", "", other_secret, {}}).items().size(), 0U);
}

TEST_F(SyncRoutes, a_store_without_locations_gets_one_and_is_loaded_as_a_whole) {
  const auto set = ask({http::Method::kPut, "/products", R"({"items":[)" + product("a") + "]}", other_secret, {}});
  EXPECT_EQ(told(set), Words{"a applied"});
  EXPECT_EQ(main.number("SELECT count(*) FROM location WHERE store_id = 's2'"), 1);
  EXPECT_EQ(main.number("SELECT revision FROM store WHERE store_id = 's2'"), 2);
  EXPECT_EQ(main.number("SELECT goods_moves FROM store WHERE store_id = 's2'"), 0);
}

TEST_F(SyncRoutes, changes_are_told_once_each_with_their_last_number) {
  ASSERT_EQ(sync("/products", product("a") + "," + product("b")).status, 200);
  const Answer all = get("/changes");
  ASSERT_EQ(all.items().size(), 2U) << all.raw;
  EXPECT_EQ(all.items().at(0).as_object().at("id"), "a");
  const std::string last = std::to_string(all.body.at("last").as_int64());
  EXPECT_EQ(get("/changes?after=" + last).items().size(), 0U);
  EXPECT_EQ(get("/changes?after=" + last).body.at("last"), all.body.at("last"));
  ASSERT_EQ(sync("/prices", R"({"variant":"a_v","currency":"USD","amount":"1"})").status, 200);
  const Answer news = get("/changes?after=" + last);
  ASSERT_EQ(news.items().size(), 1U);
  EXPECT_EQ(news.items().at(0).as_object().at("kind"), "product");
  EXPECT_EQ(news.items().at(0).as_object().at("id"), "a");
  EXPECT_EQ(news.items().at(0).as_object().at("revision").as_int64(), 3);
  const Answer page = get("/changes?limit=1");
  EXPECT_EQ(page.items().at(0).as_object().at("id"), "b") << "a has moved behind it";
  EXPECT_TRUE(page.body.at("more").as_bool());
  EXPECT_EQ(get("/changes?after=-1").status, 400);
  EXPECT_EQ(get("/changes?since=1").status, 400);
}

TEST_F(SyncRoutes, an_export_can_be_sent_back_as_it_is) {
  const std::string full =
      R"({"id":"full","handle":"full-handle","title":"Full","vendor":"V","category":"C","tags":["x","y z"],)"
      R"("description":"<p>D</p>","image_url":"https://c.example/1","images":["https://c.example/1"],)"
      R"("options":["Size"],"published":false,"minimum_quantity":2,"sale_from":"2026-01-01T00:00:00Z","variants":[)"
      R"({"id":"f1","title":"S","options":["S"],"sku":"K","barcode":"1","tax_class":"food","price":"0.00","grams":5,)"
      R"("requires_shipping":false,"taxable":false,"tracked":false,"policy":"continue","gift_card":true},)"
      R"({"id":"f2","options":["L"],"prices":{"EUR":{"amount":"1.50","compare_at":"2.00"}}}]})";
  ASSERT_EQ(told(sync("/products", full + "," + product("a"))), (Words{"full applied", "a applied"}));
  const Answer lines = get("/products/export?etags=true");
  ASSERT_EQ(lines.status, 200) << lines.raw;
  std::string rows;
  for (const char c : lines.raw.substr(0, lines.raw.size() - 1)) rows += c == '\n' ? ',' : c;
  const Answer back = sync("/products", rows);
  EXPECT_EQ(told(back), (Words{"a unchanged", "full unchanged", "p1 unchanged"})) << lines.raw;
  EXPECT_EQ(get("/products/export").raw.find("if_match"), std::string::npos);
  EXPECT_EQ(ask({http::Method::kGet, "/products/export", "", other_secret, {}}).raw, "");
  EXPECT_EQ(get("/products/export?colour=red").status, 400);
  EXPECT_EQ(get("/products/export?limit=1").text("path"), "?limit");
}

TEST_F(SyncRoutes, a_body_that_is_no_batch_is_refused) {
  for (const char* const body : {"{}", "[]", R"({"items":[]})", R"({"items":{}})", R"({"items":[{]})",
                                 R"({"items":[{}],"more":1})", R"({"items":[{}]} x)", R"({"items":[{})"}) {
    EXPECT_EQ(ask({http::Method::kPut, "/products", body, secret, {}}).status, 400) << body;
  }
  std::string many = "{}";
  for (int i = 0; i < 1'000; ++i) many += ",{}";
  EXPECT_EQ(sync("/products", many).status, 400);
  EXPECT_EQ(sync("/products?atomic=maybe", "{}").status, 400);
  EXPECT_EQ(told(sync("/products", "{}")), Words{" rejected required"});
  EXPECT_EQ(audited(), Words{});
}

}  // namespace
}  // namespace kassa
