// Two nodes of a service between which single calls to Redis fail or are overtaken: a drop removes only what was looked
// at, and a completion holds the checkout or has the Store decide.

#include "services/checkout/quote.hpp"
#include "services/checkout/statements.hpp"
#include "tests/conformance/session_cache/two_nodes.hpp"

namespace kassa::checkout {
namespace {

/// One node's way to Redis.
class Way final : public ports::SessionCache {
 public:
  explicit Way(ports::SessionCache& inner) : inner_(inner) {}
  asio::awaitable<Result<std::optional<ports::SessionEntry>>> get(const StoreId& store, const CheckoutId& id) override {
    if (cut) co_return Error{Errc::kUpstreamNotSent, "cut"};
    co_return co_await inner_.get(store, id);
  }
  asio::awaitable<Result<bool>> put(const StoreId& store, const CheckoutId& id,
                                    std::optional<ports::SessionVersion> expected, ports::SessionEntry entry) override {
    if (cut || puts_not_sent-- > 0) co_return Error{Errc::kUpstreamNotSent, "cut"};
    auto kept = co_await inner_.put(store, id, expected, std::move(entry));
    if (replies_lost-- > 0) co_return Error{Errc::kUpstreamUnknown, "cut"};
    co_return kept;
  }
  asio::awaitable<Result<void>> drop(const StoreId& store, const CheckoutId& id) override {
    co_await overtake();
    co_return co_await inner_.drop(store, id);
  }
  asio::awaitable<Result<bool>> drop_seen(const StoreId& store, const CheckoutId& id,
                                          ports::SessionEntry seen) override {
    co_await overtake();
    co_return co_await inner_.drop_seen(store, id, std::move(seen));
  }
  [[nodiscard]] bool shared() const noexcept override { return true; }

  bool cut{false};
  int puts_not_sent{0};
  int replies_lost{0};
  std::function<asio::awaitable<void>()> before_drop;

 private:
  asio::awaitable<void> overtake() {
    const auto act = std::exchange(before_drop, nullptr);
    if (act) co_await act();
  }
  ports::SessionCache& inner_;
};

class Ways : public SharedSessions {
 protected:
  void SetUp() override {
    create();
    ASSERT_TRUE(run(a.sessions.flush()));
    base_ = run(b.sessions.load(kShop, kOne)).value();
  }
  asio::awaitable<void> change_on_b() {
    auto next = std::make_shared<Session>(*base_);
    next->version.n += 1;
    accept(*next, "agent", "hash of b");
    const auto kept = co_await b.sessions.save(next, base_->version);
    EXPECT_TRUE(kept && kept.value());
  }
  bool change_here(const std::string& hash) {
    const auto base = run(here_.load(kShop, kOne)).value();
    auto next = std::make_shared<Session>(*base);
    next->version.n += 1;
    accept(*next, "agent", hash);
    const auto kept = run(here_.save(next, base->version));
    return kept && kept.value();
  }
  bool hold_here() {
    auto quote = std::make_shared<Quote>();
    quote->currency = base_->currency;
    quote->hash = "held";
    return run(here_.hold(base_, quote, holder_));
  }
  /// As step D1 does, on what was held.
  bool completing_is_written() {
    auto begun = std::make_shared<Session>(*base_);
    begun->version.epoch += 1;
    begun->version.n += 1;
    begun->state = State::kCompleting;
    const auto key = run(a.persons.key_of(kShop, begun->person)).value();
    ports::Transaction reserve("reserve", kShop);
    reserve.add(statements::lock_checkout(*begun, here_.sealed(*begun, nullptr, key)));
    here_.add_untold(*begun, reserve, Sessions::Held::kInCache);
    return run(shared.main->commit(std::move(reserve))).value().applied;
  }

