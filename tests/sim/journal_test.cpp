// The journal when something of it cannot be written: what does not depend on that is written all the same.

#include "services/checkout/statements.hpp"
#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;

/// Takes no transaction of one store.
class ChoosyStore final : public ports::Store {
 public:
  explicit ChoosyStore(ports::Store& inner) : inner_(inner) {}
  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override {
    if (transaction.store.value == refused) co_return Error{Errc::kStoreUnavailable, "refused"};
    co_return co_await inner_.commit(std::move(transaction));
  }
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    co_return co_await inner_.query(std::move(step));
  }
  std::string refused;

 private:
  ports::Store& inner_;
};

/// A second set of sessions over the world's process.
struct Journal {
  explicit Journal(World& world, std::size_t noted_max = 100'000)
      : outside(world.outside),
        main(world.process->main),
        persons(world.process->keys, outside.box, outside.clock, outside.random, [] {}),
        sessions({main,
                  world.process->cache,
                  persons,
                  outside.box,
                  world.process->edits,
                  outside.clock,
                  outside.log,
                  {},
                  [this] { return has_space; },
                  noted_max}) {}

  std::shared_ptr<checkout::Session> session(const std::string& store, const std::string& id) {
    auto session = std::make_shared<checkout::Session>(checkout::session_of({checkout::line("a", "mug", 1)}));
    session->store = StoreId{store};
    session->id = CheckoutId{id};
    session->person = persons.create(session->store);
    session->expires_at = outside.clock.now() + std::chrono::hours{1};
    return session;
  }

  Outside& outside;
  bool has_space{true};
  ChoosyStore main;
  shoppers::CachedPersonKeys persons;
  checkout::Sessions sessions;
};

TEST(Journal, OneStoresTroubleDoesNotKeepAnotherStoresEditsWaiting) {
  World world;
  ports::Transaction other("seed", StoreId{"a_shop"});
  other.add(
      ports::Step("INSERT INTO store (store_id, mode, settings, revision, created_at) "
                  "VALUES ('a_shop', 'test', '{}', 1, 0)"));
  ASSERT_TRUE(world.run(world.process->main.commit(std::move(other))));
  Journal journal(world);
  // In the order of the journal the store in trouble comes first.
  for (const std::string store : {"a_shop", "s1"}) {
    ASSERT_TRUE(world.run(journal.sessions.save(journal.session(store, "chk_" + store), std::nullopt)).value());
  }
  journal.main.refused = "a_shop";
  EXPECT_EQ(world.run(journal.sessions.flush()).error().code, Errc::kStoreUnavailable);
  EXPECT_EQ(world.text("SELECT checkout_id FROM checkout"), "chk_s1");
  journal.main.refused.clear();
  EXPECT_EQ(world.run(journal.sessions.flush()).value(), 1U) << "only what was not written is written again";
  EXPECT_EQ(world.number("SELECT count(*) FROM checkout"), 2);
}

TEST(Journal, NothingMoreIsTakenOnThanCanBeWritten) {
  World world;
  Journal journal(world, 2);
  const auto note = [&](const std::string& id) {
    ASSERT_TRUE(world.run(journal.sessions.save(journal.session("s1", id), std::nullopt)).value());
  };
  note("chk_1");
  EXPECT_TRUE(journal.sessions.may_note());
  note("chk_2");
  EXPECT_FALSE(journal.sessions.may_note()) << "so many are noted and not written";
  journal.main.refused = "s1";
  EXPECT_FALSE(world.run(journal.sessions.flush()));
  EXPECT_FALSE(journal.sessions.may_note()) << "they still are";
  journal.main.refused.clear();
  ASSERT_TRUE(world.run(journal.sessions.flush()));
  EXPECT_TRUE(journal.sessions.may_note());
  journal.has_space = false;
  EXPECT_FALSE(journal.sessions.may_note()) << "a full disk writes nothing";
}

TEST(Journal, BetweenTwoChunksItWaitsForLessThanItsDelayAndMissesNothing) {
  World world;
  Journal journal(world);
  constexpr int kPauses = 46;  // So many that each must be shorter than it would be by itself.
  const std::size_t rows = kPauses * limits::kJournalChunkRows + 1;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto session = journal.session("s1", "chk_" + std::to_string(i));
    ASSERT_TRUE(world.run(journal.sessions.save(session, std::nullopt)).value());
  }
  std::chrono::microseconds waited{0};
  int pauses = 0;
  const checkout::Sessions::Pause pause = [&](std::chrono::microseconds time) -> asio::awaitable<void> {
    waited += time;
    const auto late = journal.session("s1", "chk_late_" + std::to_string(pauses++));
    const auto saved = co_await journal.sessions.save(late, std::nullopt);
    EXPECT_TRUE(saved.value());
  };
  EXPECT_EQ(world.run(journal.sessions.flush(pause)).value(), rows);
  EXPECT_EQ(pauses, kPauses);
  EXPECT_LE(waited, limits::kJournalDelay / 2);
  EXPECT_EQ(world.run(journal.sessions.flush()).value(), std::size_t{kPauses}) << "what was changed meanwhile";
  EXPECT_EQ(world.number("SELECT count(*) FROM checkout"), static_cast<std::int64_t>(rows + kPauses));
}

