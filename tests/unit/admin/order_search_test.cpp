// Finding orders and customers, and exports of both.

#include "services/admin/order_list.hpp"
#include "services/ports/email_index.hpp"
#include "services/ports/phone_index.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

class SearchRoutes : public testing::Test, public AdminBench {
 protected:
  /// An order of somebody, with the indexes that a completion leaves.
  PersonId bought(const std::string& order, const std::string& email, const std::string& phone = "",
                  std::int64_t number = 1'042) {
    ports::OrderRecord record = sample_order(order);
    record.email = email;
    const PersonId person = place(record, "confirmed", number);
    EXPECT_TRUE(run(persons.settle(store, {person})));
    main.execute(
        "INSERT INTO person (store_id, person_id, email_hash, phone_hash, created_at) VALUES ('s1', $1, $2, $3, 0)",
        {person.value, email.empty() ? ports::SqlValue() : ports::SqlValue(ports::email_hash(box, store, email)),
         phone.empty() ? ports::SqlValue() : ports::SqlValue(ports::phone_hash(box, store, phone))});
    return person;
  }
  void changed(const std::string& order, Instant at) {
    main.execute("UPDATE purchase SET updated_at = $2 WHERE order_id = $1", {order, to_millis(at)});
  }
  static Words ids_in(const Answer& page, const char* name) {
    Words ids;
    for (const json::value& item : page.items()) ids.emplace_back(item.as_object().at(name).as_string());
    return ids;
  }
  Words orders_of(const std::string& query) { return ids_in(get("/orders" + query), "id"); }
  Words customers_of(const std::string& query) { return ids_in(get("/customers" + query), "person_id"); }
  static std::vector<json::object> lines_of(const Answer& answer) {
    std::vector<json::object> lines;
    std::istringstream in(answer.raw);
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line).as_object());
    return lines;
  }
};

