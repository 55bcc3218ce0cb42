// One edit from what was kept to what is told: clamping, postures, acceptance, and answers kept under their keys.

#include "services/checkout/edit.hpp"
#include "services/base/limits.hpp"
#include "tests/unit/checkout/plain_renderer.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

ports::VariantView with_count(ports::VariantView variant) {
  variant.tracked = true;
  return variant;
}
ports::VariantView without_parcel(ports::VariantView variant) {
  variant.requires_shipping = false;
  return variant;
}

class EditBench {
 public:
  EditBench() {
    Shop shop;
    shop.variants = {without_parcel(variant("card", 1000)), without_parcel(with_count(variant("rare", 5000)))};
    snapshot = snapshot_of(shop);
    caller.store = StoreId{"s1"};
    caller.principal = "ucp:agent";
    caller.rendering = "plain/1";
  }

  Result<Edited> apply(Session session, const std::vector<LinePatch>& lines, const KeyUse& key = {}) {
    Patch patch;
    patch.lines.set(lines);
    return apply_patch(std::move(session), patch, key);
  }
  Result<Edited> apply_patch(Session session, const Patch& patch, const KeyUse& key = {}) {
    const EditInputs inputs{*snapshot, stock, renderer, saved, now};
    return edit(std::move(session), caller, key, patch, Operation::kUpdate, inputs);
  }

  std::shared_ptr<Snapshot> snapshot;
  LevelsStub stock{std::map<std::string, std::int64_t>{{"rare", 3}}};
  PlainRenderer renderer;
  std::vector<Destination> saved;
  Caller caller;
  Instant now{ManualClock::kStart};
};

LinePatch want(std::string item, std::int64_t quantity) {
  LinePatch out;
  out.item = std::move(item);
  out.quantity = quantity;
  return out;
}

KeyUse key(std::string name, std::string fingerprint = "f1") {
  KeyUse use;
  use.scope = "scope";
  use.key = std::move(name);
  use.fingerprint = std::move(fingerprint);
  return use;
}

TEST(Edit, MoreThanThereIsBecomesWhatThereIsAndSaysSo) {
  EditBench bench;
  const auto edited = bench.apply(session_of({}), {want("rare", 7), want("card", 2)}).value();
  EXPECT_EQ(edited.session->lines[0].quantity, 3);
  EXPECT_EQ(edited.session->lines[1].quantity, 2);
  EXPECT_EQ(messages_of(edited.session->notices), "quantity_adjusted $.line_items[0].quantity");
  const std::vector<std::pair<std::string, std::string>> params{{"wanted", "7"}, {"available", "3"}};
  EXPECT_EQ(edited.session->notices[0].params, params);
  EXPECT_EQ(said(edited.answer, "total"), "17000");
  EXPECT_TRUE(edited.quote.ready);
}

TEST(Edit, WithNothingLeftTheWishStaysAndTheQuoteSaysOutOfStock) {
  EditBench bench;
  bench.stock = LevelsStub{};
  const auto edited = bench.apply(session_of({}), {want("rare", 7)}).value();
  EXPECT_EQ(edited.session->lines[0].quantity, 7);
  EXPECT_EQ(messages_of(edited.session->notices), "");
  EXPECT_EQ(messages_of(edited.quote.messages), "out_of_stock $.line_items[0]");
}

struct RefusalCase {
  const char* name;
  LinePatch line;
  std::optional<Errc> error;
};

TEST(Edit, ACallerMayWantRefusalsInsteadOfMessages) {
  const RefusalCase cases[] = {
      {"unknown goods", want("ghost", 1), Errc::kItemUnavailable},
      {"too many are not clamped but refused", want("rare", 4), Errc::kOutOfStock},
      {"what is there is fine", want("rare", 3), std::nullopt},
  };
  for (const RefusalCase& row : cases) {
    EditBench bench;
    bench.caller.refuse_unavailable = true;
    const auto edited = bench.apply(session_of({}), {row.line});
    EXPECT_EQ(edited.has_value(), !row.error.has_value()) << row.name;
    if (!edited) {
      EXPECT_EQ(edited.error().code, *row.error) << row.name;
      EXPECT_EQ(edited.error().path, "$.line_items[0]") << row.name;
    }
  }
}