TEST(Journal, ACheckoutThatIsChangedAllTheTimeIsWrittenOnceInItsRest) {
  World world;
  Journal journal(world);
  const checkout::Sessions::Pause gently = [](std::chrono::microseconds) -> asio::awaitable<void> { co_return; };
  std::map<std::string, std::shared_ptr<checkout::Session>> last;
  const auto change = [&](const std::string& id) {
    std::optional<ports::SessionVersion> expected;
    std::shared_ptr<checkout::Session>& session = last[id];
    if (session) expected = session->version;
    session = session ? std::make_shared<checkout::Session>(*session) : journal.session("s1", id);
    session->version.n += 1;
    ASSERT_TRUE(world.run(journal.sessions.save(session, expected)).value());
  };
  const auto written = [&](const std::string& id) {
    return world.number("SELECT n FROM checkout WHERE checkout_id = '" + id + "'");
  };
  change("chk_busy");
  EXPECT_EQ(world.run(journal.sessions.flush(gently)).value(), 1U);
  change("chk_busy");
  change("chk_other");
  EXPECT_EQ(world.run(journal.sessions.flush(gently)).value(), 1U) << "the other one's first row waits for nothing";
  EXPECT_EQ(written("chk_busy"), 1);
  world.outside.clock.advance(limits::kJournalRest);
  EXPECT_EQ(world.run(journal.sessions.flush(gently)).value(), 1U);
  EXPECT_EQ(written("chk_busy"), 2);
  change("chk_busy");
  EXPECT_EQ(world.run(journal.sessions.flush()).value(), 1U) << "before a shutdown nothing waits";
  EXPECT_EQ(written("chk_busy"), 3);
}

TEST(Journal, ARowThatComesTooLateDoesNotBringAnEarlierEmailBack) {
  World world;
  Journal journal(world);
  const auto early = journal.session("s1", "chk_late");
  early->version.n = 1;
  early->buyer.email = "early@shop.example";
  ASSERT_TRUE(world.run(journal.sessions.save(early, std::nullopt)).value());
  // Meanwhile somebody writes what it has become, as a declined payment does.
  auto later = std::make_shared<checkout::Session>(*early);
  later->version = {1, 2};
  later->buyer.email = "late@shop.example";
  const auto key = world.run(journal.persons.key_of(later->store, later->person)).value();
  ports::Transaction settle("settle", later->store);
  settle.add(checkout::statements::write_person(*later, journal.sessions.email_hash(*later)));
  settle.add(checkout::statements::journal_checkout(*later, journal.sessions.sealed(*later, nullptr, key)));
  ASSERT_TRUE(world.run(world.process->main.commit(std::move(settle))).value().applied);
  ASSERT_TRUE(world.run(journal.sessions.flush()));
  ports::Step find("SELECT count(*) FROM person WHERE email_hash = $1", {*journal.sessions.email_hash(*later)});
  EXPECT_EQ(ports::as_int(world.run(world.process->main.query(std::move(find))).value()[0][0]), 1)
      << "an erasure asks for the last one";
}

TEST(Journal, ADamagedPersonKeyKeepsNobodyElseWaiting) {
  World world;
  const std::string hurt = world.create(Basket{{{"mug", 1}}, {}, "hurt@shop.example"});
  const std::string fine = world.create(Basket{{{"mug", 1}}, {}, "fine@shop.example"});
  world.restart_politely();
  const std::string person = world.text("SELECT person_id FROM checkout WHERE checkout_id = '" + hurt + "'");
  ports::Transaction damage("damage", kShop);
  damage.add(ports::Step("UPDATE person_key SET sealed_key = $2 WHERE person_id = $1", {person, Bytes(72)}));
  ASSERT_TRUE(world.run(world.process->keys.commit(std::move(damage))).value().applied);
  EXPECT_EQ(world.get(hurt).error().code, Errc::kSealBroken);
  EXPECT_EQ(world.complete(hurt, "k").error().code, Errc::kSealBroken);
  EXPECT_EQ(said(world.complete(fine, "k").value(), "verdict"), "completed");

  Journal journal(world);
  auto unreadable = journal.session("s1", "chk_unreadable");
  unreadable->person = PersonId{person};
  ASSERT_TRUE(world.run(journal.sessions.save(unreadable, std::nullopt)).value());
  ASSERT_TRUE(world.run(journal.sessions.save(journal.session("s1", "chk_other"), std::nullopt)).value());
  EXPECT_TRUE(world.run(journal.sessions.flush())) << "not tried again for ever";
  EXPECT_TRUE(world.outside.log.saw("session.key_damaged"));
  EXPECT_EQ(world.number("SELECT count(*) FROM checkout WHERE checkout_id = 'chk_other'"), 1);
  EXPECT_EQ(world.number("SELECT count(*) FROM checkout WHERE checkout_id = 'chk_unreadable'"), 0);
}

TEST(Journal, ErasedPersonsAreRememberedUntilNoCacheCanHoldThem) {
  World world;
  Journal journal(world);
  for (int day = 0; day < 100; ++day) {
    journal.sessions.forget_person(kShop, PersonId{"per_" + std::to_string(day)});
    world.outside.clock.advance(std::chrono::hours{24});
    ASSERT_TRUE(world.run(journal.sessions.flush()));
    EXPECT_LE(journal.sessions.erased_persons(), 33U);
  }
  EXPECT_GE(journal.sessions.erased_persons(), 31U);
}

}  // namespace
}  // namespace kassa::sim
