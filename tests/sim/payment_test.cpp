// Outcomes that are not there yet: buyers who must act, answers that never came, answers that cannot be true.

#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using Fault = Wire::Fault;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::IsEmpty;

TEST(Payment, ABuyerWhoApprovesCompletesWithTheNextRequest) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const Answer asked = world.complete(id, "k1", "tok_action").value();
  EXPECT_EQ(said(asked, "verdict"), "needs_buyer");
  EXPECT_TRUE(said(asked, "action_url").starts_with("https://shop.example/testing/sandbox/authorize/"));
  EXPECT_EQ(said(world.get(id).value(), "state"), "needs_buyer");
  EXPECT_EQ(said(world.get(id).value(), "action_url"), said(asked, "action_url"));
  EXPECT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "needs_buyer") << "not yet";
  world.approve();
  const Answer done = world.complete(id, "k1", "tok_action").value();
  EXPECT_EQ(said(done, "verdict"), "completed");
  EXPECT_EQ(*world.complete(id, "k1", "tok_action").value().body, *done.body);
  EXPECT_EQ(world.outside.wire->count("POST"), 1U);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, ABuyerMayComeBackUnderAnotherKeyWhichThenAlsoStands) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_TRUE(world.complete(id, "k1", "tok_action"));
  EXPECT_EQ(said(world.complete(id, "k2", "tok_action").value(), "verdict"), "needs_buyer");
  world.approve();
  const Answer done = world.complete(id, "k2", "tok_action").value();
  EXPECT_EQ(said(done, "verdict"), "completed");
  for (const char* key : {"k1", "k2"}) {
    const auto again = world.complete(id, key, "tok_action");
    ASSERT_TRUE(again) << key << ": " << again.error().detail;
    EXPECT_EQ(*again.value().body, *done.body) << key;
  }
  EXPECT_EQ(world.complete(id, "k2", "tok_ok").error().code, Errc::kIdempotencyConflict);
}

TEST(Payment, ABuyerWhoApprovesAndLeavesIsServedByTheCompleter) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_TRUE(world.complete(id, "k1", "tok_action"));
  world.approve();
  world.outside.clock.advance(seconds{2});
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(said(world.get(id).value(), "state"), "completed");
  EXPECT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, ABuyerWhoRefusesMayPayOtherwise) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_TRUE(world.complete(id, "k1", "tok_action"));
  world.approve(false);
  const Answer declined = world.complete(id, "k1", "tok_action").value();
  EXPECT_EQ(said(declined, "verdict"), "declined");
  EXPECT_EQ(said(declined, "reason"), "authentication_failed");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, ABuyerWhoNeverComesBackLosesTheReservationAfterAQuarterOfAnHour) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 2}}});
  ASSERT_TRUE(world.complete(id, "k1", "tok_action"));
  for (int minute = 0; minute < 15; ++minute) {
    world.outside.clock.advance(minutes{1});
    world.tick();
    world.expire();
    ASSERT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 2) << minute;
  }
  world.outside.clock.advance(minutes{6});
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "voided");
  EXPECT_EQ(said(world.get(id).value(), "state"), "open");
  EXPECT_EQ(said(world.complete(id, "k1", "tok_action").value(), "verdict"), "declined");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, TheActionUrlStaysWhenTheGatewayCannotBeAsked) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const std::string url = said(world.complete(id, "k1", "tok_action").value(), "action_url");
  world.outside.wire->plan({Fault::kLoseReply});
  EXPECT_EQ(said(world.complete(id, "k1", "tok_action").value(), "action_url"), url);
  EXPECT_EQ(said(world.get(id).value(), "action_url"), url);
}

