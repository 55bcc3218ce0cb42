// Buying, and asking again: keys, replays, conflicts, declines, nothing to pay.

#include <set>

#include "services/checkout/kept_answers.hpp"
#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using ::testing::IsEmpty;

// mug 12.50 x 2 + 4.90 = 29.90, 19 % of it 5.68.
constexpr const char* kTwoMugsTotal = "3558";

TEST(Purchase, FromCartToOrder) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  EXPECT_EQ(said(world.get(id).value(), "total"), kTwoMugsTotal);
  const Answer answer = world.complete(id, "k1").value();
  EXPECT_EQ(said(answer, "verdict"), "completed");
  EXPECT_EQ(said(answer, "total"), kTwoMugsTotal);
  const std::string order = said(answer, "order");
  EXPECT_EQ(world.text("SELECT order_id FROM purchase WHERE order_state = 'confirmed' AND payment_state = 'paid'"),
            order);
  EXPECT_EQ(world.number("SELECT number FROM purchase"), 1001);
  EXPECT_EQ(world.number("SELECT on_hand FROM stock WHERE variant_id = 'mug'"), 98);
  EXPECT_EQ(world.number("SELECT sum(amount) FROM ledger"), 0);
  EXPECT_EQ(world.booked("SELECT amount FROM charge WHERE state = 'captured'"), 3558);
  EXPECT_EQ(said(world.get(id).value(), "state"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, AnAuthorizedPaymentConfirmsAnOrderThatIsNotYetPaid) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  EXPECT_EQ(said(world.complete(id, "k1", "tok_authorize").value(), "verdict"), "completed");
  EXPECT_EQ(world.text("SELECT payment_state FROM purchase"), "authorized");
  EXPECT_EQ(world.number("SELECT count(*) FROM ledger WHERE account LIKE 'gateway_clearing:%'"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, TheSameKeyGivesTheSameBytesForEver) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  const Answer first = world.complete(id, "k1").value();
  EXPECT_FALSE(first.replayed);
  const auto again = [&](const char* when) {
    const Answer replay = world.complete(id, "k1").value();
    EXPECT_EQ(*replay.body, *first.body) << when;
    EXPECT_TRUE(replay.replayed) << when;
  };
  again("at once");
  world.restart_politely();
  again("by another process");
  world.reboot();
  again("after a power cut");
  EXPECT_EQ(world.number("SELECT count(*) FROM attempt"), 1);
}

TEST(Purchase, TheSameKeyWithAnotherBodyConflicts) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_TRUE(world.complete(id, "k1"));
  const auto conflict = world.complete(id, "k1", "tok_other");
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().code, Errc::kIdempotencyConflict);
}

TEST(Purchase, AnotherKeyAfterwardsFindsTheCheckoutClosed) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_TRUE(world.complete(id, "k1"));
  EXPECT_EQ(world.complete(id, "k2").error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(world.update(id, Basket{{{"mug", 2}}}).error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(world.cancel(id).error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
}

TEST(Purchase, WithoutAKeyItWorksOnceToo) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  EXPECT_EQ(said(world.complete(id, "").value(), "verdict"), "completed");
  EXPECT_EQ(world.complete(id, "").error().code, Errc::kCheckoutTerminal);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, AfterADeclineTheNextTryIsAttemptTwoOfTheSameOrder) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}, {"FIVE"}});
  const Answer declined = world.complete(id, "k1", "tok_declined").value();
  EXPECT_EQ(said(declined, "verdict"), "declined");
  EXPECT_EQ(said(declined, "reason"), "card_declined");
  EXPECT_EQ(said(declined, "state"), "open");
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'five'"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());

  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_EQ(world.number("SELECT max(n) FROM attempt"), 2);
  EXPECT_EQ(world.number("SELECT count(*) FROM purchase"), 1);
  EXPECT_EQ(world.number("SELECT on_hand FROM stock WHERE variant_id = 'mug'"), 98);
  EXPECT_EQ(world.number("SELECT sum(quantity) FROM reservation"), 2);
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'five'"), 1);
  EXPECT_EQ(*world.complete(id, "k1", "tok_declined").value().body, *declined.body);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, ADeclineIsReplayedWhateverHappenedToTheCheckoutSince) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  const Answer declined = world.complete(id, "k1", "tok_declined").value();
  const auto same = [&](const char* when) {
    const auto replay = world.complete(id, "k1", "tok_declined");
    ASSERT_TRUE(replay) << when;
    EXPECT_EQ(*replay.value().body, *declined.body) << when;
    EXPECT_EQ(world.complete(id, "k1", "tok_ok").error().code, Errc::kIdempotencyConflict) << when;
  };
  same("unchanged");
  world.outside.merchant.set_price("mug", 1300);
  same("after a price change");
  ASSERT_TRUE(world.update(id, Basket{{}}));
  same("with an empty cart");
  world.outside.clock.advance(std::chrono::hours{7});
  same("after it expired");
}

