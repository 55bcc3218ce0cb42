// Orders, erasure, dead letters, pages.

#include "services/ports/email_index.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

class RecordRoutes : public testing::Test, public AdminBench {
 protected:
  PersonId buyer(const std::string& order, const std::string& email) {
    const PersonId person = place(sample_order(order), "confirmed", std::nullopt);
    EXPECT_TRUE(run(persons.settle(store, {person})));
    main.execute("INSERT INTO person (store_id, person_id, email_hash, created_at) VALUES ('s1', $1, $2, 0)",
                 {person.value,
                  email.empty() ? ports::SqlValue() : ports::SqlValue(ports::email_hash(box, StoreId{"s1"}, email))});
    return person;
  }
  Words orders_of(const std::string& query) {
    const Answer page = get("/orders" + query);
    Words ids;
    for (const json::value& item : page.items()) ids.emplace_back(item.as_object().at("id").as_string());
    return ids;
  }
  std::int64_t keys_left() { return keys.number("SELECT count(*) FROM person_key"); }
};

TEST_F(RecordRoutes, orders_are_listed_newest_first_and_filtered) {
  place(sample_order("ord_1"));
  place(sample_order("ord_2"), "held");
  place(sample_order("ord_3"), "draft", std::nullopt);
  place(sample_order("ord_4"));
  EXPECT_EQ(orders_of(""), (Words{"ord_4", "ord_2", "ord_1"}));
  EXPECT_EQ(orders_of("?order_state=held"), Words{"ord_2"});
  EXPECT_EQ(orders_of("?payment_state=paid&order_state=confirmed"), (Words{"ord_4", "ord_1"}));
  EXPECT_EQ(orders_of("?payment_state=refunded"), Words{});
  const Answer first = get("/orders?limit=2");
  EXPECT_EQ(orders_of("?limit=2&cursor=" + first.text("next_cursor")), Words{"ord_1"});
  place(sample_order("ord_5"));
  EXPECT_EQ(orders_of("?limit=2&cursor=" + first.text("next_cursor")), Words{"ord_1"}) << "a new order shifts nothing";
}

TEST_F(RecordRoutes, lists_refuse_what_they_do_not_know) {
  const std::string audit_cursor = to_base64url(as_bytes("audit:5"));
  const std::string no_number = to_base64url(as_bytes("audit:x"));
  const std::vector<std::string> refusals{"/orders?limit=0",
                                          "/orders?limit=101",
                                          "/orders?limit=x",
                                          "/orders?limit=-1",
                                          "/orders?order_state=draft",
                                          "/orders?state=held",
                                          "/orders?cursor=!",
                                          "/orders?order_state=held&order_state=confirmed",
                                          "/orders?limit=1&limit=100",
                                          "/orders?limit=",
                                          "/orders?order_state",
                                          "/orders?cursor=%00",
                                          "/orders?order_state=%zz",
                                          "/orders?=held",
                                          "/orders?cursor=" + audit_cursor,
                                          "/audit?cursor=" + no_number,
                                          "/keys?cursor=b3JkZXJz",
                                          "/audit?order_state=held",
                                          "/dead-letters?limit=1.5",
                                          "/discounts?cursor=" + std::string(600, 'A')};
  for (const std::string& path : refusals) {
    const Answer refused = get(path);
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_EQ(refused.text("code"), "invalid_request") << path;
  }
  EXPECT_EQ(get("/audit?cursor=" + audit_cursor).status, 200);
}

TEST_F(RecordRoutes, an_order_is_shown_with_its_contents_until_its_buyer_is_erased) {
  const PersonId person = buyer("ord_1", "jane.doe@example.com");
  const Answer order = get("/orders/ord_1");
  ASSERT_EQ(order.status, 200);
  EXPECT_EQ(order.text("email"), "jane.doe@example.com");
  EXPECT_EQ(order.text("person_id"), person.value);
  EXPECT_EQ(order.body.at("total").as_int64(), 8'150);
  EXPECT_EQ(order.body.at("lines").as_array().size(), 2U);
  EXPECT_FALSE(order.body.at("erased").as_bool());
  ASSERT_EQ(post("/persons/erasures", R"({"person_id":")" + person.value + "\"}").status, 200);
  const Answer erased = get("/orders/ord_1");
  ASSERT_EQ(erased.status, 200);
  EXPECT_TRUE(erased.body.at("erased").as_bool());
  EXPECT_FALSE(erased.body.contains("email"));
  EXPECT_FALSE(erased.body.contains("deliveries"));
  EXPECT_EQ(erased.body.at("total").as_int64(), 8'150) << "the books stay";
  EXPECT_EQ(get("/orders/ord_none").status, 404);
  EXPECT_EQ(get("/orders/%zz").status, 404);
}

TEST_F(RecordRoutes, a_person_is_erased_by_id_and_again_without_harm) {
  const PersonId person = buyer("ord_1", "jane.doe@example.com");
  const std::string body = R"({"person_id":")" + person.value + "\"}";
  EXPECT_EQ(post("/persons/erasures", body).status, 200);
  EXPECT_EQ(keys_left(), 0);
  EXPECT_EQ(forgotten, Words{"s1 " + person.value}) << "what is open of this person is given out no more";
  EXPECT_EQ(main.number("SELECT count(*) FROM person WHERE erased_at IS NOT NULL AND email_hash IS NULL"), 1);
  EXPECT_EQ(post("/persons/erasures", body).status, 200);
  EXPECT_EQ(audited(), (Words{"person.erasure_begun", "person.erased"}));
  EXPECT_EQ(post("/persons/erasures", R"({"person_id":"per_none"})").status, 404);
}

