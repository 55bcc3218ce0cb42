// Two nodes of a service while Redis works: both see one session, and of two changes one wins.

#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>

#include "services/checkout/edit.hpp"
#include "tests/conformance/session_cache/two_nodes.hpp"

namespace kassa::checkout {
namespace {

TEST_F(SharedSessions, AnotherNodeSeesASessionAtOnceAndWhole) {
  create();
  const auto there = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_EQ(there->store, kShop);
  EXPECT_EQ(there->buyer.email, "ann@example.com");
  ASSERT_EQ(there->answers.size(), 1U);
  EXPECT_EQ(*there->answers[0]->body, "{\"n\":1}");
  EXPECT_EQ(accepted(b), "hash 1");
  EXPECT_TRUE(change(b, "hash 2"));
  EXPECT_EQ(accepted(a), "hash 2");
}

TEST_F(SharedSessions, RedisLearnsNothingAboutThePerson) {
  create();
  const std::string value = redis.command({"GET", platform::RedisSessionCache::key_of(kShop, kOne)}).text;
  EXPECT_GT(value.size(), 100U);
  for (const char* known : {"ann", "example.com", "hash 1", "{\"n\":1}"}) {
    EXPECT_EQ(value.find(known), std::string::npos) << known;
  }
}

TEST_F(SharedSessions, AValueOfAnotherCheckoutIsRefused) {
  create();
  const std::string value = redis.command({"GET", platform::RedisSessionCache::key_of(kShop, kOne)}).text;
  const CheckoutId other{"chk_other"};
  static_cast<void>(redis.command({"SET", platform::RedisSessionCache::key_of(kShop, other), value}));
  const auto found = run(b.cache.get(kShop, other));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::kSealBroken);
}

TEST_F(SharedSessions, OfTwoChangesOnOneVersionOneIsMadeAgain) {
  create();
  const auto base_a = run(a.sessions.load(kShop, kOne)).value();
  const auto base_b = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_TRUE(save_on(a, base_a, "hash a"));
  EXPECT_FALSE(save_on(b, base_b, "hash b"));
  EXPECT_TRUE(change(b, "hash b"));
  EXPECT_EQ(accepted(a), "hash b");
}

TEST_F(SharedSessions, AnAnswerThatCannotBeOpenedCostsItsRepeatAndNotTheCheckout) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  ports::Transaction damage("damage", kShop);
  damage.add(ports::Step("UPDATE checkout_answer SET sealed_body = $1", {Bytes(64, std::byte{1})}));
  ASSERT_TRUE(run(shared.main->commit(std::move(damage))).value().applied);
  static_cast<void>(redis.command({"FLUSHALL"}));
  const auto session = run(b.sessions.load(kShop, kOne));
  ASSERT_TRUE(session) << session.error().detail;
  EXPECT_TRUE(session.value()->answers.empty());
  EXPECT_TRUE(shared.log.saw("session.answer_damaged"));
}

TEST_F(SharedSessions, OnlySoManyWaitForARowThatMayNeverCome) {
  const auto began = std::chrono::steady_clock::now();
  for (const char* invented : {"chk_x", "chk_zzzzzzzzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_EQ(run(b.sessions.load(kShop, CheckoutId{invented})).error().code, Errc::kNotFound);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, limits::kJournalDelay) << "no key gives such an id";
  std::vector<std::optional<Result<SessionPtr>>> answers(100);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const CheckoutId id{"chk_" + std::string(34, 'z') + std::to_string(10 + i % 90)};
    asio::co_spawn(shared.io, keep_result(b.sessions.load(kShop, id), answers[i]), boost::asio::detached);
  }
  shared.io.restart();
  while (!std::ranges::all_of(answers, [](const auto& answer) { return answer.has_value(); })) shared.io.run_one();
  std::map<Errc, int> told;
  for (const auto& answer : answers) told[answer->error().code] += 1;
  EXPECT_EQ(told[Errc::kNotFound], 32);
  EXPECT_EQ(told[Errc::kStoreUnavailable], 68) << "they may ask again";
}

TEST_F(SharedSessions, AnswersDoNotPileUpWhereRequestsAlternate) {
  create();
  for (int i = 0; i < 100; ++i) {
    Node& node = i % 2 == 0 ? a : b;
    const auto base = run(node.sessions.load(kShop, kOne)).value();
    if (base->answers.size() > limits::kStoredAnswersPerSessionMax) run_void(node.sessions.relieve(base));
    auto next = std::make_shared<Session>(*base);
    next->version.n += 1;
    KeyUse use;
    use.scope = "scope";
    use.key = "key " + std::to_string(i);
    Answer answer;
    answer.body = std::make_shared<const std::string>("{}");
    keep_answer(use, answer, shared.clock.now(), *next);
    EXPECT_LE(next->answers.size(), limits::kStoredAnswersPerSessionMax + 1) << i;
    ASSERT_TRUE(run(node.sessions.save(next, base->version)).value());
    if (i % 10 == 0) {
      ASSERT_TRUE(run(node.sessions.flush()));
    }
  }
  // And none is forgotten.
  for (Node* node : {&a, &b}) ASSERT_TRUE(run(node->sessions.flush()));
  ports::Step count("SELECT count(*) FROM checkout_answer");
  EXPECT_EQ(ports::as_int(run(shared.main->query(std::move(count))).value()[0][0]), 101);
}

TEST_F(SharedSessions, ARecentCopyIsEnoughToWriteOn) {
  create();
  const SessionPtr recent = a.sessions.recent(kShop, kOne);
  ASSERT_NE(recent, nullptr);
  ASSERT_TRUE(change(b, "hash 2"));
  EXPECT_FALSE(save_on(a, recent, "hash 3")) << "it was old";
  const SessionPtr brought = a.sessions.recent(kShop, kOne);
  ASSERT_NE(brought, nullptr);
  EXPECT_TRUE(save_on(a, brought, "hash 3"));
}

}  // namespace
}  // namespace kassa::checkout