TEST(Edit, RaisesTheVersionRenewsTheLifeAndNotesWhatTheCallerSaw) {
  EditBench bench;
  Session before = session_of({line("a", "card", 1)});
  before.version.n = 7;
  accept(before, "somebody else", "old hash");
  bench.now += std::chrono::hours{1};
  const auto edited = bench.apply(before, {want("card", 3)}).value();
  EXPECT_EQ(edited.session->version.n, 8);
  EXPECT_EQ(edited.session->updated_at, bench.now);
  EXPECT_EQ(edited.session->expires_at, bench.now + bench.snapshot->settings.checkout_life);
  ASSERT_NE(accepted_by(*edited.session, "ucp:agent"), nullptr);
  EXPECT_EQ(*accepted_by(*edited.session, "ucp:agent"), edited.quote.hash);
  EXPECT_EQ(*accepted_by(*edited.session, "somebody else"), "old hash");
  EXPECT_EQ(said(edited.answer, "hash"), edited.quote.hash);
}

TEST(Edit, ARefusedPatchIsTheCallersError) {
  EditBench bench;
  const auto edited = bench.apply(session_of({}), {want("card", 0)});
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, Errc::kInvalidRequest);
}

constexpr Instant kNow{ManualClock::kStart};

TEST(Edit, AfterADayAKeyIsNewAgainAndItsNewAnswerTakesTheOldOnesPlace) {
  EditBench bench;
  const auto edited = bench.apply(session_of({}), {want("card", 1)}, key("k1")).value();
  EXPECT_TRUE(stored_answer(*edited.session, key("k1"), kNow + kAnswerKeyLife - std::chrono::milliseconds{1}).value());
  EXPECT_FALSE(stored_answer(*edited.session, key("k1"), kNow + kAnswerKeyLife).value());
  EXPECT_TRUE(stored_answer(*edited.session, key("k1", "other body"), kNow + kAnswerKeyLife));
  Session session = *edited.session;
  const Instant later = kNow + kAnswerKeyLife;
  keep_answer(key("k1", "other body"), edited.answer, later, session);
  EXPECT_EQ(session.answers.size(), 1U);
  EXPECT_TRUE(stored_answer(session, key("k1", "other body"), later).value());
}

TEST(Edit, AnAnswerUnderAKeyIsReplayedToItsRequestAndConflictsWithOthers) {
  EditBench bench;
  const auto edited = bench.apply(session_of({}), {want("card", 1)}, key("k1")).value();
  const auto replay = stored_answer(*edited.session, key("k1"), kNow).value();
  ASSERT_TRUE(replay.has_value());
  EXPECT_EQ(*replay->body, *edited.answer.body);
  EXPECT_TRUE(replay->replayed);
  EXPECT_FALSE(edited.answer.replayed);

  const auto conflict = stored_answer(*edited.session, key("k1", "other body"), kNow);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().code, Errc::kIdempotencyConflict);

  EXPECT_FALSE(stored_answer(*edited.session, key("k2"), kNow).value().has_value());
  EXPECT_FALSE(stored_answer(*edited.session, KeyUse{}, kNow).value().has_value());
  KeyUse elsewhere = key("k1");
  elsewhere.scope = "another scope";
  EXPECT_FALSE(stored_answer(*edited.session, elsewhere, kNow).value().has_value());
}

TEST(Edit, WithoutAKeyNothingIsKept) {
  EditBench bench;
  EXPECT_TRUE(bench.apply(session_of({}), {want("card", 1)}).value().session->answers.empty());
}

