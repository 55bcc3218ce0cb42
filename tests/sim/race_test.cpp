// Many at once: for one checkout, for the last units, for the last uses of a code.

#include <set>

#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using ::testing::IsEmpty;

using Outcomes = std::vector<std::optional<Result<Answer>>>;

std::string outcome_of(const Result<Answer>& answer) {
  return answer ? said(answer.value(), "verdict") : std::string(describe(answer.error().code).slug);
}

std::map<std::string, int> tally(const Outcomes& outcomes) {
  std::map<std::string, int> out;
  for (const auto& outcome : outcomes) out[outcome_of(outcome.value())] += 1;
  return out;
}

/// One completion for each (checkout, key), all at once.
Outcomes complete_all(World& world, const std::vector<std::pair<std::string, std::string>>& requests) {
  Outcomes outcomes(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    world.start(world.completing(requests[i].first, requests[i].second), outcomes[i]);
  }
  world.run_until(
      [&] { return std::ranges::all_of(outcomes, [](const auto& outcome) { return outcome.has_value(); }); });
  return outcomes;
}

TEST(Race, TheSameRequestManyTimesAtOnceIsOneOrder) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  const std::vector<std::pair<std::string, std::string>> requests(20, {id, "k1"});
  auto counts = tally(complete_all(world, requests));
  EXPECT_GE(counts["completed"], 1);
  EXPECT_EQ(counts["completed"] + counts["idempotency_in_flight"], 20);
  EXPECT_EQ(world.number("SELECT count(*) FROM purchase WHERE order_state = 'confirmed'"), 1);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, ASecondClickIsNotToldThatItsOwnGoodsAreGone) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world(seed);
    const std::string id = world.create(Basket{{{"rare", 10}}});
    auto counts = tally(complete_all(world, {{id, "k1"}, {id, "k2"}, {id, "k3"}}));
    EXPECT_EQ(counts["completed"], 1) << seed;
    EXPECT_EQ(counts["out_of_stock"] + counts["not_ready"], 0) << seed;
    EXPECT_EQ(said(world.get(id).value(), "state"), "completed") << seed;
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

TEST(Race, ManyKeysAtOnceAreOneOrderAndTheOthersHearThatItIsUnderWay) {
  World world;
  const std::string id = world.create(Basket{{{"mug", 1}}});
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 10; ++i) requests.emplace_back(id, "k" + std::to_string(i));
  auto counts = tally(complete_all(world, requests));
  EXPECT_EQ(counts["completed"], 1);
  EXPECT_EQ(counts["unknown"] + counts["checkout_terminal"], 9);
  EXPECT_EQ(world.number("SELECT count(*) FROM idempotency"), 1);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, FiftyShoppersForTenUnitsAreTenOrders) {
  World world;
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 50; ++i) requests.emplace_back(world.create(Basket{{{"rare", 1}}}), "k");
  const Outcomes outcomes = complete_all(world, requests);
  auto counts = tally(outcomes);
  EXPECT_EQ(counts["completed"], 10);
  EXPECT_EQ(counts["out_of_stock"], 40);
  EXPECT_EQ(world.number("SELECT sum(sold) FROM stock WHERE variant_id = 'rare'"), 10);
  EXPECT_EQ(world.number("SELECT sum(reserved) FROM stock"), 0);
  EXPECT_EQ(world.booked("SELECT count(*) FROM charge"), 10);
  EXPECT_THAT(world.violations(), IsEmpty());
  // What is shown is what the rows say, each change of them counted.
  std::int64_t on_hand = 0;
  std::int64_t versions = 0;
  for (const ports::StockLevel& level : world.process->stock.levels(world.caller.store, VariantId{"rare"})) {
    on_hand += level.on_hand;
    versions += level.version;
  }
  EXPECT_EQ(on_hand, world.number("SELECT sum(on_hand) FROM stock WHERE variant_id = 'rare'"));
  EXPECT_EQ(versions, world.number("SELECT sum(version) FROM stock WHERE variant_id = 'rare'"));
  EXPECT_GE(versions, 20) << "ten times taken and sold";
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (outcome_of(outcomes[i].value()) == "completed") continue;
    EXPECT_EQ(said(world.get(requests[i].first).value(), "messages"), "[\"out_of_stock\"]");
    break;
  }
}

