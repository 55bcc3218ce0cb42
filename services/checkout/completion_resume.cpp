#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/completion.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/pricing.hpp"

namespace kassa::checkout {
namespace {

/// A buyer who never comes back from authentication: after this the charge is given up at the gateway.
constexpr std::chrono::minutes kActionLife{15};

/// A gateway that neither gives such a charge up nor ends it is asked again for so long, then a person looks.
constexpr std::chrono::hours kUndecidedLife{6};

/// A charge that the gateway positively knows nothing of is sent again while its shopper may still be waiting. Later
/// nobody is charged for what they may have bought elsewhere, and once no call can be under way any more, "no such
/// charge" is how the attempt ended.
constexpr std::chrono::minutes kResendLife{2};
constexpr std::chrono::minutes kNeverArrived{5};
static_assert(kNeverArrived > kResendLife + limits::kLeaseTime);

/// Nothing goes back, the gateway says.
bool is_refused(const payments::ChargeReply& reply) {
  return reply.event.kind == payments::EventKind::kDeclined || reply.event.kind == payments::EventKind::kFailed;
}

/// What the buyer is told of a refused reservation: `now` is the quote with what was learnt by it.
Verdict refusal_verdict(std::string_view label, const Quote& before, const Quote& now) {
  if (label.starts_with(statements::kItemLimit)) return now.ready ? Verdict::kPriceChanged : Verdict::kNotReady;
  if (label != "out_of_stock") return Verdict::kLimitReached;
  // Only a gift is gone: without it the checkout can be bought.
  const bool lost_gift = now.discounts.gifts.size() < before.discounts.gifts.size();
  return lost_gift && now.ready ? Verdict::kPriceChanged : Verdict::kOutOfStock;
}

}  // namespace

AttemptRow attempt_from(const ports::Row& row, const OrderId& order) {
  AttemptRow attempt;
  attempt.id = AttemptId{ports::as_string(row[0])};
  attempt.order = order;
  attempt.n = ports::as_int(row[1]);
  attempt.gateway = GatewayId{ports::as_string(row[2])};
  attempt.version = ports::as_int(row[3]);
  const auto state = payments::attempt_state_from(ports::as_string(row[4]));
  ensure(state.has_value(), "unknown attempt state in the store");
  attempt.fold.state = *state;
  attempt.fold.authorized = ports::as_int(row[5]);
  attempt.fold.captured = ports::as_int(row[6]);
  attempt.fold.refunded = ports::as_int(row[7]);
  attempt.fold.gateway_ref = ports::as_string(row[8]);
  attempt.next_seq = ports::as_int(row[10]);
  attempt.created_at = from_millis(ports::as_int(row[11]));
  attempt.giving_back = ports::as_string(row[12]);
  return attempt;
}

bool is_not_found(const payments::AttemptEvent& event) {
  return event.kind == payments::EventKind::kFailed && event.detail == payments::kDetailNotFound;
}

asio::awaitable<Result<Answer>> Completion::answer_for(StoreId store, KeyUse use, std::vector<ports::Row> key_rows) {
  const ports::Row& row = key_rows.front();
  if (ports::as_string(row[0]) != use.fingerprint) {
    co_return Error{Errc::kIdempotencyConflict, "the idempotency key was used with another request"};
  }
  if (ports::as_string(row[1]) != "finished") co_return co_await resume(store, use.scope, use.key);
  Claim claim;
  claim.store = store;
  claim.scope = use.scope;
  claim.key = use.key;
  const PersonId person{ports::as_string(row[4])};
  KASSA_CO_TRY(auto key, co_await env_.persons.key_of(store, person));
  KASSA_CO_TRY(auto body, env_.box.open_for(key, answer_aad(claim), ports::as_blob(row[7])));
  Answer answer;
  answer.status = static_cast<int>(ports::as_int(row[6]));
  answer.body = std::make_shared<const std::string>(std::move(body));
  answer.replayed = true;
  co_return answer;
}

asio::awaitable<Result<Answer>> Completion::resume(StoreId store, std::string scope, std::string key,
                                                   std::optional<Claim> also) {
  const Instant now = env_.clock.now();
  const auto leased_at = env_.clock.steady();
  ports::Transaction take("complete", store);
  take.add(statements::take_over_key(store, scope, key, now, now + limits::kLeaseTime));
  KASSA_CO_TRY(auto taken, co_await env_.store.commit(std::move(take)));
  if (!taken.applied) co_return Error{Errc::kIdempotencyInFlight, "the request with this key is still running"};
  const ports::Row& row = taken.steps[0].returned.at(0);
  Claim claim;
  claim.store = store;
  claim.scope = std::move(scope);
  claim.key = std::move(key);
  claim.version = ports::as_int(row[0]);
  claim.fingerprint = ports::as_string(row[1]);
  claim.checkout = CheckoutId{ports::as_string(row[2])};
  claim.person = PersonId{ports::as_string(row[3])};
  claim.rendering = ports::as_string(row[4]);
  if (claim.scope == statements::kLateScope) co_return co_await look_late(std::move(claim));
  KASSA_CO_TRY(auto running, co_await reload(std::move(claim)));
  running.leased_at = leased_at;
  if (also) {
    also->checkout = running.claim.checkout;
    also->person = running.claim.person;
    running.also = std::move(also);
  }
  if (running.attempt->fold.state == payments::AttemptState::kReview) {
    co_return co_await leave_to_a_person(std::move(running));
  }
  KASSA_CO_TRY(co_await note_unknown(running));
  KASSA_CO_TRY(auto reply, co_await ask_again(running));
  co_return co_await settle(std::move(running), std::move(reply));
}

asio::awaitable<Result<Running>> Completion::reload(Claim claim) {
  Running running;
  KASSA_CO_TRY(auto snapshot, co_await env_.snapshots.get(claim.store));
  running.snapshot = snapshot;
  KASSA_CO_TRY(auto key, co_await env_.persons.key_of(claim.store, claim.person));
  running.key = key;
  KASSA_CO_TRY(co_await env_.sessions.forget(claim.store, claim.checkout));
  KASSA_CO_TRY(auto session, co_await env_.sessions.load(claim.store, claim.checkout));
  // Whoever slept through its lease finds the work done by its successor.
  if (session->state != State::kCompleting && session->state != State::kNeedsBuyer) {
    co_return Error{Errc::kIdempotencyInFlight, "another process has completed this checkout"};
  }
  ensure(session->quote != nullptr, "a completing session has no frozen quote");
  running.session = *session;
  running.quote = session->quote;
  ports::Step read = statements::read_last_attempt(claim.store, running.session.order);
  KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
  ensure(!rows.empty(), "a completing session has no attempt");
  KASSA_CO_TRY(running.attempt, read_request(claim, key, rows[0], running.session.order));
  running.claim = std::move(claim);
  co_return running;
}

Result<AttemptRow> Completion::read_request(const Claim& claim, const ports::DataKey& key, const ports::Row& row,
                                            const OrderId& order) const {
  AttemptRow attempt = attempt_from(row, order);
  const std::string aad = attempt_aad(claim.store, attempt.id);
  KASSA_TRY(auto text, env_.box.open_for(key, aad, ports::as_blob(row[9])));
  KASSA_TRY(auto request, payments::decode_charge_request(text));
  attempt.request = std::move(request);
  return attempt;
}

/// An attempt found in `sending` may have been charged by the process that died: written down before anything is asked,
/// so that a later call without effect never ends it.
asio::awaitable<Result<void>> Completion::note_unknown(Running& running) {
  if (running.attempt->fold.state != payments::AttemptState::kSending) co_return ok();
  payments::AttemptEvent unknown;
  unknown.kind = payments::EventKind::kUnknown;
  unknown.amount = running.attempt->request.amount;
  unknown.detail = "resumed";
  co_return co_await note(running, std::move(unknown));
}

/// Writes down one event of the attempt and keeps the lease.
asio::awaitable<Result<void>> Completion::note(Running& running, payments::AttemptEvent event) {
  AttemptRow& attempt = *running.attempt;
  const Instant now = env_.clock.now();
  event.at = now;
  auto fold = payments::apply(attempt.fold, attempt.request.amount, event);
  ports::Transaction transaction("complete", running.claim.store);
  transaction.add(statements::hold_key(running.claim, now + limits::kLeaseTime));
  transaction.add(statements::move_attempt(running.claim.store, attempt, fold, now));
  transaction.add(statements::add_attempt_event(running.claim.store, attempt, event, attempt.next_seq));
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kIdempotencyInFlight, "another process is completing this checkout"};
  attempt.fold = std::move(fold);
  attempt.version += 1;
  attempt.next_seq += 1;
  if (event.kind == payments::EventKind::kVoidRequested) attempt.giving_back = event.detail;
  co_return ok();
}