TEST(Payment, ALostAnswerIsFoundByTheRetry) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const Answer unknown = world.complete(id, "k1", "tok_timeout_after_charge").value();
  EXPECT_EQ(said(unknown, "verdict"), "unknown");
  EXPECT_EQ(said(unknown, "state"), "completing");
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "unknown");
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 1);
  EXPECT_EQ(said(world.complete(id, "k1", "tok_timeout_after_charge").value(), "verdict"), "completed");
  EXPECT_EQ(world.outside.wire->count("POST"), 1U) << "asked, not charged again";
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, ALostAnswerIsFoundByTheCompleterWhoAsksLessAndLessOften) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan(std::vector<Fault>(9, Fault::kLoseReply));
  ASSERT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unknown");
  std::vector<int> asked_at;
  std::size_t asked = 0;
  for (int second = 1; second <= 600 && world.text("SELECT state FROM attempt") != "captured"; ++second) {
    world.outside.clock.advance(seconds{1});
    world.tick();
    if (world.outside.wire->count("GET") > asked) asked_at.push_back(second);
    asked = world.outside.wire->count("GET");
  }
  EXPECT_EQ(asked_at, (std::vector<int>{1, 3, 7, 15, 31, 63, 127, 255, 511}));
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, TheQuestionsNeverEndAndAreNeverMoreThanFiveMinutesApart) {
  World world;
  ASSERT_TRUE(world.complete(world.create(Basket{{{"mug", 1}}}), "k1", "tok_processing"));
  for (int i = 0; i < 30; ++i) {
    world.outside.clock.advance(minutes{5});
    ASSERT_EQ(world.tick(), 1U) << i;
  }
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 1);
  EXPECT_EQ(world.expire(), 0U) << "an open attempt keeps its goods";
  world.approve();
  world.outside.clock.advance(minutes{5});
  world.tick();
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "confirmed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, ALostRequestIsSentAgainUnderTheSameKey) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan({Fault::kLoseRequest});
  ASSERT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unknown");
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 0);
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  const auto& seen = world.outside.wire->seen;
  ASSERT_EQ(seen.size(), 3U) << "sent, asked, sent";
  EXPECT_EQ(seen[0].key, seen[2].key);
  EXPECT_EQ(seen[0].body, seen[2].body);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, AChargeThatNeverArrivedIsSentForTwoMinutesAndGivenUpAfterFive) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}, {"FIVE"}});
  ASSERT_EQ(said(world.complete(id, "k1", "tok_timeout_before_charge").value(), "verdict"), "unknown");
  for (int second = 0; second < 120; ++second) {
    world.outside.clock.advance(seconds{1});
    world.tick();
  }
  const auto sent = world.outside.wire->count("POST");
  EXPECT_GT(sent, 3U);
  world.outside.clock.advance(minutes{2});
  world.tick();
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "unknown") << "a call may still be under way";
  world.outside.clock.advance(minutes{5});
  world.tick();
  EXPECT_EQ(world.outside.wire->count("POST"), sent) << "nobody is charged long after they asked";
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "failed");
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 0);
  EXPECT_EQ(said(world.complete(id, "k1", "tok_timeout_before_charge").value(), "verdict"), "declined");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, AGatewayThatNeverBooksIsAskedUnderOneKey) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  for (int i = 0; i < 4; ++i)
    ASSERT_EQ(said(world.complete(id, "k1", "tok_timeout_before_charge").value(), "verdict"), "unknown");
  std::vector<std::string> keys;
  for (const auto& request : world.outside.wire->seen) {
    if (request.method == "POST") keys.push_back(request.key);
  }
  EXPECT_EQ(keys, std::vector<std::string>(4, keys.front()));
  EXPECT_THAT(world.violations(false), IsEmpty());
}

TEST(Payment, ACallThatDidNotGetOutIsMadeOnceMoreAndThenSaysSo) {
  World world;
  const std::string at_once = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan({Fault::kNotSent});
  EXPECT_EQ(said(world.complete(at_once, "k1").value(), "verdict"), "completed");
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan({Fault::kNotSent, Fault::kNotSent});
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unreachable");
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, OfAnUnknownChargeACallThatWasNotSentSaysNothing) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->plan({Fault::kLoseReply, Fault::kNotSent, Fault::kNone});
  ASSERT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unknown");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "unknown");
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, AServerErrorOrAStrangeWordIsUnknownAndResolvedByAsking) {
  for (const char* token : {"tok_500", "tok_strange"}) {
    World world;
    const std::string id = world.create(Basket{{{"mug", 1}}});
    EXPECT_EQ(said(world.complete(id, "k1", token).value(), "verdict"), "unknown") << token;
    EXPECT_EQ(said(world.complete(id, "k1", token).value(), "verdict"), "completed") << token;
    EXPECT_THAT(world.violations(), IsEmpty()) << token;
  }
}