TEST(Purchase, ADeclineSurvivesARestart) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  const Answer declined = world.complete(id, "k1", "tok_declined").value();
  world.kill_and_restart();
  EXPECT_EQ(*world.complete(id, "k1", "tok_declined").value().body, *declined.body);
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_EQ(world.number("SELECT max(n) FROM attempt"), 2);
}

TEST(Purchase, WithNothingToPayItIsOneTransaction) {
  World world;
  const std::string id = world.create(Basket{{{"card", 3}}, {"GIFT"}});
  const std::int64_t before = world.outside.metrics.total("store_transactions_total", "outcome");
  const Answer answer = world.complete(id, "k1").value();
  EXPECT_EQ(said(answer, "verdict"), "completed");
  EXPECT_EQ(said(answer, "total"), "0");
  EXPECT_EQ(world.outside.metrics.total("store_transactions_total", "outcome"), before + 1);
  EXPECT_EQ(world.outside.metrics.total("store_transactions_total", "reserve"), 0);
  EXPECT_EQ(world.text("SELECT payment_state FROM purchase"), "none_due");
  EXPECT_EQ(world.number("SELECT count(*) FROM attempt"), 0);
  EXPECT_EQ(*world.complete(id, "k1").value().body, *answer.body);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, ADeclinedCheckoutMayBecomeFree) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_declined").value(), "verdict"), "declined");
  ASSERT_EQ(said(world.update(id, Basket{{{"card", 1}}, {"GIFT"}}).value(), "total"), "0");
  const auto free = world.complete(id, "k2");
  ASSERT_TRUE(free) << free.error().detail;
  EXPECT_EQ(said(free.value(), "verdict"), "completed");
  EXPECT_EQ(world.number("SELECT count(*) FROM purchase"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, PaymentNeedsAnInstrumentThatTheStoreTakes) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  checkout::CompleteCommand none = complete_command(id, "k1", "tok_ok");
  none.payment.reset();
  EXPECT_EQ(world.run(world.process->service.complete(world.caller, none)).error().code,
            Errc::kPaymentInstrumentRequired);
  checkout::CompleteCommand other = complete_command(id, "k1", "tok_ok");
  other.payment->instrument.handler_id = "gold";
  EXPECT_EQ(world.run(world.process->service.complete(world.caller, other)).error().code,
            Errc::kPaymentInstrumentRequired);
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed") << "refusals store nothing under the key";
}

TEST(Purchase, AnInstrumentThatItsHandlerDoesNotTakeIsRefusedAndGivesNoDiscount) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}, {"BANK"}});
  checkout::Instrument bank = complete_command(id, "k1", "tok_ok").payment->instrument;
  bank.type = "bank_transfer";
  bank.selected = true;
  checkout::Patch choose;
  choose.instruments.set({bank});
  const auto chosen = world.run(
      world.process->service.update(world.caller, CheckoutId{id}, key_use("update", id, ""), std::move(choose)));
  EXPECT_EQ(said(chosen.value(), "total"), "1190") << "a word of the caller's is no way of paying";
  checkout::CompleteCommand other = complete_command(id, "k1", "tok_ok");
  other.payment->instrument = bank;
  const Error refused = world.run(world.process->service.complete(world.caller, other)).error();
  EXPECT_EQ(refused.code, Errc::kPaymentInstrumentRequired);
  EXPECT_EQ(refused.path, "$.payment.instruments[0].type");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed") << "refusals store nothing under the key";
  EXPECT_EQ(world.booked("SELECT amount FROM charge"), 1190);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, NobodyElseSeesOrTouchesTheCheckout) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  world.caller.principal = "ucp:other";
  EXPECT_EQ(world.get(id).error().code, Errc::kNotFound);
  EXPECT_EQ(world.update(id, Basket{}).error().code, Errc::kNotFound);
  EXPECT_EQ(world.complete(id, "k").error().code, Errc::kNotFound);
  EXPECT_EQ(world.cancel(id).error().code, Errc::kNotFound);
}