/// An attempt under review asks the gateway nothing more: every answer to its key says that it is under way.
asio::awaitable<Result<Answer>> Completion::leave_to_a_person(Running running) {
  ports::Transaction transaction("park", running.claim.store);
  transaction.add(statements::park_key(running.claim, statements::kNotByItself));
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kIdempotencyInFlight, "another process is completing this checkout"};
  const Answer answer = render(running, running.session, Verdict::kUnknown, {});
  co_return told(running, running.session, Verdict::kUnknown, {}, answer);
}

/// Asks for the money back under the attempt's one key for that, which makes asking again harmless. A call that did not
/// get out says nothing.
asio::awaitable<payments::ChargeReply> Completion::give_back(const Running& running) {
  const AttemptRow& attempt = *running.attempt;
  const std::string key = attempt.id.value + ".cancel";
  const std::chrono::milliseconds total_time = limits::kGatewayTime;
  payments::ChargeReply reply = co_await env_.gateways.give_back(
      *gateway_of(running), attempt.request, attempt.fold.gateway_ref, attempt.request.amount, key, total_time);
  if (reply.safe_to_retry) reply.event.kind = payments::EventKind::kUnknown;
  co_return reply;
}

/// The same question in every case: did it happen? Only when the gateway positively knows nothing of the charge is it
/// sent again, with the same key. A charge that was to be given back stays that until the gateway has given or refused:
/// an unknown answer to that may still be carried out, so nobody may take the charge for paid meanwhile.
asio::awaitable<Result<payments::ChargeReply>> Completion::ask_again(Running& running) {
  const payments::GatewayConfig* gateway = gateway_of(running);
  ensure(gateway != nullptr, "the attempt's gateway is not configured");
  const payments::ChargeRequest& request = running.attempt->request;
  const std::chrono::milliseconds total_time = limits::kGatewayTime;
  const std::chrono::milliseconds asking_time = total_time / 2;  // All calls together stay within a lease.
  static_assert(limits::kGatewayTime * 2 < limits::kLeaseTime);
  payments::ChargeReply reply;
  if (!running.attempt->giving_back.empty()) {
    reply = co_await give_back(running);
    if (!is_refused(reply)) co_return reply;
  }
  reply = co_await env_.gateways.find(*gateway, request, asking_time);
  const std::chrono::milliseconds age = env_.clock.now() - running.attempt->created_at;
  if (is_not_found(reply.event) && age < kNeverArrived) {
    if (age >= kResendLife || !may_send(running)) {
      reply.event.kind = payments::EventKind::kUnknown;
      co_return reply;
    }
    env_.failpoints.hit("gateway.before");
    reply = co_await env_.gateways.charge(*gateway, request, total_time);
    env_.failpoints.hit("gateway.after");
    co_return reply;
  }
  if (reply.event.kind != payments::EventKind::kActionRequired || age <= kActionLife) co_return reply;
  if (!running.attempt->giving_back.empty()) {
    // Refused just now. A charge that is neither paid nor given up for so long will not end by itself.
    if (age > kUndecidedLife) {
      reply.event.kind = payments::EventKind::kMismatch;
      reply.event.detail = "not_given_up";
    }
    co_return reply;
  }
  payments::AttemptEvent request_back;
  request_back.kind = payments::EventKind::kVoidRequested;
  request_back.gateway_ref = reply.event.gateway_ref;
  request_back.detail = "action_expired";
  KASSA_CO_TRY(co_await note(running, std::move(request_back)));
  reply = co_await give_back(running);
  // The buyer may have approved just before: then the money came and went back, and that is how it ended.
  if (is_refused(reply)) reply = co_await env_.gateways.find(*gateway, request, asking_time);
  co_return reply;
}

