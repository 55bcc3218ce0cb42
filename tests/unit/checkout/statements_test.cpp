// Every statement of the checkout is understood by a database with the shipped schema, with as many parameters as it
// names.

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "services/checkout/statements.hpp"
#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

namespace sql = statements;

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct NamedStep {
  const char* name;
  ports::Step step;
};

const StoreId kStore{"s1"};
const OrderId kOrder{"o1"};
const CheckoutId kCheckout{"c1"};
const Instant kNow = ManualClock::kStart;

std::vector<NamedStep> session_steps() {
  const Session session = session_of({});
  Claim claim;
  claim.store = kStore;
  const StoredAnswer answer;
  return {{"read_checkout", sql::read_checkout(kStore, kCheckout)},
          {"existing_checkouts", sql::existing_checkouts(kStore, {kCheckout, kCheckout, kCheckout})},
          {"read_answers", sql::read_answers(kStore, kCheckout)},
          {"raise_epoch", sql::raise_epoch(kStore, kCheckout, 0)},
          {"journal_checkout", sql::journal_checkout(session, Bytes{})},
          {"lock_checkout", sql::lock_checkout(session, Bytes{})},
          {"settle_checkout", sql::settle_checkout(session, Bytes{})},
          {"write_person", sql::write_person(session, std::nullopt)},
          {"claim_person", sql::claim_person(session, std::nullopt)},
          {"write_answer", sql::write_answer(session, answer, Bytes{})},
          {"claim_key", sql::claim_key(claim, kNow, kNow)},
          {"read_key", sql::read_key(kStore, "s", "k")},
          {"finish_key", sql::finish_key(claim, 200, Bytes{})},
          {"hold_key", sql::hold_key(claim, kNow)},
          {"park_key", sql::park_key(claim, kNow)},
          {"take_over_key", sql::take_over_key(kStore, "s", "k", kNow, kNow)},
          {"running_key_of", sql::running_key_of(kStore, kCheckout)},
          {"lapse_all", sql::lapse_all()},
          {"lapsed_keys", sql::lapsed_keys(kNow, 1)},
          {"finished_key", sql::finished_key(claim, 200, Bytes{}, kNow)}};
}

std::vector<NamedStep> goods_steps() {
  const ports::Allocation allocation;
  return {{"reserve_stock", sql::reserve_stock(kStore, allocation)},
          {"sell_reserved", sql::sell_reserved(kStore, kOrder)},
          {"release_reserved", sql::release_reserved(kStore, kOrder)},
          {"add_reservation", sql::add_reservation(kStore, kOrder, allocation, kNow)},
          {"forget_released", sql::forget_released(kStore, kOrder)},
          {"mark_reservations", sql::mark_reservations(kStore, kOrder, "sold")},
          {"use_discount", sql::use_discount(kStore, "r")},
          {"redeem", sql::redeem({kStore, "r", "c", kOrder, 1})},
          {"spend_budget", sql::spend_budget(kStore, "r", Money{1, money_of("EUR")}, 2)},
          {"read_spent", sql::read_spent(kStore, "r", money_of("EUR"))},
          {"find_codes", sql::find_codes(kStore, {"h"})},
          {"use_code", sql::use_code(kStore, "h", "r", kOrder)},
          {"return_codes", sql::return_codes(kStore, kOrder)},
          {"return_uses", sql::return_uses(kStore, kOrder)},
          {"return_budgets", sql::return_budgets(kStore, kOrder)},
          {"forget_redemptions", sql::forget_redemptions(kStore, kOrder)},
          {"take_limited", sql::take_limited({kStore, "v", "c", kOrder, 1, 2})},
          {"note_limited", sql::note_limited({kStore, "v", "c", kOrder, 1, 2})},
          {"read_limited", sql::read_limited(kStore, "v", "c")},
          {"return_limited", sql::return_limited(kStore, kOrder)},
          {"forget_limited", sql::forget_limited(kStore, kOrder)},
          {"stale_reservations", sql::stale_reservations(kNow, 1)},
          {"claim_stale", sql::claim_stale(kStore, kOrder, kNow)}};
}

