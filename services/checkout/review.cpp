#include "services/checkout/review.hpp"

#include "payments/core/decision.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/completer.hpp"

namespace kassa::checkout {
namespace {

Error not_under_review() { return {Errc::kVersionConflict, "no payment with this id is under review"}; }

payments::AttemptEvent event_of(Decision decision, const AttemptRow& attempt) {
  payments::AttemptEvent event;
  event.detail = payments::kDetailDecided;
  if (decision == Decision::kNotCharged) {
    // What was promised to us, and will not be taken any more.
    const bool promised = attempt.fold.authorized > 0;
    event.kind = promised ? payments::EventKind::kVoided : payments::EventKind::kFailed;
    return event;
  }
  event.kind = decision == Decision::kCaptured ? payments::EventKind::kCaptured : payments::EventKind::kRefunded;
  event.gateway_ref = attempt.fold.gateway_ref;
  event.amount = attempt.request.amount;
  return event;
}

/// What the attempt's own events say already cannot be decided away.
Result<void> check_fits(Decision decision, const AttemptRow& attempt, bool late) {
  if (decision == Decision::kNotCharged && attempt.fold.captured > 0) {
    return Error{Errc::kVersionConflict, "money was captured: give it back at the gateway, then say returned"};
  }
  if (decision != Decision::kCaptured) return ok();
  if (late) {
    return Error{Errc::kVersionConflict,
                 "no order waits for this money: give it back at the gateway, then say returned"};
  }
  if (attempt.fold.refunded > 0) {
    return Error{Errc::kVersionConflict, "a part of it went back: give back the rest, then say returned"};
  }
  return ok();
}

}  // namespace

std::optional<Decision> decision_from(std::string_view word) noexcept {
  if (word == "captured") return Decision::kCaptured;
  if (word == "not_charged") return Decision::kNotCharged;
  if (word == "returned") return Decision::kReturned;
  return std::nullopt;
}

namespace statements {

Step hold_no_more(const StoreId& store, const OrderId& order, Instant now) {
  return Step(
      "UPDATE purchase SET order_state = 'draft', version = version + 1, "
      "updated_at = CASE WHEN updated_at < $3 THEN $3 ELSE updated_at END "
      "WHERE store_id = $1 AND order_id = $2 AND order_state = 'held'",
      {store.value, order.value, to_millis(now)});
}

Step late_review(const StoreId& store, const AttemptId& attempt) {
  return Step(
      "SELECT 1 FROM idempotency WHERE store_id = $1 AND scope = $2 AND idem_key = $3 AND state = 'running' "
      "AND parked = 1 AND lease_until >= $4",
      {store.value, std::string(kLateScope), attempt.value, to_millis(kNotByItself)});
}

}  // namespace statements

asio::awaitable<Result<void>> Completer::decide(ports::Store& audited, StoreId store, AttemptId attempt,
                                                Decision decision, bool live) {
  co_return co_await completion_.decide(audited, std::move(store), std::move(attempt), decision, live);
}

/// The audit row is written with the claim, in one transaction: a decision that is not carried out, because the process
/// dies in between, is in the audit and may be taken again.
asio::awaitable<Result<void>> Completion::decide(ports::Store& audited, StoreId store, AttemptId attempt,
                                                 Decision decision, bool live) {
  ports::Step find = statements::attempt_by_key(attempt.value);
  KASSA_CO_TRY(const auto found, co_await env_.store.query(std::move(find)));
  const bool known = !found.empty() && ports::as_string(found[0][0]) == store.value;
  if (!known || (ports::as_int(found[0][6]) != 0) != live) {
    co_return Error{Errc::kNotFound, "no such payment"};
  }
  const CheckoutId checkout{ports::as_string(found[0][1])};
  const bool late = ports::as_string(found[0][4]) != payments::to_text(payments::AttemptState::kReview);
  std::string scope{statements::kLateScope};
  std::string key = attempt.value;
  ports::Step look = late ? statements::late_review(store, attempt) : statements::running_key_of(store, checkout);
  KASSA_CO_TRY(const auto rows, co_await env_.store.query(std::move(look)));
  if (rows.empty()) co_return not_under_review();
  if (!late) {
    scope = ports::as_string(rows[0][0]);
    key = ports::as_string(rows[0][1]);
  }
  KASSA_CO_TRY(auto claim, co_await claim_for_decision(audited, store, scope, key, attempt, decision));
  // Only now: what another process wrote until it was claimed counts, too.
  std::optional<Result<Running>> loaded;
  if (late) {
    loaded.emplace(co_await reload_late(std::move(claim)));
  } else {
    loaded.emplace(co_await reload(std::move(claim)));
  }
  if (!*loaded) co_return loaded->error();
  Running running = std::move(*loaded).value();
  if (running.attempt->id != attempt) co_return not_under_review();
  payments::ChargeReply reply;
  reply.event = event_of(decision, *running.attempt);
  env_.log.info("payment.decided", {{"attempt", attempt.value}});
  if (!late) {
    KASSA_CO_TRY(co_await settle(std::move(running), std::move(reply)));
    co_return ok();
  }
  std::vector<payments::AttemptEvent> events{reply.event};
  KASSA_CO_TRY(co_await end_late(std::move(running), std::move(events)));
  co_return ok();
}

asio::awaitable<Result<Claim>> Completion::claim_for_decision(ports::Store& audited, StoreId store, std::string scope,
                                                              std::string key, AttemptId id, Decision decision) {
  const bool late = scope == statements::kLateScope;
  Claim claim;
  claim.store = store;
  claim.scope = std::move(scope);
  claim.key = std::move(key);
  ports::Step read_claim = statements::read_key(store, claim.scope, claim.key);
  KASSA_CO_TRY(const auto known, co_await env_.store.query(std::move(read_claim)));
  if (known.empty()) co_return not_under_review();
  claim.fingerprint = ports::as_string(known[0][0]);
  claim.checkout = CheckoutId{ports::as_string(known[0][3])};
  claim.person = PersonId{ports::as_string(known[0][4])};
  claim.rendering = ports::as_string(known[0][5]);
  // Before it is claimed: what does not fit changes nothing, and is no decision that the audit knows of.
  ports::Step read = statements::read_attempt(store, id);
  KASSA_CO_TRY(const auto rows, co_await env_.store.query(std::move(read)));
  if (rows.empty()) co_return not_under_review();
  const OrderId order{ports::as_string(rows[0][13])};
  KASSA_CO_TRY(check_fits(decision, attempt_from(rows[0], order), late));
  const Instant now = env_.clock.now();
  ports::Transaction take("decide", store);
  take.add(statements::take_over_key(store, claim.scope, claim.key, now, now + limits::kLeaseTime));
  KASSA_CO_TRY(const auto taken, co_await audited.commit(std::move(take)));
  if (!taken.applied) co_return not_under_review();
  claim.version = ports::as_int(taken.steps[0].returned.at(0)[0]);
  co_return claim;
}

}  // namespace kassa::checkout
