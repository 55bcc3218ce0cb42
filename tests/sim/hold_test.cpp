// A completion holds its checkout until step D1 is decided: however long that takes, whoever looks at it meanwhile, and
// no longer than that.

#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;
using ::testing::IsEmpty;

class Hold : public testing::Test {
 protected:
  /// A completion waits for its step D1.
  void begin(const std::string& key, std::optional<Result<Answer>>& answer) {
    world.process->main.stall("reserve");
    world.start(world.completing(id, key), answer);
    world.run_until([this] { return world.process->main.stalls(); });
  }
  void end(std::optional<Result<Answer>>& answer) {
    world.process->main.go_on();
    world.run_until([&answer] { return answer.has_value(); });
  }

  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
};

TEST_F(Hold, OutlivesADiskThatStandsStill) {
  std::optional<Result<Answer>> answer;
  begin("k1", answer);
  world.outside.clock.advance(std::chrono::seconds{30});
  const auto refused = world.update(id, Basket{{{"card", 3}}});
  EXPECT_EQ(said(refused.value(), "notices"), "[\"payment_in_progress\"]");
  EXPECT_EQ(said(world.get(id).value(), "total"), "1190");
  end(answer);
  EXPECT_EQ(answer->error().code, Errc::kIdempotencyInFlight) << "its lease is over: another may be at work";
  EXPECT_EQ(world.tick(), 1U);
  EXPECT_EQ(said(world.get(id).value(), "state"), "completed");
  EXPECT_EQ(world.booked("SELECT sum(amount) FROM charge"), 1190);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST_F(Hold, IsNotMovedByWhoeverLooks) {
  std::optional<Result<Answer>> answer;
  begin("k1", answer);
  checkout::Caller other = world.caller;
  other.principal = "key:backend";
  other.sees = "ucp:";
  const auto shown = world.run(world.process->service.get(other, CheckoutId{id}));
  EXPECT_EQ(said(shown.value(), "total"), "1190");
  world.flush();
  end(answer);
  ASSERT_TRUE(*answer);
  EXPECT_EQ(said(answer->value(), "verdict"), "completed") << "no row of a look was newer";
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST_F(Hold, EndsWithACompletionThatCouldNotBegin) {
  world.process->main.refuse("reserve", 1);
  EXPECT_EQ(world.complete(id, "k1").error().code, Errc::kStoreUnavailable);
  EXPECT_EQ(said(world.update(id, Basket{{{"card", 3}}}).value(), "total"), "3570") << "at once";
  EXPECT_EQ(said(world.complete(id, "k1").value(), "verdict"), "completed");
  EXPECT_EQ(world.booked("SELECT sum(amount) FROM charge"), 3570);
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST_F(Hold, EndsForEverybodyWhoBeganOnIt) {
  std::optional<Result<Answer>> first;
  begin("k1", first);
  world.process->main.refuse("reserve", 1);
  EXPECT_EQ(world.complete(id, "k2").error().code, Errc::kStoreUnavailable);
  EXPECT_EQ(said(world.update(id, Basket{{{"card", 3}}}).value(), "total"), "3570");
  end(first);
  ASSERT_TRUE(*first) << first->error().detail;
  EXPECT_EQ(world.booked("SELECT coalesce(sum(amount), 0) FROM charge"),
            said(first->value(), "verdict") == "completed" ? 3570 : 0)
      << "the last total that was told, or none";
  EXPECT_EQ(said(world.get(id).value(), "total"), "3570") << "no change is lost";
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST_F(Hold, EndsForEverybodyWhenOneWhoBeganOnItIsRefused) {
  const std::string all = world.create(Basket{{{"rare", 10}}});
  world.process->main.stall("reserve");
  std::optional<Result<Answer>> first;
  world.start(world.completing(all, "k1"), first);
  world.run_until([this] { return world.process->main.stalls(); });
  // Another process has one of them for a while.
  const auto reserve_elsewhere = [this](std::int64_t pieces) {
    ports::Transaction other("elsewhere", kShop);
    other.add(ports::Step(
        "UPDATE stock SET reserved = reserved + $1 WHERE variant_id = 'rare' AND location_id = 'here'", {pieces}));
    return world.run(world.process->main.commit(std::move(other))).has_value();
  };
  ASSERT_TRUE(reserve_elsewhere(1));
  const auto second = world.complete(all, "k2");
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(said(second.value(), "verdict"), "out_of_stock");
  const std::string told = said(world.update(all, Basket{{{"rare", 2}}}).value(), "total");
  ASSERT_TRUE(reserve_elsewhere(-1));
  end(first);
  ASSERT_TRUE(*first) << first->error().detail;
  EXPECT_EQ(std::to_string(world.number("SELECT coalesce(sum(captured), 0) FROM attempt")),
            said(first->value(), "verdict") == "completed" ? told : "0")
      << "never the total of before";
  EXPECT_THAT(world.violations(), IsEmpty());
}

TEST_F(Hold, OfADeadProcessLapses) {
  world.flush();
  world.process->fate.die_at_point("reserve.before", 1);
  EXPECT_THROW(static_cast<void>(world.complete(id, "k1")), ProcessKilled);
  world.kill_and_restart();
  EXPECT_EQ(said(world.update(id, Basket{{{"card", 3}}}).value(), "total"), "3570");
  EXPECT_THAT(world.violations(), IsEmpty());
}

}  // namespace
}  // namespace kassa::sim