TEST(Payment, AnotherAmountIsHeldForReviewNeitherCompletedNorReleased) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  EXPECT_EQ(said(world.complete(id, "k1", "tok_wrong_amount").value(), "verdict"), "unknown");
  for (int i = 0; i < 12; ++i) {
    world.outside.clock.advance(std::chrono::hours{1});
    world.tick();
    world.expire();
    EXPECT_EQ(said(world.complete(id, "k1", "tok_wrong_amount").value(), "verdict"), "unknown");
  }
  EXPECT_EQ(world.outside.wire->count("GET"), 0U) << "a person decides, asking would not help";
  EXPECT_EQ(world.text("SELECT order_state FROM purchase"), "held");
  EXPECT_EQ(world.text("SELECT state FROM attempt"), "review");
  EXPECT_EQ(world.number("SELECT reserved FROM stock WHERE variant_id = 'mug'"), 1);
  EXPECT_EQ(world.complete(id, "k2").has_value(), true) << "another key only hears that it is under way";
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, WhileTheGatewayThinksEverybodySeesThatItIsUnderWay) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_EQ(said(world.get(id).value(), "state"), "open");
  world.outside.wire->hold();
  std::optional<Result<Answer>> paying;
  world.start(world.completing(id, "k1"), paying);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  EXPECT_EQ(said(world.get(id).value(), "state"), "completing");
  EXPECT_EQ(said(world.update(id, Basket{{{"mug", 9}}}).value(), "state"), "completing");
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kIdempotencyInFlight);
  EXPECT_EQ(said(world.complete(id, "k2").value(), "verdict"), "unknown");
  EXPECT_EQ(world.cancel(id).error().code, Errc::kPaymentUnderWay);
  EXPECT_EQ(world.tick(), 0U) << "the lease is held";
  world.outside.wire->let_go();
  world.run_until([&] { return paying.has_value(); });
  EXPECT_EQ(said(paying->value(), "total"), "2071");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, AnOwnerThatSleptThroughItsLeaseMayNotWriteAnyMore) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  world.outside.wire->hold();
  std::optional<Result<Answer>> slow;
  world.start(world.completing(id, "k1"), slow);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  world.outside.clock.advance(seconds{21});
  std::optional<Result<std::size_t>> ticked;
  world.start(world.process->completer.resume_lapsed(), ticked);
  world.run_until([&] { return world.outside.wire->waiting() == 2; });
  world.outside.wire->let_go();
  world.run_until([&] { return slow && ticked; });
  world.tick();  // What the loser left behind: nothing is to be done about a success that counts.
  ASSERT_EQ(world.text("SELECT order_state FROM purchase"), "confirmed");
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Payment, ABuyerWhoAsksAgainAndAgainLeavesNoRowForEachQuestion) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  ASSERT_EQ(said(world.complete(id, "k", "tok_action").value(), "verdict"), "needs_buyer");
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(said(world.complete(id, "again " + std::to_string(i), "tok_action").value(), "verdict"), "needs_buyer")
        << i;
  }
  EXPECT_LE(world.number("SELECT count(*) FROM attempt_event"), 64);
  world.approve();
  EXPECT_EQ(said(world.complete(id, "last", "tok_action").value(), "verdict"), "completed");
  EXPECT_EQ(world.number("SELECT count(*) FROM attempt_event WHERE kind IN ('captured', 'authorized')"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

}  // namespace
}  // namespace kassa::sim