TEST(Race, TwoPlacesTogetherServeWhatOneCannot) {
  World world;
  const std::string id = world.create(Basket{{{"rare", 9}}});
  EXPECT_EQ(said(world.complete(id, "k").value(), "verdict"), "completed");
  EXPECT_EQ(world.number("SELECT sold FROM stock WHERE variant_id = 'rare' AND location_id = 'here'"), 6);
  EXPECT_EQ(world.number("SELECT sold FROM stock WHERE variant_id = 'rare' AND location_id = 'there'"), 3);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, TwentyShoppersForFiveUsesOfACode) {
  World world;
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 20; ++i) requests.emplace_back(world.create(Basket{{{"mug", 1}}, {"FIVE"}}), "k");
  auto counts = tally(complete_all(world, requests));
  EXPECT_EQ(counts["completed"], 5);
  EXPECT_EQ(counts["limit_reached"], 15);
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'five'"), 5);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, WhoLosesTheLastUseIsShownTheNewTotalAtOnce) {
  World world;
  const Basket basket{{{"card", 1}}, {"FIVE"}};
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 6; ++i) requests.emplace_back(world.create(basket), "k");
  world.process->snapshots.stop_reading();
  const Outcomes outcomes = complete_all(world, requests);
  auto counts = tally(outcomes);
  ASSERT_EQ(counts["limit_reached"], 1);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (outcome_of(outcomes[i].value()) != "limit_reached") continue;
    const std::string& id = requests[i].first;
    EXPECT_EQ(said(outcomes[i]->value(), "total"), "1190") << "10.00 and 19 %, without the code";
    EXPECT_EQ(said(world.get(id).value(), "total"), "1190");
    EXPECT_EQ(outcome_of(world.complete(id, "k2")), "completed") << "the total that was shown is the one that counts";
  }
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, ABudgetIsSpentToTheLastCentAndNoFurther) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seed);
    const Basket basket{{{"card", 1}}, {"MONEY"}};
    std::vector<std::string> buyers;
    for (int i = 0; i < 30; ++i) buyers.push_back(world.create(basket));
    EXPECT_EQ(said(world.get(buyers.front()).value(), "total"), "952") << "10.00 less 20 % and 19 %";
    if (seed % 2 == 0) world.process->snapshots.stop_reading();
    for (int round = 0; round < 8 && !buyers.empty(); ++round) {
      std::vector<std::pair<std::string, std::string>> requests;
      for (const std::string& id : buyers) requests.emplace_back(id, "k" + std::to_string(round));
      const Outcomes outcomes = complete_all(world, requests);
      std::vector<std::string> refused;
      for (std::size_t i = 0; i < buyers.size(); ++i) {
        if (outcome_of(*outcomes[i]) == "completed") continue;
        EXPECT_THAT(outcome_of(*outcomes[i]), ::testing::AnyOf("limit_reached", "price_changed")) << seed;
        EXPECT_GT(std::stoll(said(outcomes[i]->value(), "total")), 952) << seed << ": told what it costs now";
        refused.push_back(buyers[i]);
      }
      buyers = std::move(refused);
    }
    EXPECT_TRUE(buyers.empty()) << seed;
    const std::int64_t spent = world.number("SELECT spent FROM discount_budget");
    EXPECT_EQ(spent, 1500) << seed << ": also where all levels count as just read";
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