std::vector<NamedStep> order_steps() {
  const AttemptRow attempt;
  const sql::OutboxRow outbox;
  const LedgerLine part;
  return {{"add_order", sql::add_order({})},
          {"redraft_order", sql::redraft_order({})},
          {"confirm_order", sql::confirm_order(kStore, kOrder, "paid", 1, kNow)},
          {"find_orders", sql::find_orders(kStore, Bytes(32))},
          {"take_turn", sql::take_turn(kStore, Bytes(32))},
          {"check_orders", sql::check_orders(kStore, Bytes(32), 1)},
          {"hold_order", sql::hold_order(kStore, kOrder, kNow)},
          {"add_attempt", sql::add_attempt(kStore, attempt, Bytes{}, kNow)},
          {"add_attempt_event", sql::add_attempt_event(kStore, attempt, {}, 0)},
          {"move_attempt", sql::move_attempt(kStore, attempt, {}, kNow)},
          {"read_last_attempt", sql::read_last_attempt(kStore, kOrder)},
          {"add_ledger", sql::add_ledger(kStore, "e", 0, kOrder, part, money_of("EUR"), kNow)},
          {"take_order_numbers", sql::take_order_numbers(kStore, 32)},
          {"add_outbox", sql::add_outbox(outbox)}};
}

