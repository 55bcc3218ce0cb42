// Two nodes of a service: sessions over one real Redis and one SQLite file. Whatever Redis does, nobody is shown less
// than what the Store was told, and what was accepted counts only where nobody can have been shown anything newer.

#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <sstream>

#include "services/checkout/edit.hpp"
#include "services/checkout/session_codec.hpp"
#include "services/checkout/sessions.hpp"
#include "services/checkout/statements.hpp"
#include "services/platform/crypto/secret_box.hpp"
#include "services/platform/store/sqlite_store.hpp"
#include "services/shoppers/person_keys.hpp"
#include "tests/conformance/session_cache/backend.hpp"

namespace kassa::checkout {
namespace {

using namespace std::chrono_literals;

std::array<std::byte, 32> master_key() {
  std::array<std::byte, 32> key{};
  key.fill(std::byte{7});
  return key;
}

class NoEdits final : public ports::LastEdits {
 public:
  void note(const CheckoutId&, ports::SessionVersion) noexcept override {}
  [[nodiscard]] bool is_last(const CheckoutId&, ports::SessionVersion) const noexcept override { return true; }
};

/// What both nodes share.
struct Shared {
  Shared() {
    std::signal(SIGPIPE, SIG_IGN);
    open(main, "main", "main/0001_core.sql");
    open(keys, "keys", "keys/0001_person_key.sql");
  }
  void open(std::unique_ptr<platform::SqliteStore>& store, const std::string& name, const std::string& schema) {
    platform::SqliteOptions options;
    options.file = folder.path() / (name + ".db");
    store = std::make_unique<platform::SqliteStore>(options, failpoints, log, metrics, [] { ADD_FAILURE(); });
    std::ostringstream text;
    text << std::ifstream("infra/migrations/" + schema).rdbuf();
    const std::string sql = text.str();
    const std::pair<std::string_view, std::string_view> migrations[] = {{"0001", sql}};
    const auto opened = store->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }

  TemporaryFolder folder{TemporaryFolder::On::kMemory};
  GateFailpoints failpoints;
  SummingMetrics metrics;
  EventLog log;
  ManualClock clock;
  SeededRandom random;
  platform::SodiumSecretBox box{master_key()};
  NoEdits edits;
  asio::io_context io;
  std::unique_ptr<platform::SqliteStore> main;
  std::unique_ptr<platform::SqliteStore> keys;
};

struct Node {
  Node(Shared& shared, const std::string& url)
      : persons(*shared.keys, shared.box, shared.clock, shared.random, [] {}),
        codec(persons, shared.box),
        cache(std::vector<asio::io_context*>{&shared.io}, platform::parse_redis_url(url).value(), codec, shared.clock,
              shared.log, shared.metrics),
        sessions({*shared.main, cache, persons, shared.box, shared.edits, shared.clock, shared.log}) {}
  shoppers::CachedPersonKeys persons;
  SealedSessionCodec codec;
  platform::RedisSessionCache cache;
  Sessions sessions;
};

class SharedSessions : public testing::Test {
 protected:
  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> result;
    bool ended = false;
    asio::co_spawn(shared.io, keep_result(std::move(work), result), [&](const std::exception_ptr& error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
    shared.io.restart();
    while (!ended) shared.io.run_one();
    return std::move(*result);
  }

  void run_void(asio::awaitable<void> work) {
    bool ended = false;
    asio::co_spawn(shared.io, std::move(work), [&](const std::exception_ptr& error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
    shared.io.restart();
    while (!ended) shared.io.run_one();
  }

  SessionPtr create() {
    auto session = std::make_shared<Session>();
    session->store = kShop;
    session->id = kOne;
    session->person = a.persons.create(kShop);
    session->currency = *Currency::from_code("EUR");
    session->created_at = shared.clock.now();
    session->expires_at = shared.clock.now() + 1h;
    session->version.n = 1;
    session->buyer.email = "ann@example.com";
    accept(*session, "agent", "hash 1");
    auto answer = std::make_shared<StoredAnswer>();
    answer->scope_and_key = "key 1";
    answer->body = std::make_shared<const std::string>("{\"n\":1}");
    session->answers.push_back(std::move(answer));
    EXPECT_TRUE(run(a.sessions.save(session, std::nullopt)).value());
    return session;
  }
  /// A change by one node, based on what it loads.
  bool change(Node& node, const std::string& hash) {
    const auto base = run(node.sessions.load(kShop, kOne));
    if (!base) return false;
    return save_on(node, base.value(), hash);
  }
  bool save_on(Node& node, const SessionPtr& base, const std::string& hash) {
    auto next = std::make_shared<Session>(*base);
    next->version.n += 1;
    accept(*next, "agent", hash);
    const auto kept = run(node.sessions.save(next, base->version));
    return kept && kept.value();
  }
  std::string accepted(Node& node) {
    const auto session = run(node.sessions.load(kShop, kOne));
    if (!session) return "error: " + session.error().detail;
    const std::string* hash = accepted_by(*session.value(), "agent");
    return hash == nullptr ? "nothing" : *hash;
  }
  ports::SessionVersion version(Node& node) { return run(node.sessions.load(kShop, kOne)).value()->version; }
  void go_away() {
    redis.kill();
    for (Node* node : {&a, &b}) static_cast<void>(run(node->cache.get(kShop, kOne)));
  }
  void come_back() {
    redis.start();
    for (Node* node : {&a, &b}) {
      ASSERT_TRUE(eventually([&] { return run(node->cache.get(kShop, kOne)).has_value(); }));
    }
  }
  /// As after a partition: Redis has what it had, and `a` has written something newer.
  void fall_behind() {
    create();
    ASSERT_TRUE(run(a.sessions.flush()));
    const std::string key = platform::RedisSessionCache::key_of(kShop, kOne);
    const std::string old = redis.command({"GET", key}).text;
    go_away();
    ASSERT_TRUE(change(a, "hash 2"));
    redis.start();
    static_cast<void>(redis.command({"SET", key, old}));
  }

  Shared shared;
  RedisServer redis;
  Node a{shared, redis.url()};
  Node b{shared, redis.url()};
};

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

TEST_F(SharedSessions, AfterAFlushTheJournalServesAndNothingAcceptedCounts) {
  create();
  ASSERT_TRUE(change(a, "hash 2"));
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(accepted(a), "nothing") << "another node may have shown something newer";
  EXPECT_GT(version(a), (ports::SessionVersion{0, 2})) << "under an epoch of its own";
  EXPECT_EQ(version(b), version(a));
  EXPECT_EQ(run(b.sessions.load(kShop, kOne)).value()->answers.size(), 1U);
}

TEST_F(SharedSessions, AForkThatWasLostInAFlushLosesInTheJournal) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  ASSERT_TRUE(change(b, "hash of b"));  // Not yet in the journal when Redis forgets it.
  static_cast<void>(redis.command({"FLUSHALL"}));
  ASSERT_TRUE(change(a, "hash of a"));
  ASSERT_TRUE(run(b.sessions.flush()));
  ASSERT_TRUE(run(a.sessions.flush()));
  EXPECT_EQ(accepted(a), "hash of a");
  EXPECT_EQ(accepted(b), "hash of a");
}

TEST_F(SharedSessions, WhileRedisIsAwayTheStoreServesAndCompares) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  go_away();
  EXPECT_EQ(accepted(b), "nothing") << "the journal follows the answer, so there may have been a newer one";
  const auto base_a = run(a.sessions.load(kShop, kOne)).value();
  const auto base_b = run(b.sessions.load(kShop, kOne)).value();
  EXPECT_TRUE(save_on(a, base_a, "hash a"));
  EXPECT_FALSE(save_on(b, base_b, "hash b"));
  EXPECT_EQ(accepted(b), "hash a") << "it was written before it was answered";
  EXPECT_TRUE(change(b, "hash b"));
  EXPECT_EQ(accepted(a), "hash b");
  come_back();
  EXPECT_EQ(accepted(a), "hash b");
  EXPECT_EQ(accepted(b), "hash b");
  EXPECT_TRUE(change(b, "hash c"));
  EXPECT_EQ(accepted(a), "hash c");
}

TEST_F(SharedSessions, ACheckoutCanBeginWhileRedisIsAway) {
  go_away();
  create();
  EXPECT_EQ(accepted(b), "hash 1");
  EXPECT_TRUE(change(b, "hash 2"));
  come_back();
  EXPECT_EQ(accepted(a), "hash 2");
}

asio::awaitable<void> flush(Sessions& sessions) {
  const auto flushed = co_await sessions.flush();
  EXPECT_TRUE(flushed);
}

TEST_F(SharedSessions, WhatAFlushTookBeforeItsRowWasWrittenIsWaitedFor) {
  create();
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(run(b.sessions.load_at_once(kShop, kOne)).error().code, Errc::kNotFound);
  asio::steady_timer journal(shared.io, 100ms);
  journal.async_wait([this](const boost::system::error_code&) {
    asio::co_spawn(shared.io, flush(a.sessions), boost::asio::detached);
  });
  EXPECT_EQ(accepted(b), "nothing");
  const CheckoutId nobodys{"chk_" + std::string(36, 'z')};
  EXPECT_EQ(run(b.sessions.load(kShop, nobodys)).error().code, Errc::kNotFound);
}

TEST_F(SharedSessions, WhatRedisSleptThroughIsDroppedWhenItIsBack) {
  fall_behind();
  ASSERT_TRUE(eventually([&] { return run(a.cache.get(kShop, kOne)).has_value(); }));
  EXPECT_EQ(accepted(a), "hash 2") << "this node knows better than its cache";
}

TEST_F(SharedSessions, TheBackgroundTellsRedisWhatItMissed) {
  fall_behind();
  const bool told = eventually([&] {
    static_cast<void>(run(a.sessions.flush()));
    return redis.command({"EXISTS", platform::RedisSessionCache::key_of(kShop, kOne)}).integer == 0;
  });
  EXPECT_TRUE(told);
  ASSERT_TRUE(eventually([&] { return run(b.cache.get(kShop, kOne)).has_value(); }));
  EXPECT_EQ(accepted(b), "hash 2");
}

TEST_F(SharedSessions, ANodeThatWentOnWithTheOldForkGivesItUp) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  const auto base = run(b.sessions.load(kShop, kOne)).value();
  Node cut_off(shared, "redis://127.0.0.1:1");  // Redis is away for this one only.
  ASSERT_TRUE(change(cut_off, "hash of the cut off"));
  ASSERT_TRUE(save_on(b, base, "hash of the fork"));
  EXPECT_EQ(accepted(a), "hash of the fork");
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_TRUE(shared.log.saw("session.fork_dropped"));
  EXPECT_EQ(accepted(a), "nothing") << "both have been shown: the shopper is asked";
  EXPECT_EQ(accepted(cut_off), "nothing");
}

TEST_F(SharedSessions, OfTwoCreatesUnderOneKeyAroundAFlushTheOneThatIsWrittenStays) {
  create();  // By a; its id follows from its key.
  static_cast<void>(redis.command({"FLUSHALL"}));
  const auto second = [this] {
    auto session = std::make_shared<Session>();
    session->store = kShop;
    session->id = kOne;
    session->person = b.persons.create(kShop);
    session->currency = *Currency::from_code("EUR");
    session->created_at = shared.clock.now();
    session->expires_at = shared.clock.now() + 1h;
    session->version.n = 1;
    accept(*session, "agent", "hash of b");
    for (const char* name : {"key 1", "key of b"}) {
      auto answer = std::make_shared<StoredAnswer>();
      answer->scope_and_key = name;
      answer->body = std::make_shared<const std::string>("{\"of\":\"b\"}");
      session->answers.push_back(std::move(answer));
    }
    return session;
  }();
  ASSERT_TRUE(run(b.sessions.save(second, std::nullopt)).value());
  ASSERT_TRUE(run(a.sessions.flush()));
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_TRUE(shared.log.saw("session.fork_dropped"));
  for (Node* node : {&a, &b}) {
    EXPECT_EQ(accepted(*node), "nothing") << "both have been shown: the shopper is asked";
    const auto session = run(node->sessions.load(kShop, kOne)).value();
    EXPECT_EQ(session->buyer.email, "ann@example.com");
    ASSERT_EQ(session->answers.size(), 1U) << "answers of the other one are nobody's";
    EXPECT_EQ(*session->answers[0]->body, "{\"n\":1}");
  }
  EXPECT_TRUE(change(b, "hash 2"));
  ASSERT_TRUE(run(b.sessions.flush()));
  EXPECT_EQ(accepted(a), "hash 2");
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

TEST_F(SharedSessions, AnEditAfterADeclineThatAFlushLostIsNotBoughtWithout) {
  const auto open = create();
  // A declined payment leaves an open session behind, whose row was written before its buyer was answered.
  auto declined = std::make_shared<Session>(*open);
  declined->version.epoch += 1;
  declined->version.n += 1;
  declined->answers.clear();
  const auto key = run(a.persons.key_of(kShop, open->person)).value();
  ports::Transaction settle("settle", kShop);
  settle.add(statements::journal_checkout(*declined, a.sessions.sealed(*declined, nullptr, key)));
  ASSERT_TRUE(run(shared.main->commit(std::move(settle))).value().applied);
  run_void(a.sessions.adopt(declined));
  EXPECT_EQ(accepted(b), "hash 1");
  ASSERT_TRUE(change(a, "hash 2"));  // Shown, and not yet in the journal.
  static_cast<void>(redis.command({"FLUSHALL"}));
  EXPECT_EQ(accepted(b), "nothing") << "hash 1 was accepted before hash 2 was shown";
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

TEST_F(SharedSessions, ForgettingWorksWithoutRedis) {
  create();
  ASSERT_TRUE(run(a.sessions.flush()));
  go_away();
  EXPECT_TRUE(run(a.sessions.forget(kShop, kOne)));
  EXPECT_TRUE(run(a.sessions.load(kShop, kOne)));
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