TEST(Race, MoneyThatADeclineGaveBackIsThereForTheNext) {
  World world;
  const Basket all{{{"card", 8}}, {"MONEY"}};
  const std::string slow = world.create(all);
  const std::string next = world.create(all);
  EXPECT_EQ(said(world.get(slow).value(), "total"), "7735") << "80.00 less 15.00, all that there is, and 19 %";
  world.outside.wire->hold();
  std::optional<Result<Answer>> declined;
  world.start(world.completing(slow, "k", "tok_declined"), declined);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  const auto meanwhile = world.complete(next, "k");
  EXPECT_EQ(outcome_of(meanwhile), "limit_reached");
  EXPECT_EQ(said(meanwhile.value(), "total"), "9520");
  world.outside.wire->let_go();
  world.run_until([&] { return declined.has_value(); });
  ASSERT_EQ(outcome_of(*declined), "declined");
  EXPECT_EQ(world.number("SELECT spent FROM discount_budget"), 0);
  EXPECT_EQ(outcome_of(world.complete(next, "k2")), "price_changed");
  EXPECT_EQ(outcome_of(world.complete(next, "k3")), "completed");
  EXPECT_EQ(world.number("SELECT spent FROM discount_budget"), 1500);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, TheLastGiftsGoToWhoeverPaysFirstAndTheOthersBuyWithout) {
  World world;
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 20; ++i) {
    const Basket basket{{{"card", 1}}, {"PRESENT"}, "buyer" + std::to_string(i) + "@shop.example"};
    requests.emplace_back(world.create(basket), "k");
  }
  auto counts = tally(complete_all(world, requests));
  EXPECT_EQ(counts["completed"], 10);
  EXPECT_EQ(world.number("SELECT sum(sold) FROM stock WHERE variant_id = 'rare'"), 10);
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'present'"), 10);
  int without = 0;
  for (const auto& [id, key] : requests) {
    if (said(world.get(id).value(), "state") == "completed") continue;
    if (outcome_of(world.complete(id, "k2")) == "completed" || outcome_of(world.complete(id, "k3")) == "completed")
      ++without;
    EXPECT_EQ(said(world.get(id).value(), "messages"), "[\"gift_unavailable\"]");
  }
  EXPECT_EQ(without, 10);
  EXPECT_EQ(world.number("SELECT count(*) FROM redemption WHERE discount_id = 'present'"), 10);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, AGiftOfAPaymentThatIsDeclinedIsThereForTheNext) {
  World world;
  const Basket basket{{{"card", 1}}, {"PRESENT"}, "jane@shop.example"};
  EXPECT_EQ(outcome_of(world.complete(world.create(basket), "k", "tok_declined")), "declined");
  EXPECT_EQ(world.number("SELECT sum(reserved) FROM stock"), 0);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(outcome_of(world.complete(world.create(basket), "k")), "completed");
  EXPECT_EQ(world.number("SELECT sum(sold) FROM stock WHERE variant_id = 'rare'"), 2);
  const std::string third = world.create(basket);
  EXPECT_EQ(outcome_of(world.complete(third, "k")), "limit_reached") << "two for each customer";
  EXPECT_EQ(outcome_of(world.complete(third, "k2")), "completed");
  EXPECT_EQ(world.number("SELECT sum(sold) FROM stock WHERE variant_id = 'rare'"), 2);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, ALimitPerCustomerHoldsByEMailHoweverItIsWritten) {
  World world;
  std::vector<std::pair<std::string, std::string>> requests;
  for (const std::string email : {"jane@shop.example", " JANE@shop.example ", "Jane@Shop.Example"}) {
    requests.emplace_back(world.create(Basket{{{"mug", 1}}, {"ONCE"}, email}), "k");
  }
  requests.emplace_back(world.create(Basket{{{"mug", 1}}, {"ONCE"}, "john@shop.example"}), "k");
  requests.emplace_back(world.create(Basket{{{"mug", 1}}, {"ONCE"}}), "k");
  auto counts = tally(complete_all(world, requests));
  EXPECT_EQ(counts["completed"], 3);
  EXPECT_EQ(counts["limit_reached"], 2);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, AChangeBesideACompletionIsNeitherLostNorPaidAsItWas) {
  int changed = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world(seed);
    const std::string id = world.create(Basket{{{"card", 1}}});
    Outcomes outcomes(2);
    const bool change_first = seed % 4 == 0;
    if (change_first) world.start(world.changing(id, Basket{{{"card", 3}}}), outcomes[1]);
    world.start(world.completing(id, "k"), outcomes[0]);
    for (std::uint64_t step = 1; step < seed; ++step) world.outside.io.poll_one();
    if (!change_first) world.start(world.changing(id, Basket{{{"card", 3}}}), outcomes[1]);
    world.run_until([&] { return outcomes[0] && outcomes[1]; });
    const bool made = *outcomes[1] && said(outcomes[1]->value(), "notices") != "[\"payment_in_progress\"]";
    made ? ++changed : ++refused;
    EXPECT_EQ(outcome_of(*outcomes[0]), "completed") << seed;
    EXPECT_EQ(world.booked("SELECT sum(amount) FROM charge"), made ? 3570 : 1190) << seed << ": 10.00 each and 19 %";
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
  EXPECT_GT(changed, 0);
  EXPECT_GT(refused, 0);
}