TEST(Purchase, ADiscountForAWayOfPayingIsShownBeforeItIsCharged) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}, {"CARD"}});
  EXPECT_EQ(said(world.get(id).value(), "total"), "1190") << "no way of paying is chosen yet";
  const Answer told = world.complete(id, "k1").value();
  EXPECT_EQ(said(told, "verdict"), "price_changed");
  EXPECT_EQ(said(told, "total"), "1071");
  EXPECT_EQ(said(world.get(id).value(), "total"), "1071") << "the way of paying stays chosen";
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_EQ(world.booked("SELECT amount FROM charge"), 1071);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, AKeyIsNewAfterADayThoughItsAnswerIsStillThere) {
  World world;
  const auto create = [&](std::int64_t mugs) {
    auto wish = key_use("create", "", "daily");
    wish.fingerprint = std::to_string(mugs);
    return world.run(world.process->service.create(world.caller, wish, Basket{{{"mug", mugs}}}.patch()));
  };
  const std::string first = said(create(1).value(), "id");
  ASSERT_TRUE(world.update(first, Basket{{{"mug", 2}}}, "u"));
  world.flush();
  world.outside.clock.advance(std::chrono::hours{24});
  const auto second = create(2);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_NE(said(second.value(), "id"), first);
  EXPECT_EQ(*create(2).value().body, *second.value().body);
  // Its checkout goes by its age first; the key still stands for the newer one.
  world.flush();
  ports::Transaction forget("retention", StoreId{});
  for (const std::string table : {"checkout_answer", "checkout"}) {
    const std::string_view sql = table == "checkout" ? "DELETE FROM checkout WHERE checkout_id = $1"
                                                     : "DELETE FROM checkout_answer WHERE checkout_id = $1";
    forget.add(ports::Step(sql, {first}));
  }
  ASSERT_TRUE(world.run(world.process->main.commit(std::move(forget))));
  ASSERT_TRUE(world.run(world.process->sessions.forget(kShop, CheckoutId{first})));
  EXPECT_EQ(*create(2).value().body, *second.value().body) << "repeated after the first one is gone";
  EXPECT_EQ(create(3).error().code, Errc::kIdempotencyConflict);
}

TEST(Purchase, ACheckoutWithNoRoomForAnotherTotalUnderAKeyTellsNoneUnderOne) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}, {"CARD"}});
  const auto session = world.run(world.process->sessions.load(kShop, CheckoutId{id})).value();
  auto full = std::make_shared<checkout::Session>(*session);
  full->version.n += 1;
  full->kept_bytes = checkout::kKeptBytesPerCheckoutMax;
  ASSERT_TRUE(world.run(world.process->sessions.save(full, session->version)).value());
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kRateLimited);
  EXPECT_EQ(said(world.complete(id, "").value(), "verdict"), "price_changed");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Purchase, AKeyIsGoodForANewCheckoutOnceItIsForgotten) {
  World world;
  const auto use = key_use("create", "", "daily");
  const auto create = [&](std::int64_t mugs) {
    auto wish = use;
    wish.fingerprint = std::to_string(mugs);
    return world.run(world.process->service.create(world.caller, wish, Basket{{{"mug", mugs}}}.patch()));
  };
  std::set<std::string> made;
  for (std::int64_t day = 1; day <= 4; ++day) {
    const auto created = create(day);
    ASSERT_TRUE(created) << day << ": " << created.error().detail;
    EXPECT_TRUE(made.insert(said(created.value(), "id")).second) << "a checkout of its own";
    EXPECT_EQ(*create(day).value().body, *created.value().body) << "repeated at once";
    world.restart_politely();
    world.outside.clock.advance(std::chrono::hours{23});
    EXPECT_EQ(*create(day).value().body, *created.value().body) << "repeated on the next day";
    EXPECT_EQ(create(day + 1).error().code, Errc::kIdempotencyConflict) << "for another request";
    world.outside.clock.advance(std::chrono::hours{2});
    // As retention does.
    ports::Transaction forget("retention", StoreId{});
    forget.add(ports::Step("DELETE FROM checkout_answer WHERE at < $1",
                           {to_millis(world.outside.clock.now() - std::chrono::hours{24})}));
    ASSERT_TRUE(world.run(world.process->main.commit(std::move(forget))));
    world.restart_politely();
  }
}

TEST(Purchase, ARepeatedCreateOrUpdateIsReplayed) {
  World world;
  const auto use = key_use("create", "", "c1");
  const auto create = [&] {
    return world.run(world.process->service.create(world.caller, use, Basket{{{"mug", 1}}}.patch()));
  };
  const Answer created = create().value();
  EXPECT_EQ(*create().value().body, *created.body);
  const std::string id = said(created, "id");
  const Answer updated = world.update(id, Basket{{{"mug", 3}}}, "u1").value();
  ASSERT_TRUE(world.update(id, Basket{{{"mug", 5}}}, "u2"));
  EXPECT_EQ(*world.update(id, Basket{{{"mug", 3}}}, "u1").value().body, *updated.body);
  EXPECT_EQ(said(world.get(id).value(), "total"), "8021") << "a replay changes nothing";
  world.restart_politely();
  EXPECT_EQ(*create().value().body, *created.body);
  EXPECT_EQ(*world.update(id, Basket{{{"mug", 3}}}, "u1").value().body, *updated.body);
}

}  // namespace
}  // namespace kassa::sim
