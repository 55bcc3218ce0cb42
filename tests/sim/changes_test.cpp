// What changes under a shopper's feet: prices, time, and what the shopper ends.

#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::IsEmpty;

TEST(Changes, APriceThatMovedIsShownBeforeItIsCharged) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  world.outside.merchant.set_price("card", 1100);
  const Answer shown = world.complete(id, "k1").value();
  EXPECT_EQ(said(shown, "verdict"), "price_changed");
  EXPECT_EQ(said(shown, "total"), "1309");
  EXPECT_EQ(said(shown, "state"), "open");
  EXPECT_EQ(*world.complete(id, "k1").value().body, *shown.body) << "a double click is no consent to a new total";
  EXPECT_EQ(world.complete(id, "k1", "tok_other").error().code, Errc::kIdempotencyConflict);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_EQ(*world.complete(id, "k1").value().body, *shown.body) << "keys come before states";
  EXPECT_EQ(world.booked("SELECT sum(amount) FROM charge"), 1309);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Changes, APriceThatMovedIsVisibleOnGetAndThenAccepted) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  world.outside.merchant.set_price("card", 1100);
  EXPECT_EQ(said(world.get(id).value(), "total"), "1309");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
}

TEST(Changes, AnExplicitHashCountsInsteadOfTheLastAnswer) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  const std::string hash = said(world.get(id).value(), "hash");
  auto wrong = complete_command(id, "k1", "tok_ok");
  wrong.quote_hash = "something else";
  EXPECT_EQ(said(world.run(world.process->service.complete(world.caller, wrong)).value(), "verdict"), "price_changed");
  auto right = complete_command(id, "k1", "tok_ok");
  right.quote_hash = hash;
  EXPECT_EQ(said(world.run(world.process->service.complete(world.caller, right)).value(), "verdict"), "completed");
}

TEST(Changes, WhatIsBeingPaidForDoesNotChangeWithTheCatalogue) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "needs_buyer");
  world.outside.merchant.set_price("card", 9900);
  world.kill_and_restart();
  world.approve();
  const Answer done = world.complete(id, "k1", "tok_action").value();
  EXPECT_EQ(said(done, "verdict"), "completed");
  EXPECT_EQ(said(done, "total"), "1190");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Changes, WhatOneCallerPaidInVainIsNotAcceptedForAnother) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const checkout::Caller page = world.caller;
  world.caller.principal = "key:backend";
  world.caller.sees = page.principal;
  ASSERT_TRUE(world.update(id, Basket{{{"mug", 5}}}));
  ASSERT_EQ(said(world.complete(id, "b1", "tok_declined").value(), "verdict"), "declined");
  world.caller = page;
  EXPECT_EQ(said(world.complete(id, "p1").value(), "verdict"), "price_changed") << "the page saw one mug";
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge WHERE state = 'captured'"), 0);
}

TEST(Changes, ATotalThatCouldNotBeBoughtWasNoOffer) {
  World world;
  const std::string id = world.create(Basket{{{"rare", 10}}});
  const std::string other = world.create(Basket{{{"rare", 10}}});
  ASSERT_EQ(said(world.complete(other, "k", "tok_action").value(), "verdict"), "needs_buyer");
  world.outside.merchant.set_price("rare", 9900);
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "not_ready");
  world.approve(false);
  ASSERT_EQ(said(world.complete(other, "k", "tok_action").value(), "verdict"), "declined");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "price_changed");
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge WHERE state = 'captured'"), 0);
}

TEST(Changes, GoodsThatRanOutMeanwhileAreNotReady) {
  World world;
  const std::string late = world.create(Basket{{{"rare", 10}}});
  ASSERT_TRUE(world.complete(world.create(Basket{{{"rare", 10}}}), "k"));
  const Answer told = world.complete(late, "k1").value();
  EXPECT_EQ(said(told, "verdict"), "not_ready");
  EXPECT_EQ(said(told, "messages"), "[\"out_of_stock\"]");
  EXPECT_EQ(said(world.update(late, Basket{{{"mug", 1}}}).value(), "ready"), "true");
  EXPECT_EQ(said(world.complete(late, "k1").value(), "verdict"), "completed");
}

TEST(Changes, AfterACancelEverythingIsRefusedAndTheCancelIsReplayed) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const Answer canceled = world.cancel(id, "x1").value();
  EXPECT_EQ(said(canceled, "state"), "canceled");
  EXPECT_EQ(said(world.get(id).value(), "state"), "canceled");
  EXPECT_EQ(world.update(id, Basket{{{"mug", 2}}}).error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(world.cancel(id, "x2").error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(*world.cancel(id, "x1").value().body, *canceled.body);
  world.reboot();
  EXPECT_EQ(said(world.get(id).value(), "state"), "canceled");
  EXPECT_EQ(*world.cancel(id, "x1").value().body, *canceled.body);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kCheckoutTerminal);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Changes, TheSameCancelTwiceAtOnceIsTheSameAnswer) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  std::optional<Result<Answer>> first;
  std::optional<Result<Answer>> second;
  const auto use = key_use("cancel", id, "x1");
  world.start(world.process->service.cancel(world.caller, CheckoutId{id}, use), first);
  world.start(world.process->service.cancel(world.caller, CheckoutId{id}, use), second);
  world.run_until([&] { return first && second; });
  ASSERT_TRUE(*first);
  ASSERT_TRUE(*second) << second->error().detail;
  EXPECT_EQ(*first->value().body, *second->value().body);
}