TEST(Race, OfTwoFirstOrdersOneHasTheWelcomePriceAndTheOtherIsToldTheNewTotal) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seed);
    std::vector<std::pair<std::string, std::string>> requests;
    for (const std::string email : {"jane@shop.example", " JANE@shop.example"}) {
      requests.emplace_back(world.create(Basket{{{"card", 1}}, {"WELCOME"}, email}), "k");
      EXPECT_EQ(said(world.get(requests.back().first).value(), "total"), "952") << "10.00 less 20 % and 19 %";
    }
    const Outcomes outcomes = complete_all(world, requests);
    auto counts = tally(outcomes);
    ASSERT_EQ(counts["completed"], 1) << seed;
    ASSERT_EQ(counts["price_changed"], 1) << seed;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (outcome_of(outcomes[i].value()) != "price_changed") continue;
      EXPECT_EQ(said(outcomes[i]->value(), "total"), "1190") << seed;
      EXPECT_EQ(outcome_of(world.complete(requests[i].first, "k2")), "completed") << seed;
    }
    EXPECT_EQ(world.number("SELECT count(*) FROM purchase WHERE order_state = 'confirmed' AND total = 952"), 1);
    EXPECT_EQ(world.number("SELECT count(*) FROM purchase WHERE order_state = 'confirmed' AND total = 1190"), 1);
    EXPECT_THAT(world.violations(), IsEmpty()) << seed;
  }
}

