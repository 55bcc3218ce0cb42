#pragma once
// Two nodes of a service: sessions over one real Redis and one SQLite file. The tests run both on their own thread, one
// call at a time.

#include <csignal>
#include <fstream>
#include <sstream>

#include "services/checkout/session_codec.hpp"
#include "services/checkout/sessions.hpp"
#include "services/platform/crypto/secret_box.hpp"
#include "services/platform/store/sqlite_store.hpp"
#include "services/shoppers/person_keys.hpp"
#include "tests/conformance/session_cache/backend.hpp"

namespace kassa::checkout {

inline std::array<std::byte, 32> master_key() {
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
    open(main, "main", {"main/0001_core.sql", "main/0017_cache_untold.sql"});
    open(keys, "keys", {"keys/0001_person_key.sql"});
  }
  void open(std::unique_ptr<platform::SqliteStore>& store, const std::string& name,
            const std::vector<std::string>& schema) {
    platform::SqliteOptions options;
    options.file = folder.path() / (name + ".db");
    store = std::make_unique<platform::SqliteStore>(options, failpoints, log, metrics, [] { ADD_FAILURE(); });
    std::vector<std::string> texts;
    for (const std::string& file : schema) {
      std::ostringstream text;
      text << std::ifstream("infra/migrations/" + file).rdbuf();
      texts.push_back(text.str());
    }
    std::vector<std::pair<std::string_view, std::string_view>> migrations;
    for (std::size_t i = 0; i < schema.size(); ++i) migrations.emplace_back(schema[i], texts[i]);
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
    run_void(keep_result(std::move(work), result));
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

  /// As `node` makes it: nothing is saved yet.
  std::shared_ptr<Session> session_of(Node& node, const std::string& hash) {
    auto session = std::make_shared<Session>();
    session->store = kShop;
    session->id = kOne;
    session->person = node.persons.create(kShop);
    session->currency = *Currency::from_code("EUR");
    session->created_at = shared.clock.now();
    session->expires_at = shared.clock.now() + std::chrono::hours{1};
    session->version.n = 1;
    accept(*session, "agent", hash);
    return session;
  }
  static void add_answer(Session& session, const char* key, const char* body) {
    auto answer = std::make_shared<StoredAnswer>();
    answer->scope_and_key = key;
    answer->body = std::make_shared<const std::string>(body);
    session.answers.push_back(std::move(answer));
  }
  SessionPtr create() {
    const auto session = session_of(a, "hash 1");
    session->buyer.email = "ann@example.com";
    add_answer(*session, "key 1", "{\"n\":1}");
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

}  // namespace kassa::checkout