TEST(Edit, SixteenAnswersAreHeldTheOldestThatIsWrittenGoes) {
  EditBench bench;
  Session session = session_of({});
  for (int i = 0; i < 20; ++i) {
    session = *bench.apply(session, {want("card", i + 1)}, key("k" + std::to_string(i))).value().session;
    session.answers.back()->journaled = true;
  }
  EXPECT_EQ(session.answers.size(), limits::kStoredAnswersPerSessionMax);
  EXPECT_TRUE(may_have_forgotten(session, key("k3")));
  EXPECT_FALSE(may_have_forgotten(session, KeyUse{}));
  EXPECT_FALSE(stored_answer(session, key("k3"), kNow).value().has_value());
  EXPECT_TRUE(stored_answer(session, key("k4"), kNow).value().has_value());
  EXPECT_TRUE(stored_answer(session, key("k19"), kNow).value().has_value());
}

TEST(Edit, AnAnswerThatIsNowhereElseStays) {
  EditBench bench;
  Session session = session_of({});
  EXPECT_FALSE(may_have_forgotten(session, key("k0")));
  for (int i = 0; i < 20; ++i) {
    session = *bench.apply(session, {want("card", i + 1)}, key("k" + std::to_string(i))).value().session;
  }
  EXPECT_EQ(session.answers.size(), 20U);
  EXPECT_TRUE(stored_answer(session, key("k0"), kNow).value().has_value());
}

TEST(Edit, SavedAddressesAreToldAndNotKept) {
  EditBench bench;
  bench.saved = {destination("home", address("DE")), destination("work", address("FR"))};
  Patch patch;
  patch.deliveries.set(std::vector<DeliveryPatch>(1));
  const Edited edited = bench.apply_patch(session_of({}), patch).value();
  EXPECT_EQ(edited.quote.deliveries[0].destinations.size(), 2U);
  EXPECT_TRUE(edited.session->deliveries[0].destinations.empty());
  bench.saved.clear();
  EXPECT_TRUE(bench.apply_patch(*edited.session, Patch{}).value().quote.deliveries[0].destinations.empty());
}

TEST(Reprice, OnlyWhenSomethingCouldHaveMoved) {
  EditBench bench;
  const Edited edited = bench.apply(session_of({}), {want("card", 1)}).value();
  Session session = *edited.session;
  session.rendered->keep_quote(std::make_shared<const Quote>(edited.quote));
  const auto again = [&](Instant at) { return reprice(session, *bench.snapshot, bench.stock, at).value().moved; };
  EXPECT_FALSE(again(bench.now)) << "same revision, no time boundary";
  EXPECT_FALSE(again(bench.now + std::chrono::hours{5}));

  bench.snapshot->revision += 1;
  EXPECT_TRUE(again(bench.now)) << "a newer snapshot";
  bench.snapshot->revision -= 1;

  Quote timed = *session.rendered->quote();
  timed.changes_at = bench.now + std::chrono::seconds{1};
  session.rendered->keep_quote(std::make_shared<const Quote>(timed));
  EXPECT_FALSE(again(bench.now));
  EXPECT_TRUE(again(bench.now + std::chrono::seconds{1})) << "a time boundary";

  const QuotePtr known = session.rendered->quote();
  session.rendered->forget();
  const auto priced = reprice(session, *bench.snapshot, bench.stock, bench.now).value();
  EXPECT_FALSE(priced.moved) << "rested or reopened, without its quote: priced, and nothing moved";
  EXPECT_EQ(priced.quote->hash, known->hash);
  EXPECT_EQ(session.rendered->quote(), priced.quote) << "and known from now on";
  session.quote = priced.quote;
  session.state = State::kCompleted;
  bench.snapshot->revision += 1;
  EXPECT_FALSE(again(bench.now)) << "what is closed is never priced again";
}

}  // namespace
}  // namespace kassa::checkout