TEST(Race, AFirstOrderThatIsDeclinedGivesTheWelcomePriceBack) {
  World world;
  const Basket basket{{{"card", 1}}, {"WELCOME"}, "jane@shop.example"};
  const std::string first = world.create(basket);
  const std::string second = world.create(basket);
  world.outside.wire->hold();
  std::optional<Result<Answer>> declined;
  world.start(world.completing(first, "k", "tok_declined"), declined);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  const auto while_paying = world.complete(second, "k");
  EXPECT_EQ(outcome_of(while_paying), "price_changed") << "the first one is being paid for";
  EXPECT_EQ(said(while_paying.value(), "total"), "1190");
  world.outside.wire->let_go();
  world.run_until([&] { return declined.has_value(); });
  EXPECT_EQ(outcome_of(*declined), "declined");
  const auto afterwards = world.complete(second, "k2");
  EXPECT_EQ(outcome_of(afterwards), "price_changed");
  EXPECT_EQ(said(afterwards.value(), "total"), "952");
  EXPECT_EQ(outcome_of(world.complete(second, "k3")), "completed");
  EXPECT_EQ(outcome_of(world.complete(first, "k2")), "price_changed") << "it would be the second one now";
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, AUseThatADeclineGaveBackIsThereForEverybodyAgain) {
  World world;
  const Basket basket{{{"card", 1}}, {"FIVE"}};
  for (int i = 0; i < 4; ++i) ASSERT_EQ(outcome_of(world.complete(world.create(basket), "k")), "completed");
  world.outside.wire->hold();
  std::optional<Result<Answer>> declined;
  const std::string slow = world.create(basket);
  const std::string refused = world.create(basket);
  world.start(world.completing(slow, "k", "tok_declined"), declined);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  EXPECT_EQ(outcome_of(world.complete(refused, "k")), "limit_reached");
  world.outside.wire->let_go();
  world.run_until([&] { return declined.has_value(); });
  ASSERT_EQ(outcome_of(*declined), "declined");
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'five'"), 4);
  const std::string id = world.create(basket);
  EXPECT_EQ(said(world.get(id).value(), "total"), "1071") << "10.00 less 10 % and 19 %";
  EXPECT_EQ(outcome_of(world.complete(id, "k")), "completed");
  EXPECT_EQ(world.number("SELECT used FROM discount WHERE discount_id = 'five'"), 5);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, AUseThatCameBackCanBeUsedAgainByTheSameCustomer) {
  World world;
  const Basket basket{{{"mug", 1}}, {"TWICE"}, "jane@shop.example"};
  world.outside.wire->hold();
  std::optional<Result<Answer>> first;
  const std::string declined = world.create(basket);
  world.start(world.completing(declined, "k", "tok_declined"), first);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  std::optional<Result<Answer>> second;
  world.start(world.completing(world.create(basket), "k"), second);
  world.run_until([&] { return world.outside.wire->waiting() == 2; });
  world.outside.wire->let_go();
  world.run_until([&] { return first && second; });
  ASSERT_EQ(outcome_of(*first), "declined");
  ASSERT_EQ(outcome_of(*second), "completed");
  EXPECT_EQ(outcome_of(world.complete(declined, "k2")), "completed") << "one of two uses is left";
  EXPECT_EQ(world.number("SELECT count(*) FROM redemption"), 2);
  EXPECT_EQ(outcome_of(world.complete(world.create(basket), "k")), "limit_reached");
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, AUseThatCameBackIsThereForWhoSaysTheCodeAgain) {
  World world;
  const Basket basket{{{"mug", 1}}, {"ONCE"}, "jane@shop.example"};
  world.outside.wire->hold();
  std::optional<Result<Answer>> first;
  world.start(world.completing(world.create(basket), "k", "tok_declined"), first);
  world.run_until([&] { return world.outside.wire->waiting() == 1; });
  const std::string second = world.create(basket);
  const std::string reduced = said(world.get(second).value(), "total");
  EXPECT_EQ(outcome_of(world.complete(second, "k")), "limit_reached");
  world.outside.wire->let_go();
  world.run_until([&] { return first.has_value(); });
  ASSERT_EQ(outcome_of(*first), "declined");
  EXPECT_EQ(said(world.update(second, basket).value(), "total"), reduced);
  EXPECT_EQ(outcome_of(world.complete(second, "k2")), "completed");
  EXPECT_EQ(world.number("SELECT count(*) FROM redemption"), 1);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST(Race, ReadersAtOnceAfterAPriceChangeAllGetTheNewPrice) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  world.outside.merchant.set_price("card", 2000);
  Outcomes outcomes(8);
  for (auto& outcome : outcomes) world.start(world.process->service.get(world.caller, CheckoutId{id}), outcome);
  world.run_until(
      [&] { return std::ranges::all_of(outcomes, [](const auto& outcome) { return outcome.has_value(); }); });
  for (const auto& outcome : outcomes) {
    ASSERT_TRUE(*outcome) << outcome->error().detail;
    EXPECT_EQ(said(outcome->value(), "total"), "2380") << "19 % on top, nothing to ship";
  }
}

TEST(Race, OrderNumbersAreUniqueAndRise) {
  World world;
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 80; ++i) requests.emplace_back(world.create(Basket{{{"card", 1}}}), "k");
  complete_all(world, requests);
  EXPECT_EQ(world.number("SELECT count(DISTINCT number) FROM purchase"), 80);
  const std::int64_t highest = world.number("SELECT max(number) FROM purchase");
  world.kill_and_restart();
  ASSERT_TRUE(world.complete(world.create(Basket{{{"card", 1}}}), "k"));
  EXPECT_GT(world.number("SELECT max(number) FROM purchase"), highest);
}

}  // namespace
}  // namespace kassa::sim