  SessionPtr base_;
  Way way_{a.cache};
  Sessions here_{{*shared.main, way_, a.persons, shared.box, shared.edits, shared.clock, shared.log}};
  std::shared_ptr<const void> alive_ = std::make_shared<char>();
  std::weak_ptr<const void> holder_ = alive_;
};

TEST_F(Ways, AChangeBetweenTheLookAtAnOldValueAndItsDropIsSeen) {
  way_.cut = true;
  ASSERT_TRUE(change_here("hash of the Store"));
  way_.cut = false;
  way_.before_drop = [this] { return change_on_b(); };
  const auto session = run(here_.load(kShop, kOne)).value();
  EXPECT_FALSE(way_.before_drop) << "the old value was dropped";
  EXPECT_EQ(accepted_by(*session, "agent"), nullptr) << "hash of b was told last";
}

TEST_F(Ways, AHoldThatWasNotAnsweredHolds) {
  way_.replies_lost = 1;
  ASSERT_TRUE(hold_here());
  EXPECT_TRUE(run(b.sessions.load(kShop, kOne)).value()->is_held(shared.clock.now()));
  EXPECT_TRUE(run(here_.load(kShop, kOne)).value()->is_held(shared.clock.now()));
  EXPECT_TRUE(completing_is_written());
}

TEST_F(Ways, WhereNoHoldIsPossibleTheStoreDecidesBetweenAChangeAndTheCompletion) {
  way_.puts_not_sent = 2;
  ASSERT_TRUE(hold_here());
  EXPECT_TRUE(change_here("hash of a change")) << "redis is back at once";
  EXPECT_FALSE(completing_is_written()) << "another total was told";
}

TEST_F(Ways, WhereNoHoldIsPossibleACompletionThatIsWrittenEndsChanges) {
  way_.puts_not_sent = 2;
  ASSERT_TRUE(hold_here());
  ASSERT_TRUE(completing_is_written());
  EXPECT_EQ(run(here_.load(kShop, kOne)).value()->state, State::kCompleting);
}

TEST_F(Ways, ACompletionThatRedisWasNotToldOfIsFoundByAnyNode) {
  way_.cut = true;
  ASSERT_TRUE(hold_here());
  ASSERT_TRUE(completing_is_written());
  // The node that wrote it is gone for good.
  EXPECT_EQ(run(b.sessions.load(kShop, kOne)).value()->state, State::kOpen);
  EXPECT_EQ(run(b.sessions.tell_untold()).value(), 1U);
  EXPECT_EQ(run(b.sessions.load(kShop, kOne)).value()->state, State::kCompleting);
  EXPECT_EQ(run(b.sessions.tell_untold()).value(), 0U);
}

TEST_F(Ways, ACompletionOfWhichRedisKnowsOnlyTheHoldIsLookedUpWhenThatLapses) {
  ASSERT_TRUE(hold_here());
  ASSERT_TRUE(completing_is_written());
  EXPECT_EQ(run(b.sessions.tell_untold()).value(), 0U) << "the hold says enough";
  EXPECT_TRUE(run(b.sessions.load(kShop, kOne)).value()->is_held(shared.clock.now()));
  EXPECT_NE(b.sessions.recent(kShop, kOne), nullptr);
  shared.clock.advance(limits::kLeaseTime + std::chrono::seconds{1});
  EXPECT_EQ(b.sessions.recent(kShop, kOne), nullptr);
  EXPECT_EQ(run(b.sessions.load(kShop, kOne)).value()->state, State::kCompleting);
}

TEST_F(Ways, AHoldOfACompletionThatCameToNothingLapsesAndWhatWasChangedBeforeStays) {
  ASSERT_TRUE(change_here("hash 2"));
  base_ = run(here_.load(kShop, kOne)).value();
  ASSERT_TRUE(hold_here());
  shared.clock.advance(limits::kLeaseTime + std::chrono::seconds{1});
  EXPECT_EQ(accepted(b), "hash 2") << "redis is newer than the journal";
  const auto session = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_FALSE(session->held_until) << "nobody asks the Store again";
}

TEST_F(Ways, WhatIsReleasedIsNotBoughtByWhoBeganOnTheSameHold) {
  ASSERT_TRUE(hold_here());
  run_void(here_.release(kShop, kOne));
  const auto open = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_FALSE(open->is_held(shared.clock.now()));
  EXPECT_NE(accepted_by(*open, "agent"), nullptr);
  EXPECT_FALSE(completing_is_written());
  ASSERT_TRUE(run(here_.flush()));
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(accepted(b), "hash 1") << "the row was written in place of redis, and nobody changed it since";
}

}  // namespace
}  // namespace kassa::checkout