TEST(Changes, ACancelAndACompletionAtOnceAreOneOfBoth) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seed);
    const std::string id = world.create(Basket{{{"mug", 1}}});
    std::optional<Result<Answer>> canceled;
    std::optional<Result<Answer>> completed;
    world.start(world.completing(id, "k1"), completed);
    world.start(world.process->service.cancel(world.caller, CheckoutId{id}, key_use("cancel", id, "x1")), canceled);
    world.run_until([&] { return canceled && completed; });
    const bool bought = *completed && said(completed->value(), "verdict") == "completed";
    EXPECT_NE(bought, canceled->has_value()) << seed;
    EXPECT_EQ(world.text("SELECT state FROM checkout"), bought ? "completed" : "canceled") << seed;
    EXPECT_EQ(said(world.get(id).value(), "state"), bought ? "completed" : "canceled") << seed;
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

TEST(Changes, AnIdleCheckoutExpires) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.clock.advance(hours{5});
  ASSERT_TRUE(world.update(id, Basket{{{"mug", 2}}})) << "an edit gives it a new life";
  world.outside.clock.advance(hours{5});
  ASSERT_TRUE(world.get(id));
  world.outside.clock.advance(hours{1});
  EXPECT_EQ(world.get(id).error().code, Errc::kCheckoutExpired);
  EXPECT_EQ(world.update(id, Basket{{{"mug", 2}}}).error().code, Errc::kCheckoutExpired);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kCheckoutExpired);
  world.restart_politely();
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kCheckoutExpired);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
}

TEST(Changes, WhatWasCalledExpiredStaysSoWhenTheClockIsSetBack) {
  using Ask = std::function<Errc(World&, const std::string&)>;
  const auto code_of = [](const Result<Answer>& answer) { return answer ? Errc::kOk : answer.error().code; };
  const Ask read = [&](World& world, const std::string& id) { return code_of(world.get(id)); };
  const Ask change = [&](World& world, const std::string& id) {
    return code_of(world.update(id, Basket{{{"mug", 2}}}));
  };
  const Ask buy = [&](World& world, const std::string& id) { return code_of(world.complete(id, "k1")); };
  for (const Ask& first : {read, change, buy}) {
    World world;
    const std::string id = world.create(Basket{{{"mug", 1}}});
    const Instant now = world.outside.clock.now();
    world.outside.clock.set_now(now + hours{24});
    EXPECT_EQ(first(world, id), Errc::kCheckoutExpired);
    world.outside.clock.set_now(now);
    for (const Ask& then : {read, change, buy}) EXPECT_EQ(then(world, id), Errc::kCheckoutExpired);
    world.kill_and_restart();
    for (const Ask& then : {read, change, buy}) EXPECT_EQ(then(world, id), Errc::kCheckoutExpired);
    EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
    EXPECT_THAT(world.violations(), IsEmpty());
  }
}

TEST(Changes, ABoughtCheckoutIsReadableLongAfterItsLife) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const Answer done = world.complete(id, "k1").value();
  world.outside.clock.advance(hours{100});
  EXPECT_EQ(said(world.get(id).value(), "order"), said(done, "order"));
  EXPECT_EQ(*world.complete(id, "k1").value().body, *done.body);
}

TEST(Changes, AReservationPastItsTimeWithoutAnOpenAttemptIsFreed) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}, {"FIVE"}});
  ASSERT_TRUE(world.complete(id, "k1", "tok_action"));
  world.outside.clock.advance(minutes{16});
  EXPECT_EQ(world.expire(), 0U) << "the buyer may still be at it";
  // Leftovers that no step of ours makes, for instance of a merchant who ended an attempt by hand.
  ports::Transaction by_hand("by_hand", kShop);
  by_hand.add(ports::Step("UPDATE attempt SET state = 'declined'"));
  ASSERT_TRUE(world.process->main_file->commit_blocking(std::move(by_hand)));
  EXPECT_EQ(world.expire(), 1U);
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'five'"), 0);
  EXPECT_EQ(world.number("SELECT count(*) FROM redemption"), 0);
  EXPECT_EQ(world.text("SELECT state FROM reservation"), "released");
  EXPECT_EQ(world.expire(), 0U);
}

}  // namespace
}  // namespace kassa::sim