std::vector<NamedStep> all_steps() {
  std::vector<NamedStep> out = session_steps();
  for (auto&& more : {goods_steps(), order_steps()}) out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::set<int> parameters_in(const std::string& text) {
  const std::regex parameter("\\$([0-9]+)");
  std::set<int> numbers;
  for (std::sregex_iterator at(text.begin(), text.end(), parameter), end; at != end; ++at) {
    numbers.insert(std::stoi((*at)[1].str()));
  }
  return numbers;
}

class Schema {
 public:
  Schema() {
    platform::SqliteOptions options;
    options.file = folder_.path() / "main.db";
    store_.emplace(options, failpoints_, log_, metrics_, [] { ADD_FAILURE() << "the store failed"; });
    std::map<std::string, std::string> texts;
    for (const auto& file : std::filesystem::directory_iterator("infra/migrations/main")) {
      texts[file.path().stem().string()] = read_text(file.path());
    }
    const std::vector<std::pair<std::string_view, std::string_view>> migrations(texts.begin(), texts.end());
    const auto opened = store_->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }
  platform::SqliteStore& store() { return *store_; }

 private:
  TemporaryFolder folder_;
  GateFailpoints failpoints_;
  EventLog log_;
  SummingMetrics metrics_;
  std::optional<platform::SqliteStore> store_;
};

TEST(Statements, AreUnderstoodByTheShippedSchema) {
  Schema schema;
  for (const NamedStep& row : all_steps()) {
    const std::string explain = "EXPLAIN " + std::string(row.step.sql);
    const auto plan = schema.store().query_blocking(ports::Step(explain, row.step.params));
    EXPECT_TRUE(plan) << row.name << ": " << (plan ? "" : plan.error().detail);
  }
}

TEST(Statements, AskForTheAttemptsThatAreOpenAndNoOthers) {
  const std::string pulse = read_text("infra/books/pulse.sql");
  const std::regex list("state IN\\s+\\(([^)]*'created'[^)]*)\\)");
  std::vector<std::string> lists;
  for (const std::string& text : {std::string(sql::check_orders(kStore, Bytes(32), 1).sql),
                                  std::string(sql::stale_reservations(kNow, 1).sql), pulse}) {
    for (std::sregex_iterator at(text.begin(), text.end(), list), end; at != end; ++at) lists.push_back((*at)[1].str());
  }
  EXPECT_EQ(lists.size(), 4U);
  for (int i = 0; i <= static_cast<int>(payments::AttemptState::kReview); ++i) {
    const auto state = static_cast<payments::AttemptState>(i);
    const std::string quoted = "'" + std::string(payments::to_text(state)) + "'";
    for (const std::string& named : lists) {
      EXPECT_EQ(named.find(quoted) != std::string::npos, payments::is_open(state)) << quoted << " in " << named;
    }
  }
}

bool commits(platform::SqliteStore& store, ports::Step step) {
  ports::Transaction transaction("test", kStore);
  transaction.add(std::move(step));
  return store.commit_blocking(std::move(transaction)).value().applied;
}

TEST(Statements, ACompletionLosesAgainstWhatItHasNotSeen) {
  const struct {
    const char* name;
    ports::SessionVersion journaled;
    bool locked;
  } cases[] = {
      {"the version that it raised", {1, 6}, true},
      {"an older one, because the journal is behind", {1, 5}, true},
      {"an edit that another process journaled", {1, 7}, false},
      {"a session that was opened again", {2, 6}, false},
      {"an older epoch, however often edited", {0, 9}, true},
  };
  for (const auto& row : cases) {
    Schema schema;
    Session session = session_of({});
    session.store = kStore;
    session.version = row.journaled;
    ASSERT_TRUE(commits(schema.store(), sql::write_person(session, std::nullopt)));
    ASSERT_TRUE(commits(schema.store(), sql::journal_checkout(session, Bytes{})));
    session.version = {2, 7};
    session.state = State::kCompleting;
    EXPECT_EQ(commits(schema.store(), sql::lock_checkout(session, Bytes{})), row.locked) << row.name;
  }
}

TEST(Statements, APaymentOfSomebodyErasedIsRefusedAndOneOfSomebodyElseToo) {
  Schema schema;
  Session session = session_of({});
  session.store = kStore;
  session.person = PersonId{"per_gone"};
  ASSERT_TRUE(commits(schema.store(), sql::claim_person(session, std::nullopt)));
  ASSERT_TRUE(commits(schema.store(), sql::claim_person(session, std::nullopt))) << "again, after a decline";
  ASSERT_TRUE(commits(schema.store(), sql::journal_checkout(session, Bytes{})));
  ASSERT_TRUE(commits(schema.store(), ports::Step("UPDATE person SET erased_at = 1")));
  EXPECT_FALSE(commits(schema.store(), sql::claim_person(session, std::nullopt)));
  session.person = PersonId{"per_other"};
  session.version.epoch += 1;
  session.version.n += 1;
  EXPECT_FALSE(commits(schema.store(), sql::lock_checkout(session, Bytes{}))) << "the row belongs to another person";
}

TEST(Statements, NameEachParameterTheyAreGiven) {
  for (const NamedStep& row : all_steps()) {
    const std::set<int> named = parameters_in(std::string(row.step.sql));
    EXPECT_EQ(named.size(), row.step.params.size()) << row.name;
    if (!named.empty()) {
      EXPECT_EQ(*named.rbegin(), static_cast<int>(row.step.params.size())) << row.name;
    }
  }
}

TEST(Statements, ReachTheirRowsThroughAnIndex) {
  Schema schema;
  for (const NamedStep& row : all_steps()) {
    const std::string_view name = row.name;
    if (name == "lapse_all" || !row.step.sql.starts_with("SELECT")) continue;
    const std::string explain = "EXPLAIN QUERY PLAN " + std::string(row.step.sql);
    const auto plan = schema.store().query_blocking(ports::Step(explain, row.step.params)).value();
    for (const ports::Row& line : plan) {
      const std::string& text = ports::as_string(line[3]);
      EXPECT_FALSE(text.starts_with("SCAN ")) << name << ": " << text;
    }
  }
}

}  // namespace
}  // namespace kassa::checkout