TEST_F(SearchRoutes, orders_are_found_by_what_a_merchant_knows_of_them) {
  bought("ord_1", "ada@shop.example", "4917112345", 1'001);
  bought("ord_2", "bob@shop.example", "12175550100", 1'002);
  bought("ord_3", "Ada@shop.example", "", 1'003);
  main.execute("UPDATE purchase SET total = 500, currency = 'EUR', fulfil_state = 'partial' WHERE order_id = 'ord_2'");
  const std::vector<std::pair<std::string, Words>> cases{
      {"?email=ADA@shop.example", {"ord_3", "ord_1"}},
      {"?email=ada@shop.example&limit=1", {"ord_3"}},
      {"?email=nobody@shop.example", {}},
      {"?phone=%2B49%20171%2012345", {"ord_1"}},
      {"?phone=+49+171+12345", {"ord_1"}},
      {"?phone=0171-12345&phone_country=DE", {"ord_1"}},
      {"?phone=0171-12345", {}},
      {"?phone=(217)+555-0100&phone_country=US&email=bob@shop.example", {"ord_2"}},
      {"?phone=(217)+555-0100&phone_country=US&email=ada@shop.example", {}},
      {"?number=1002", {"ord_2"}},
      {"?number=1002&email=ada@shop.example", {}},
      {"?number=7", {}},
      {"?currency=EUR", {"ord_2"}},
      {"?currency=EUR&amount_min=500&amount_max=500", {"ord_2"}},
      {"?currency=EUR&amount_min=501", {}},
      {"?currency=USD&amount_max=8150", {"ord_3", "ord_1"}},
      {"?fulfilment_state=partial", {"ord_2"}},
      {"?placed_from=" + to_rfc3339(clock.now()), {"ord_3", "ord_2", "ord_1"}},
      {"?placed_until=" + to_rfc3339(clock.now()), {}},
      {"?placed_from=" + to_rfc3339(clock.now() + Millis{1}), {}},
  };
  for (const auto& [query, expected] : cases) EXPECT_EQ(orders_of(query), expected) << query;
}

TEST_F(SearchRoutes, a_filter_that_means_nothing_is_named) {
  for (const char* const query :
       {"email=x", "phone=12", "phone=abc", "phone_country=DE", "number=0", "number=x", "number=1.5", "amount_min=-1",
        "amount_max=9223372036854775808", "currency=EURO", "placed_from=yesterday", "placed_until=1",
        "updated_since=now", "fulfilment_state=sent", "shipping=1"}) {
    const Answer refused = get("/orders?" + std::string(query));
    const std::string name = std::string(query).substr(0, std::string_view(query).find('='));
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(refused.text("path"), "?" + name) << query;
    EXPECT_EQ(get("/orders/export?" + std::string(query)).status, 400) << query;
  }
  EXPECT_EQ(get("/orders?amount_min=1").text("path"), "?currency");
  EXPECT_EQ(get("/orders?amount_min=2&amount_max=1&currency=USD").text("path"), "?amount_min");
  EXPECT_EQ(get("/orders?phone=0171-12345&phone_country=XX").text("path"), "?phone_country");
  EXPECT_EQ(get("/customers?email=a@b.example&phone=%2B4917112345").text("path"), "?phone");
  EXPECT_EQ(get("/customers?email=a@b.example&person_id=p").text("path"), "?person_id");
  EXPECT_EQ(get("/customers?person_id=a%20b").text("path"), "?person_id");
  EXPECT_EQ(audited(), Words{}) << "nothing was read";
}

TEST_F(SearchRoutes, a_job_that_follows_changes_misses_none_and_sees_a_changed_order_again) {
  const Instant start = clock.now();
  for (int n = 1; n <= 3; ++n) {
    bought("ord_" + std::to_string(n), "");
    changed("ord_" + std::to_string(n), start + Millis{4 - n});
  }
  clock.advance(std::chrono::seconds{9});
  const std::string since = "?updated_since=" + to_rfc3339(start);
  EXPECT_EQ(orders_of(since), Words{}) << "a transaction that is under way may still come in before these";
  clock.advance(std::chrono::seconds{2});
  const Answer first = get("/orders" + since + "&limit=2");
  EXPECT_EQ(ids_in(first, "id"), (Words{"ord_3", "ord_2"}));
  EXPECT_FALSE(first.body.contains("updated_until"));
  const std::string next = "&limit=2&cursor=" + first.text("next_cursor");
  changed("ord_3", clock.now());
  clock.advance(std::chrono::seconds{11});
  const Answer rest = get("/orders" + since + next);
  EXPECT_EQ(ids_in(rest, "id"), (Words{"ord_1", "ord_3"})) << "changed behind the reader's back, and seen again";
  EXPECT_EQ(rest.text("updated_until"), to_rfc3339(clock.now() - std::chrono::seconds{10}));
  EXPECT_EQ(orders_of("?updated_since=" + rest.text("updated_until")), Words{});
  EXPECT_EQ(get("/orders?cursor=" + first.text("next_cursor")).status, 400) << "of the other list";
  const std::string broken = to_base64url(as_bytes("changed-orders:x.ord_1"));
  EXPECT_EQ(get("/orders" + since + "&cursor=" + broken).text("path"), "?cursor");
}

TEST_F(SearchRoutes, an_order_that_is_changed_says_when) {
  bought("ord_1", "");
  clock.advance(std::chrono::seconds{5});
  ASSERT_TRUE(run(orders.add_fulfilment_event(store, OrderId{"ord_1"}, shipped("f1", "li_1", 1))));
  EXPECT_EQ(main.number("SELECT updated_at FROM purchase"), to_millis(clock.now()));
  changed("ord_1", clock.now() + std::chrono::seconds{60});
  ASSERT_TRUE(run(orders.add_fulfilment_event(store, OrderId{"ord_1"}, shipped("f2", "li_1", 1))));
  EXPECT_EQ(main.number("SELECT updated_at FROM purchase"), to_millis(clock.now() + std::chrono::seconds{60}))
      << "a clock that is behind takes nothing back";
}

TEST_F(SearchRoutes, persons_of_one_email_are_one_customer) {
  bought("ord_1", "ada@shop.example", "4917112345");
  clock.advance(std::chrono::seconds{5});
  const PersonId second = bought("ord_2", "ada@shop.example", "4917112345");
  main.execute("UPDATE purchase SET currency = 'EUR', total = 5 WHERE order_id = 'ord_2'");
  bought("ord_3", "ada@shop.example");
  main.execute("UPDATE purchase SET order_state = 'cancelled' WHERE order_id = 'ord_3'");
  bought("ord_4", "");
  const Answer all = get("/customers");
  ASSERT_EQ(all.items().size(), 2U) << all.raw;
  const Answer found = get("/customers?email=ada@shop.example");
  const json::object& ada = found.items().at(0).as_object();
  EXPECT_EQ(ada.at("orders").as_int64(), 2);
  EXPECT_EQ(ada.at("totals").as_array().size(), 2U);
  EXPECT_EQ(json::serialize(ada.at("totals").as_array().at(0)), R"({"currency":"EUR","orders":1,"total":5})");
  EXPECT_EQ(ada.at("email").as_string(), "ada@shop.example");
  EXPECT_EQ(ada.at("last_order_at").as_string(), to_rfc3339(clock.now()));
  EXPECT_EQ(ada.at("first_order_at").as_string(), to_rfc3339(clock.now() - std::chrono::seconds{5}));
  EXPECT_FALSE(ada.at("shopper").as_bool());
  EXPECT_EQ(customers_of("?phone=%2B4917112345").size(), 1U);
  EXPECT_EQ(customers_of("?person_id=" + second.value), Words{second.value});
  EXPECT_EQ(customers_of("?person_id=per_none"), Words{});
  const Answer page = get("/customers?limit=1");
  const Answer last = get("/customers?limit=1&cursor=" + page.text("next_cursor"));
  EXPECT_NE(ids_in(page, "person_id"), ids_in(last, "person_id"));
  EXPECT_FALSE(last.body.contains("next_cursor"));
  EXPECT_EQ(all.raw.find("Main St"), std::string::npos) << "no addresses";
}

TEST_F(SearchRoutes, who_was_erased_is_not_found) {
  const PersonId person = bought("ord_1", "ada@shop.example", "4917112345");
  main.execute("UPDATE person SET erased_at = 5");
  for (const char* const query : {"?email=ada@shop.example", "?phone=%2B4917112345"}) {
    EXPECT_EQ(orders_of(query), Words{}) << "begun" << query;
    EXPECT_EQ(customers_of(query), Words{}) << query;
  }
  main.execute("UPDATE person SET erased_at = NULL");
  const std::string erasure = R"({"person_id":")" + person.value + R"("})";
  ASSERT_EQ(post("/persons/erasures", erasure).status, 200);
  EXPECT_EQ(main.number("SELECT count(*) FROM person WHERE phone_hash IS NOT NULL OR email_hash IS NOT NULL"), 0);
  EXPECT_EQ(customers_of(""), Words{});
  EXPECT_EQ(orders_of(""), Words{"ord_1"}) << "the books stay";
  const Answer exported = get("/orders/export");
  ASSERT_EQ(lines_of(exported).size(), 1U);
  EXPECT_TRUE(lines_of(exported)[0].at("erased").as_bool());
  EXPECT_EQ(exported.raw.find("Main St"), std::string::npos);
}

TEST_F(SearchRoutes, a_job_that_follows_changes_hears_of_erasures_and_of_orders_that_came_to_nothing) {
  const PersonId person = bought("ord_1", "ada@shop.example");
  bought("ord_2", "bob@shop.example");
  main.execute("UPDATE purchase SET order_state = 'draft', updated_at = created_at WHERE order_id = 'ord_2'");
  clock.advance(std::chrono::seconds{5});
  const std::string since = "?updated_since=" + to_rfc3339(clock.now());
  const std::string erasure = "{\"person_id\":\"" + person.value + "\"}";
  ASSERT_EQ(post("/persons/erasures", erasure).status, 200);
  clock.advance(std::chrono::seconds{15});
  EXPECT_EQ(orders_of(since), Words{"ord_1"}) << "a draft is none";
  EXPECT_TRUE(lines_of(get("/orders/export" + since)).at(0).at("erased").as_bool());
  changed("ord_2", clock.now() - std::chrono::seconds{12});
  const Answer told = get("/orders" + since);
  EXPECT_EQ(ids_in(told, "id"), (Words{"ord_1", "ord_2"})) << "it was held, and is a draft again";
  EXPECT_EQ(told.items().at(1).as_object().at("order_state").as_string(), "withdrawn");
  EXPECT_EQ(orders_of(since + "&order_state=withdrawn"), Words{"ord_2"});
  EXPECT_EQ(orders_of(since + "&order_state=confirmed"), Words{"ord_1"});
  const json::object line = lines_of(get("/orders/export" + since)).at(1);
  EXPECT_FALSE(line.at("erased").as_bool());
  EXPECT_FALSE(line.contains("lines"));
  EXPECT_EQ(orders_of(""), Words{"ord_1"});
  EXPECT_EQ(get("/orders/ord_2").status, 404);
  EXPECT_EQ(get("/orders?order_state=withdrawn").text("path"), "?order_state");
}

TEST_F(SearchRoutes, a_page_looks_at_so_many_orders_and_goes_on_behind_them) {
  for (int n = 1; n <= 7; ++n) {
    bought("ord_" + std::to_string(n), "");
    changed("ord_" + std::to_string(n), clock.now() + Millis{n});
  }
  main.execute("UPDATE purchase SET currency = 'EUR' WHERE order_id IN ('ord_2', 'ord_6')");
  admin::OrderList list(main.store(), 3);
  for (const bool by_change : {false, true}) {
    admin::OrderFilter filter;
    filter.currency = "EUR";
    if (by_change) filter.changed_since = clock.now();
    filter.changed_until = clock.now() + std::chrono::seconds{1};
    std::vector<Words> pages;
    admin::PageRequest next;
    for (bool more = true; more && pages.size() < 10;) {
      const auto page = run(list.list(store, filter, next));
      ASSERT_TRUE(page);
      Words& ids = pages.emplace_back();
      for (const auto& order : page.value().items) ids.push_back(order.id.value);
      next.after = page.value().next;
      more = page.value().more;
    }
    const std::vector<Words> expected =
        by_change ? std::vector<Words>{{"ord_2"}, {"ord_6"}, {}} : std::vector<Words>{{"ord_6"}, {"ord_2"}, {}};
    EXPECT_EQ(pages, expected) << by_change;
  }
}

TEST_F(SearchRoutes, a_customer_is_the_same_one_however_they_are_looked_for) {
  bought("ord_1", "ada@shop.example");
  const PersonId second = bought("ord_2", "ada@shop.example", "4917112345");
  main.execute("INSERT INTO shopper (store_id, person_id, sealed_profile, revision) VALUES ('s1', $1, $2, 1)",
               {second.value, Bytes(1)});
  const Answer found = get("/customers?email=ada@shop.example");
  EXPECT_TRUE(found.items().at(0).as_object().at("shopper").as_bool()) << "the profile is the second one's";
  EXPECT_EQ(customers_of("?phone=%2B4917112345"), ids_in(found, "person_id"));
  const PersonId nobody = bought("ord_3", "", "12175550100");
  EXPECT_EQ(customers_of("?phone=%2B12175550100"), Words{nobody.value});
  for (const char* const path : {"/orders/export?limit=1", "/customers/export?limit=1"}) {
    EXPECT_EQ(get(path).text("path"), "?limit") << path;
  }
}

TEST_F(SearchRoutes, exports_are_lines_with_a_cursor_to_the_rest) {
  for (int n = 0; n < 1'050; ++n) {
    const std::string id = std::to_string(10'000 + n);
    place(sample_order("ord_" + id));
  }
  const Answer part = get("/orders/export");
  EXPECT_EQ(part.status, 200);
  ASSERT_EQ(lines_of(part).size(), 1'000U);
  EXPECT_EQ(lines_of(part)[0].at("id").as_string(), "ord_11049");
  EXPECT_EQ(lines_of(part)[0].at("deliveries").as_array().size(), 1U);
  const Answer rest = get("/orders/export?cursor=" + part.header("Next-Cursor"));
  EXPECT_EQ(lines_of(rest).size(), 50U);
  EXPECT_EQ(rest.header("Next-Cursor"), "");
  bought("ord_9", "ada@shop.example");
  EXPECT_EQ(lines_of(get("/orders/export?email=ada@shop.example")).size(), 1U);
  const Answer customers = get("/customers/export");
  ASSERT_EQ(lines_of(customers).size(), 1U);
  EXPECT_EQ(lines_of(customers)[0].at("email").as_string(), "ada@shop.example");
  EXPECT_EQ(audited(), (Words{"orders.exported", "orders.exported", "orders.exported", "customers.exported"}));
  for (const auto& row : main.rows("SELECT detail FROM audit")) {
    EXPECT_EQ(ports::as_string(row[0]).find("shop.example"), std::string::npos);
  }
}

TEST_F(SearchRoutes, whoever_reads_personal_data_leaves_a_trace) {
  bought("ord_1", "ada@shop.example");
  get("/orders");
  EXPECT_EQ(audited(), Words{}) << "a list holds nothing personal";
  get("/orders?email=ada@shop.example");
  get("/orders/ord_1");
  get("/customers");
  EXPECT_EQ(audited(), (Words{"orders.searched", "order.read", "customers.listed"}));
  const std::string detail = text("SELECT detail FROM audit WHERE seq = 1");
  EXPECT_NE(detail.find(R"("filters":["email"])"), std::string::npos) << detail;
  EXPECT_NE(detail.find(R"("rows":1)"), std::string::npos) << detail;
  EXPECT_EQ(detail.find("shop.example"), std::string::npos);
}

TEST_F(SearchRoutes, modes_and_merchants_do_not_meet) {
  ports::OrderRecord live = sample_order("ord_live");
  live.audience.owner = "live:key:k1";
  place(live);
  bought("ord_test", "ada@shop.example");
  main.execute("UPDATE store SET mode = 'live' WHERE store_id = 's1'");
  secret = add_key("s1", KeyKind::kSecret, KeyMode::kLive);
  EXPECT_EQ(orders_of(""), Words{"ord_live"});
  EXPECT_EQ(orders_of("?email=ada@shop.example"), Words{});
  EXPECT_EQ(get("/orders/ord_test").status, 404);
  EXPECT_EQ(customers_of(""), Words{}) << "who only tried is nobody's customer";
  EXPECT_EQ(lines_of(get("/orders/export")).size(), 1U);
  secret = other_secret;
  for (const char* const path : {"/orders/export", "/customers/export"}) EXPECT_EQ(get(path).raw, "") << path;
}

}  // namespace
}  // namespace kassa