/// What is left of a budget may still be taken, so the one row is read, however lately all levels were.
asio::awaitable<Result<void>> Completion::learn_spent(const Running& running, std::string rule) {
  const StoreId& store = running.session.store;
  const Currency currency = running.quote->currency;
  ports::Step read = statements::read_spent(store, rule, currency);
  KASSA_CO_TRY(const auto rows, co_await env_.store.query(std::move(read)));
  env_.snapshots.note_spent(store, rule, Money{rows.empty() ? 0 : ports::as_int(rows[0][0]), currency});
  co_return ok();
}

asio::awaitable<Result<void>> Completion::learn_bought(const Running& running, std::string variant, Session& known) {
  const StoreId store = running.session.store;
  ports::Step read = statements::read_limited(store, variant, customer_key(env_, running.session));
  KASSA_CO_TRY(const auto rows, co_await env_.store.query(std::move(read)));
  std::erase_if(known.limited_items, [&](const LimitedItem& item) { return item.variant == variant; });
  known.limited_items.push_back(LimitedItem{std::move(variant), rows.empty() ? 0 : ports::as_int(rows[0][0])});
  co_return ok();
}

asio::awaitable<Result<Answer>> Completion::refused(Caller caller, KeyUse use, Running running, std::string label,
                                                    Moved& moved) {
  if (label == "key_used") {
    ports::Step read = statements::read_key(caller.store, running.claim.scope, running.claim.key);
    KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
    use.scope = running.claim.scope;  // Without a key of the caller's, the claim has one of its own.
    use.key = running.claim.key;
    if (!rows.empty()) co_return co_await answer_for(caller.store, std::move(use), std::move(rows));
  }
  if (label == statements::kOrdersChanged) {
    // Another order of this buyer came first, or came to nothing: the next try counts again, and tells what that costs.
    co_await env_.sessions.release(caller.store, running.session.id);
    moved = Moved::kInCache;
    co_return Error{Errc::kVersionConflict, "the buyer is completing another checkout"};
  }
  if (label == "erased") co_return Error{Errc::kNotFound, "no such checkout"};
  const bool customer_limit = label.starts_with(statements::kCustomerLimit);
  const bool used_up = label.starts_with(statements::kUsedUp);
  const bool overspent = label.starts_with(statements::kBudget);
  const bool code_used = label == statements::kCodeUsed;
  const bool had_enough = label.starts_with(statements::kItemLimit);
  if (label != "out_of_stock" && !used_up && !overspent && !customer_limit && !code_used && !had_enough) {
    moved = Moved::kInStore;
    co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
  }
  // What we believed about stock or uses was old: learn, and show the shopper the true state. Levels that were read a
  // moment ago are not read again at once, but the refusal itself is news enough.
  if (used_up) env_.snapshots.note_used_up(caller.store, label.substr(statements::kUsedUp.size()));
  if (overspent) {
    KASSA_CO_TRY(co_await learn_spent(running, label.substr(statements::kBudget.size())));
  } else {
    KASSA_CO_TRY(co_await env_.snapshots.refresh_levels(caller.store));
  }
  // Others may have begun on the same hold, with the total as it was: none of them may win after another one was told.
  co_await env_.sessions.release(caller.store, running.session.id);
  KASSA_CO_TRY(auto session, co_await env_.sessions.load(caller.store, running.session.id));
  // What is gone may be what another request of this very checkout is buying.
  if (session->state != State::kOpen) co_return co_await busy(std::move(caller), std::move(use), session);
  if (session->is_held(env_.clock.now()))
    co_return Error{Errc::kVersionConflict, "another request is completing the checkout"};
  auto known = std::make_shared<Session>(*session);
  known->held_until.reset();
  known->quote.reset();
  known->instruments = running.session.instruments;  // The next try will be priced for it, too.
  known->known_orders = running.session.known_orders;
  if (code_used) {
    KASSA_CO_TRY(known->drawn, co_await draw_codes(env_.store, *running.snapshot, known->codes, env_.clock.now()));
  }
  if (customer_limit) known->used_up.push_back(label.substr(statements::kCustomerLimit.size()));
  if (had_enough) {
    const std::string variant = label.substr(statements::kItemLimit.size());
    KASSA_CO_TRY(co_await learn_bought(running, variant, *known));
  }
  session = std::move(known);
  KASSA_CO_TRY(auto snapshot, co_await env_.snapshots.get(caller.store));
  KASSA_CO_TRY(auto quote, price(*session, *snapshot, env_.stock, env_.clock.now()));
  const Verdict verdict = refusal_verdict(label, *running.quote, quote);
  co_return co_await tell(std::move(caller), std::move(use), session, std::move(quote), verdict, moved);
}

}  // namespace kassa::checkout