TEST_F(RecordRoutes, a_payment_under_way_keeps_its_person_and_late_money_does_not) {
  const PersonId person = buyer("ord_1", "jane.doe@example.com");
  const std::string body = R"({"person_id":")" + person.value + "\"}";
  main.execute(
      "INSERT INTO idempotency (store_id, scope, idem_key, fingerprint, state, version, lease_until, parked, "
      "checkout_id, person_id, rendering, created_at) VALUES ('s1', 'key', 'att_1', '', 'running', 1, 0, 1, 'chk_1', "
      "$1, '', 0)",
      {person.value});
  EXPECT_EQ(post("/persons/erasures", body).text("code"), "version_conflict");
  main.execute("UPDATE idempotency SET scope = 'late'");
  EXPECT_EQ(post("/persons/erasures", body).status, 200);
  EXPECT_EQ(keys_left(), 0);
}

TEST_F(RecordRoutes, everybody_with_an_email_address_is_erased) {
  for (int n = 0; n < 150; ++n) buyer("ord_" + std::to_string(n), "jane.doe@example.com");
  buyer("ord_other", "john@example.com");
  const Answer erased = post("/persons/erasures", R"({"email":" Jane.Doe@Example.com "})");
  ASSERT_EQ(erased.status, 200);
  EXPECT_EQ(erased.body.at("erased").as_array().size(), 150U);
  EXPECT_EQ(keys_left(), 1);
  EXPECT_FALSE(get("/orders/ord_other").body.at("erased").as_bool());
  EXPECT_TRUE(post("/persons/erasures", R"({"email":"jane.doe@example.com"})").body.at("erased").as_array().empty());
  for (const auto& row : main.rows("SELECT detail, subject FROM audit")) {
    EXPECT_EQ(ports::as_string(row[0]).find("example.com"), std::string::npos);
  }
  EXPECT_EQ(audited().size(), 5U) << "two erasures in two steps each, and the order that was looked at";
}

TEST_F(RecordRoutes, an_erasure_that_a_crash_cut_off_is_finished_by_asking_again) {
  const PersonId person = buyer("ord_1", "jane.doe@example.com");
  main.execute("UPDATE person SET erased_at = 5 WHERE person_id = $1", {person.value});
  EXPECT_EQ(keys_left(), 1) << "the intent is kept, the key still there";
  EXPECT_EQ(post("/persons/erasures", R"({"email":"jane.doe@example.com"})").body.at("erased").as_array().size(), 1U);
  EXPECT_EQ(keys_left(), 0);
  EXPECT_EQ(main.number("SELECT erased_at FROM person"), 5);
  EXPECT_EQ(audited(), Words{"person.erased"});
}

TEST_F(RecordRoutes, an_erasure_of_somebody_without_an_email_address_is_finished_too) {
  const PersonId person = buyer("ord_1", "");
  main.execute("UPDATE person SET erased_at = 5 WHERE person_id = $1", {person.value});
  EXPECT_EQ(post("/persons/erasures", R"({"person_id":")" + person.value + "\"}").status, 200);
  EXPECT_EQ(keys_left(), 0);
}

TEST_F(RecordRoutes, an_erasure_names_exactly_one_of_both) {
  for (const char* const body : {"{}", R"({"person_id":"p","email":"a@b.example"})", R"({"email":""})",
                                 R"({"email":7})", R"({"name":"Jane"})"}) {
    EXPECT_EQ(post("/persons/erasures", body).status, 400) << body;
  }
  EXPECT_EQ(audited(), Words{});
}

TEST_F(RecordRoutes, dead_letters_are_listed_and_sent_again) {
  const PersonId person = place(sample_order("ord_1"));
  for (int n = 1; n <= 3; ++n) post(person, "ord_1", n, "https://platform.example/hooks", "body");
  main.execute("UPDATE outbox SET state = 'dead', ended_at = 9, attempts = 20, last_error = '500' WHERE seq < 3");
  const Answer first = get("/dead-letters?limit=1");
  ASSERT_EQ(first.items().size(), 1U);
  EXPECT_EQ(first.items()[0].as_object().at("event_id").as_string(), "evt_ord_1_1");
  EXPECT_EQ(get("/dead-letters?cursor=" + first.text("next_cursor")).items().size(), 1U);
  const Answer again = post("/dead-letters/evt_ord_1_1/replay", "");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(text("SELECT state FROM outbox WHERE seq = 1"), "waiting");
  EXPECT_EQ(post("/dead-letters/evt_ord_1_1/replay", "").status, 404) << "it waits";
  EXPECT_EQ(post("/dead-letters/evt_ord_1_3/replay", "").status, 404) << "it was never dead";
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(audited(), Words{"event.replayed"});
}

TEST_F(RecordRoutes, the_audit_log_is_read_page_by_page) {
  for (int n = 0; n < 5; ++n) {
    const std::string tag = "\"" + std::to_string(n + 1) + "\"";
    ASSERT_EQ(put("/settings", R"({"name":"Shop","currencies":["USD"]})", tag).status, 200);
  }
  const Answer first = get("/audit?limit=3");
  EXPECT_EQ(first.items()[0].as_object().at("seq").as_int64(), 5);
  const Answer rest = get("/audit?limit=3&cursor=" + first.text("next_cursor"));
  EXPECT_EQ(rest.items().size(), 2U);
  EXPECT_FALSE(rest.body.contains("next_cursor"));
  const json::object& oldest = rest.items()[1].as_object();
  EXPECT_EQ(oldest.at("actor").as_string(), "key:" + parse_api_key(secret)->key_id);
  EXPECT_EQ(oldest.at("action").as_string(), "settings.replaced");
  EXPECT_TRUE(get("/audit/verification").body.at("valid").as_bool());
}

}  // namespace
}  // namespace kassa
