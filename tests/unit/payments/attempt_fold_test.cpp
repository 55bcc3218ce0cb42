#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "payments/core/attempt.hpp"

namespace kassa::payments {
namespace {

Money euros(std::int64_t minor) { return Money{minor, Currency::from_code("EUR").value()}; }
Money usd(std::int64_t minor) { return Money{minor, Currency::from_code("USD").value()}; }

const Money kAmount = euros(1000);

AttemptEvent event(EventKind kind, Money amount = kAmount, std::string ref = "ch_1", std::string detail = "") {
  AttemptEvent made;
  made.kind = kind;
  made.amount = amount;
  made.gateway_ref = std::move(ref);
  made.detail = std::move(detail);
  return made;
}

bool equal(const AttemptFold& a, const AttemptFold& b) {
  return a.state == b.state && a.authorized == b.authorized && a.captured == b.captured && a.refunded == b.refunded &&
         a.gateway_ref == b.gateway_ref;
}

using K = EventKind;
using S = AttemptState;

struct FoldCase {
  const char* name;
  std::vector<AttemptEvent> events;
  S state;
  std::int64_t authorized, captured, refunded;
};

const AttemptEvent kNotSentAgain = event(K::kFailed, kAmount, "", "no_effect:not_sent");

const FoldCase kFoldCases[] = {
    {"an attempt without events is created", {}, S::kCreated, 0, 0, 0},
    {"sent and not heard of is sending", {event(K::kSent)}, S::kSending, 0, 0, 0},
    {"a lost answer is unknown", {event(K::kSent), event(K::kUnknown)}, S::kUnknown, 0, 0, 0},
    {"a capture without an authorization implies it", {event(K::kCaptured)}, S::kCaptured, 1000, 1000, 0},
    {"an authorization after its capture stays captured",
     {event(K::kCaptured), event(K::kAuthorized)},
     S::kCaptured,
     1000,
     1000,
     0},
    {"unknown gives way to declined", {event(K::kUnknown), event(K::kDeclined)}, S::kDeclined, 0, 0, 0},
    {"unknown gives way to not found",
     {event(K::kUnknown), event(K::kFailed, kAmount, "", "not_found")},
     S::kFailed,
     0,
     0,
     0},
    {"unknown gives way to an action", {event(K::kUnknown), event(K::kActionRequired)}, S::kRequiresAction, 0, 0, 0},
    {"unknown gives way to processing", {event(K::kUnknown), event(K::kProcessing)}, S::kProcessing, 0, 0, 0},
    {"unknown gives way to captured", {event(K::kUnknown), event(K::kCaptured)}, S::kCaptured, 1000, 1000, 0},
    {"unknown after a definite answer changes nothing",
     {event(K::kCaptured), event(K::kUnknown)},
     S::kCaptured,
     1000,
     1000,
     0},
    {"a second send that never left says nothing about the first",
     {event(K::kSent), event(K::kUnknown), kNotSentAgain},
     S::kUnknown,
     0,
     0,
     0},
    {"a first send that never left has failed", {event(K::kSent), kNotSentAgain}, S::kFailed, 0, 0, 0},
    {"a late success reverses a decline", {event(K::kDeclined), event(K::kAuthorized)}, S::kAuthorized, 1000, 0, 0},
    {"a late success reverses a failure", {event(K::kFailed), event(K::kCaptured)}, S::kCaptured, 1000, 1000, 0},
    {"a late success reverses an expiry", {event(K::kExpired), event(K::kCaptured)}, S::kCaptured, 1000, 1000, 0},
    {"a late decline does not reverse a success",
     {event(K::kCaptured), event(K::kDeclined)},
     S::kCaptured,
     1000,
     1000,
     0},
    {"an action that is not taken expires", {event(K::kActionRequired), event(K::kExpired)}, S::kExpired, 0, 0, 0},
    {"processing after the action was taken",
     {event(K::kProcessing), event(K::kActionRequired)},
     S::kProcessing,
     0,
     0,
     0},
    {"a released authorization is voided", {event(K::kAuthorized), event(K::kVoided)}, S::kVoided, 1000, 0, 0},
    {"a refund leaves the attempt captured",
     {event(K::kCaptured), event(K::kRefunded, euros(300), "re_1")},
     S::kCaptured,
     1000,
     1000,
     300},
    {"refunds are totals, so a late smaller one changes nothing",
     {event(K::kCaptured), event(K::kRefunded, euros(700)), event(K::kRefunded, euros(300))},
     S::kCaptured,
     1000,
     1000,
     700},
    {"a refund before its capture implies it", {event(K::kRefunded, euros(300))}, S::kCaptured, 1000, 1000, 300},
    {"a refund above the capture is a mismatch",
     {event(K::kCaptured), event(K::kRefunded, euros(1001))},
     S::kReview,
     1000,
     1000,
     0},
    {"a refund of nothing is a mismatch",
     {event(K::kCaptured), event(K::kRefunded, euros(0))},
     S::kReview,
     1000,
     1000,
     0},
    {"another amount is a mismatch", {event(K::kCaptured, euros(1001))}, S::kReview, 0, 0, 0},
    {"another currency is a mismatch", {event(K::kAuthorized, usd(1000))}, S::kReview, 0, 0, 0},
    {"a success that tells no amount is a mismatch", {event(K::kCaptured, Money{})}, S::kReview, 0, 0, 0},
    {"a decline of another amount is a mismatch", {event(K::kDeclined, euros(1))}, S::kReview, 0, 0, 0},
    {"an event that tells no amount is none", {event(K::kUnknown, Money{})}, S::kUnknown, 0, 0, 0},
    {"review stays while amounts are recorded",
     {event(K::kMismatch), event(K::kCaptured), event(K::kRefunded, euros(1000))},
     S::kReview,
     1000,
     1000,
     1000},
    {"two successes under two names are two charges",
     {event(K::kAuthorized, kAmount, "ch_1"), event(K::kCaptured, kAmount, "ch_2")},
     S::kReview,
     1000,
     1000,
     0},
};

TEST(AttemptFold, gives_the_state_and_the_amounts) {
  for (const FoldCase& row : kFoldCases) {
    SCOPED_TRACE(row.name);
    const AttemptFold fold = fold_events(kAmount, row.events);
    EXPECT_EQ(to_text(fold.state), to_text(row.state));
    EXPECT_EQ(fold.authorized, row.authorized);
    if (row.state != S::kReview) {
      EXPECT_EQ(fold.captured, row.captured);
    }
    EXPECT_EQ(fold.refunded, row.refunded);
  }
}

TEST(AttemptFold, names_the_charge_after_its_success_and_never_after_a_refund) {
  EXPECT_EQ(fold_events(kAmount, {event(K::kRefunded, euros(1), "re_1")}).gateway_ref, "");
  EXPECT_EQ(fold_events(kAmount, {event(K::kDeclined, kAmount, "x"), event(K::kCaptured)}).gateway_ref, "ch_1");
  EXPECT_EQ(fold_events(kAmount, {event(K::kCaptured), event(K::kDeclined, kAmount, "x")}).gateway_ref, "ch_1");
}

TEST(AttemptStates, each_is_success_failure_or_open_and_reads_back_from_its_text) {
  for (int i = 0; i <= static_cast<int>(S::kReview); ++i) {
    const auto state = static_cast<S>(i);
    EXPECT_EQ(is_success(state) + is_definite_failure(state) + is_open(state), 1) << to_text(state);
    EXPECT_EQ(attempt_state_from(to_text(state)), state);
  }
  for (int i = 0; i <= static_cast<int>(K::kExpired); ++i) {
    const auto kind = static_cast<K>(i);
    EXPECT_EQ(event_kind_from(to_text(kind)), kind);
  }
  EXPECT_EQ(attempt_state_from("paid"), std::nullopt);
  EXPECT_EQ(event_kind_from(""), std::nullopt);
}

rc::Gen<AttemptEvent> any_event() {
  const auto kinds =
      rc::gen::map(rc::gen::inRange(0, static_cast<int>(K::kExpired) + 1), [](int i) { return static_cast<K>(i); });
  const auto refund = rc::gen::map(rc::gen::inRange<std::int64_t>(1, 1001), [](std::int64_t n) { return euros(n); });
  const auto wrong = rc::gen::element(euros(999), usd(1000), euros(0), euros(-1));
  return rc::gen::mapcat(kinds, [=](K kind) {
    const auto right = kind == K::kRefunded ? refund : rc::gen::just(kAmount);
    const auto amount = rc::gen::weightedOneOf<Money>({{9, right}, {1, wrong}});
    return rc::gen::map(amount, [kind](Money told) { return event(kind, told); });
  });
}

void expect_sound(const AttemptFold& fold) {
  RC_ASSERT(fold.refunded <= fold.captured);
  RC_ASSERT(fold.captured <= fold.authorized);
  RC_ASSERT(fold.authorized <= kAmount.minor);
  RC_ASSERT(fold.refunded >= 0);
}

RC_GTEST_PROP(AttemptFoldProperty, order_of_arrival_does_not_matter, ()) {
  auto events = *rc::gen::container<std::vector<AttemptEvent>>(any_event());
  const AttemptFold expected = fold_events(kAmount, events);
  expect_sound(expected);
  for (std::size_t i = events.size(); i > 1; --i) {
    std::swap(events[i - 1], events[*rc::gen::inRange<std::size_t>(0, i)]);
  }
  RC_ASSERT(equal(fold_events(kAmount, events), expected));
}

RC_GTEST_PROP(AttemptFoldProperty, a_repeated_event_changes_nothing, ()) {
  auto events = *rc::gen::nonEmpty(rc::gen::container<std::vector<AttemptEvent>>(any_event()));
  const AttemptFold expected = fold_events(kAmount, events);
  const auto again = *rc::gen::inRange<std::size_t>(0, events.size());
  RC_ASSERT(equal(apply(expected, kAmount, events[again]), expected));
  events.insert(events.end(), events.begin(), events.end());
  RC_ASSERT(equal(fold_events(kAmount, events), expected));
}

RC_GTEST_PROP(AttemptFoldProperty, money_once_recorded_is_never_lost, ()) {
  const auto events = *rc::gen::container<std::vector<AttemptEvent>>(any_event());
  AttemptFold before;
  for (const AttemptEvent& next : events) {
    const AttemptFold after = apply(before, kAmount, next);
    expect_sound(after);
    RC_ASSERT(after.captured >= before.captured);
    RC_ASSERT(after.refunded >= before.refunded);
    RC_ASSERT(!is_success(before.state) || !is_definite_failure(after.state) || after.state == S::kVoided);
    RC_ASSERT(before.state != S::kReview || after.state == S::kReview);
    before = after;
  }
}

TEST(AttemptFold, every_order_of_action_processing_authorized_captured_ends_captured) {
  std::vector<int> order{0, 1, 2, 3};
  const AttemptEvent events[] = {event(K::kActionRequired), event(K::kProcessing), event(K::kAuthorized),
                                 event(K::kCaptured)};
  do {
    std::vector<AttemptEvent> arrived;
    for (const int i : order) arrived.push_back(events[i]);
    const AttemptFold fold = fold_events(kAmount, arrived);
    EXPECT_EQ(fold.state, S::kCaptured);
    EXPECT_EQ(fold.captured, 1000);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace kassa::payments
