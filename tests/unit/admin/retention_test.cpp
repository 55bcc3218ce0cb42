// What goes when its time is over, and what stays for ever.

#include "services/admin/retention.hpp"

#include "tests/unit/orders/bench.hpp"

namespace kassa {
namespace {

using std::chrono::hours;

class Aging : public testing::Test, public OrderStores {
 protected:
  static constexpr hours kDay{24};

  std::int64_t ago(hours time) const { return to_millis(clock.now() - time); }

  void key(const std::string& id, const std::string& state, hours age, const std::string& checkout = "none") {
    main.execute(
        "INSERT INTO idempotency (store_id, scope, idem_key, fingerprint, state, version, lease_until, checkout_id, "
        "person_id, rendering, created_at) VALUES ('s1', 'scope', $1, '', $2, 1, 0, $3, '', '', $4)",
        {id, state, checkout, ago(age)});
  }
  void answer(const std::string& id, hours age, const std::string& checkout = "none") {
    main.execute(
        "INSERT INTO checkout_answer (store_id, checkout_id, answer_key, fingerprint, status, sealed_body, at) "
        "VALUES ('s1', $1, $2, '', 200, x'00', $3)",
        {checkout, id, ago(age)});
  }
  void gateway_event(const std::string& id, hours age) {
    main.execute(
        "INSERT INTO inbox (store_id, gateway_id, event_key, body, received_at) VALUES ('s1', 'g', $1, x'', $2)",
        {id, ago(age)});
  }
  void message(const std::string& id, const std::string& state, hours age) {
    main.execute(
        "INSERT INTO outbox (store_id, event_id, order_id, seq, dialect, target, person_id, sealed_body, created_at, "
        "due_at, state, ended_at) VALUES ('s1', $1, 'o', 1, '', '', '', x'00', 0, 0, $2, $3)",
        {id, state, ago(age)});
  }
  /// A checkout that expired so long ago, with its person and the person's key.
  PersonId checkout(const std::string& id, const std::string& state, hours expired) {
    const PersonId person = persons.create(store);
    EXPECT_TRUE(run(persons.settle(store, {person})));
    main.execute(
        "INSERT INTO checkout (store_id, checkout_id, epoch, n, state, person_id, sealed_body, expires_at, updated_at) "
        "VALUES ('s1', $1, 0, 1, $2, $3, x'00', $4, 0)",
        {id, state, person.value, ago(expired)});
    main.execute("INSERT INTO person (store_id, person_id, email_hash, created_at) VALUES ('s1', $1, x'01', 0)",
                 {person.value});
    return person;
  }

  std::int64_t round() { return run(retention.round()).value(); }

  std::string left(const std::string& column, const std::string& table) {
    std::string all;
    for (const auto& row : main.rows("SELECT " + column + " FROM " + table + " ORDER BY 1"))
      all += ports::as_string(row[0]) + " ";
    return all;
  }

  admin::Retention retention{main.store(), persons, clock, kDay * 30};
};

TEST_F(Aging, answers_and_messages_go_when_their_time_is_over) {
  key("old", "finished", hours{73});
  key("young", "finished", hours{71});
  key("running", "running", hours{1'000});
  answer("old", hours{25});
  answer("young", hours{23});
  gateway_event("old", kDay * 31);
  gateway_event("young", kDay * 29);
  message("old", "delivered", kDay * 31);
  message("young", "delivered", kDay * 29);
  message("dead", "dead", kDay * 179);
  message("dead_for_long", "dead", kDay * 181);
  message("waiting", "waiting", kDay * 400);
  EXPECT_EQ(round(), 5);
  EXPECT_EQ(left("idem_key", "idempotency"), "running young ");
  EXPECT_EQ(left("answer_key", "checkout_answer"), "young ");
  EXPECT_EQ(left("event_key", "inbox"), "young ");
  EXPECT_EQ(left("event_id", "outbox"), "dead waiting young ");
  EXPECT_EQ(round(), 0);
}

TEST_F(Aging, a_checkout_that_nobody_completed_goes_with_its_person_and_the_key) {
  const PersonId gone = checkout("abandoned", "open", kDay * 31);
  answer("a1", hours{1}, "abandoned");
  key("k1", "finished", hours{1}, "abandoned");
  const PersonId young = checkout("young", "open", kDay * 29);
  checkout("done", "completed", kDay * 400);
  checkout("over", "canceled", kDay * 400);
  checkout("paying", "completing", kDay * 400);
  const PersonId resumed = checkout("resumed", "open", kDay * 400);
  key("k2", "running", hours{1}, "resumed");
  EXPECT_EQ(round(), 2) << "the abandoned and the canceled one";
  EXPECT_EQ(left("checkout_id", "checkout"), "done paying resumed young ");
  EXPECT_EQ(left("answer_key", "checkout_answer"), "");
  EXPECT_EQ(left("idem_key", "idempotency"), "k2 ");
  EXPECT_EQ(main.number("SELECT count(*) FROM person"), 4);
  EXPECT_EQ(run(persons.key_of(store, gone)).error().code, Errc::kNotFound);
  EXPECT_TRUE(run(persons.key_of(store, young)));
  EXPECT_TRUE(run(persons.key_of(store, resumed)));
  EXPECT_EQ(keys.number("SELECT count(*) FROM person_key"), 4);
}

TEST_F(Aging, after_a_declined_payment_the_numbers_stay_and_the_person_does_not) {
  const PersonId person = checkout("chk_of_ord_1", "open", kDay * 31);
  place(sample_order("ord_1"), "draft", std::nullopt);
  const PersonId buyer = checkout("chk_of_ord_2", "open", kDay * 31);
  place(sample_order("ord_2"));
  EXPECT_EQ(round(), 1);
  EXPECT_EQ(left("checkout_id", "checkout"), "chk_of_ord_2 ") << "an order is never lost";
  EXPECT_EQ(left("order_id", "purchase"), "ord_1 ord_2 ");
  EXPECT_EQ(main.number("SELECT count(*) FROM person WHERE erased_at IS NOT NULL AND email_hash IS NULL"), 1);
  EXPECT_FALSE(run(persons.key_of(store, person)));
  EXPECT_TRUE(run(persons.key_of(store, buyer)));
}

TEST_F(Aging, a_round_is_bounded_and_the_next_one_goes_on) {
  for (int i = 0; i < 4 * 50 + 7; ++i) checkout("chk_" + std::to_string(i), "open", kDay * 31);
  EXPECT_EQ(round(), 4 * admin::kAbandonedBatch);
  EXPECT_TRUE(retention.left_some());
  EXPECT_EQ(round(), 7);
  EXPECT_FALSE(retention.left_some());
  EXPECT_EQ(round(), 0);
}

}  // namespace
}  // namespace kassa
