#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/completion.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/edit.hpp"
#include "services/checkout/kept_answers.hpp"
#include "services/checkout/known_orders.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/ways_to_pay.hpp"

namespace kassa::checkout {
namespace {

constexpr int kBeginTriesMax = 3;

AttemptRow new_attempt(const Env& env, const Session& session, const Quote& quote, const PaymentChoice& payment,
                       const payments::GatewayConfig& gateway) {
  AttemptRow attempt;
  attempt.id = make_id<AttemptId>("pay_", env.clock, env.random);
  attempt.order = session.order;
  attempt.n = session.attempts;
  attempt.gateway = gateway.id;
  attempt.request.store = session.store;
  attempt.request.attempt = attempt.id;
  attempt.request.order = session.order;
  attempt.request.gateway_key = attempt.id.value;
  attempt.request.amount = Money{quote.total, quote.currency};
  attempt.request.instrument_type = payment.instrument.type;
  attempt.request.token = payment.token;
  attempt.fold.state = payments::AttemptState::kSending;
  attempt.created_at = env.clock.now();
  return attempt;
}

/// Pays with what the request names, which may be another way than the checkout was priced for.
void choose_instrument(const CompleteCommand& command, Session& session) {
  if (!command.payment) return;
  session.instruments.clear();
  session.instruments.push_back(command.payment->instrument);
  session.instruments.back().selected = true;
}

/// An offered handler is asked for what it never takes. Nothing to pay: nobody is asked.
bool is_of_another_kind(const std::optional<PaymentChoice>& payment, const Quote& quote, const Snapshot& snapshot) {
  if (!payment || quote.total == 0) return false;
  const auto* const gateway = snapshot.gateway_for(payment->instrument.handler_id);
  return gateway != nullptr && !takes(*gateway, payment->instrument.type);
}

/// kVersionConflict unless the session is in a state that the request names, where it names any.
Result<void> check_state(const CompleteCommand& command, const Session& session, const Snapshot& snapshot,
                         const ports::StockView& stock, Instant now) {
  if (command.only.empty()) return ok();
  KASSA_TRY(const bool meant, is_in_one_of(command.only, session, snapshot, stock, now));
  if (meant) return ok();
  return Error{Errc::kVersionConflict, "the checkout has changed since that state of it was shown"};
}

/// The best allocation and, should its stock be gone by now, the next one: once.
std::vector<ports::Allocations> first_two(const ports::AllocationPlan& plan) {
  std::vector<ports::Allocations> tries{plan.allocations};
  if (!plan.alternatives.empty()) tries.push_back(plan.alternatives.front());
  return tries;
}

}  // namespace

asio::awaitable<Result<Answer>> Completion::begin(Caller caller, CompleteCommand command) {
  for (int tries = 0; tries < kBeginTriesMax; ++tries) {
    KASSA_CO_TRY(auto session, co_await env_.sessions.load(caller.store, command.id));
    if (session->kind != Kind::kCheckout || !may_touch(caller, *session))
      co_return Error{Errc::kNotFound, "no such checkout"};
    KASSA_CO_TRY(auto told, stored_answer(*session, command.key, env_.clock.now()));
    if (told) co_return *told;
    if (may_have_forgotten(*session, command.key)) {
      KASSA_CO_TRY(auto old, co_await env_.sessions.old_answer(session, command.key));
      if (old) co_return *old;
    }
    if (session->state != State::kOpen || session->attempts > 0) {
      KASSA_CO_TRY(auto before, co_await answered_before(caller.store, command.key));
      if (before) co_return *before;
    }
    Moved moved = Moved::kNo;
    auto answer = co_await attempt_once(caller, command, session, moved);
    if (!answer && answer.error().code == Errc::kCheckoutExpired) co_await env_.sessions.expire(session);
    if (moved == Moved::kNo) co_return answer;
    // Another process or request changed the row: what the cache holds is not the truth any more.
    if (moved == Moved::kInStore) {
      KASSA_CO_TRY(co_await env_.sessions.forget(session));
    }
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

/// Keys come before states: what was answered under this key stands, whatever became of the checkout since. An open
/// checkout without an attempt rarely has such a row, so the usual purchase does not pay for this question; when it is
/// refused, the question is asked after all.
asio::awaitable<Result<std::optional<Answer>>> Completion::answered_before(StoreId store, KeyUse use) {
  if (use.key.empty()) co_return std::optional<Answer>{};
  ports::Step read = statements::read_key(store, use.scope, use.key);
  KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
  if (rows.empty()) co_return std::optional<Answer>{};
  KASSA_CO_TRY(auto answer, co_await answer_for(std::move(store), std::move(use), std::move(rows)));
  co_return std::optional<Answer>{std::move(answer)};
}

Result<Completion::Judged> Completion::judge(const Caller& caller, const CompleteCommand& command,
                                             const Session& session, const Snapshot& snapshot, Instant now) const {
  if (session.is_over(now)) return Error{Errc::kCheckoutExpired, "the checkout has expired"};
  Judged judged;
  KASSA_TRY(auto quote, price(session, snapshot, env_.stock, now));
  judged.quote = std::move(quote);
  const std::string* accepted = command.quote_hash ? &*command.quote_hash : accepted_by(session, caller.principal);
  if (!judged.quote.ready) {
    judged.refusal = Verdict::kNotReady;
  } else if (is_of_another_kind(command.payment, judged.quote, snapshot)) {
    return Error{Errc::kPaymentInstrumentRequired, "payment handler does not take instruments of this type",
                 "$.payment.instruments[0].type"};
  } else if (accepted == nullptr || *accepted != judged.quote.hash) {
    judged.refusal = Verdict::kPriceChanged;
  }
  if (judged.refusal || judged.quote.total == 0) return judged;
  if (!command.payment || command.payment->token.empty()) {
    return Error{Errc::kPaymentInstrumentRequired, "payment needs an instrument with a token credential",
                 "$.payment.instruments"};
  }
  judged.gateway = snapshot.gateway_for(command.payment->instrument.handler_id);
  if (judged.gateway == nullptr) {
    return Error{Errc::kPaymentInstrumentRequired, "payment handler is not offered by this store",
                 "$.payment.instruments[0].handler_id"};
  }
  return judged;
}

asio::awaitable<Result<Answer>> Completion::attempt_once(Caller caller, CompleteCommand command, SessionPtr session,
                                                         Moved& moved) {
  if (session->state != State::kOpen) co_return co_await busy(std::move(caller), command.key, session);
  const Instant now = env_.clock.now();
  KASSA_CO_TRY(auto snapshot, co_await env_.snapshots.get(caller.store));
  const BuyerBooks books{env_.store, env_.box, env_.shoppers};
  KASSA_CO_TRY(session, co_await with_orders(books, *snapshot, session));
  KASSA_CO_TRY(session, co_await with_codes(env_.store, *snapshot, session, now));
  KASSA_CO_TRY(check_state(command, *session, *snapshot, env_.stock, now));
  Session chosen = *session;
  choose_instrument(command, chosen);
  auto judged = judge(caller, command, chosen, *snapshot, now);
  if (!judged || judged.value().refusal) {
    // Somebody else may have completed it under this very key, only this session does not show it yet.
    KASSA_CO_TRY(auto before, co_await answered_before(caller.store, command.key));
    if (before) co_return *before;
    if (!judged) co_return judged.error();
    // Nobody is told another total while one may be charged.
    if (session->is_held(now)) co_return Error{Errc::kVersionConflict, "another request is completing the checkout"};
    Quote quote = std::move(judged.value().quote);
    // The way of paying may be what moved the price, and belongs to the new total then.
    if (judged.value().refusal == Verdict::kPriceChanged) session = std::make_shared<const Session>(std::move(chosen));
    co_return co_await tell(std::move(caller), std::move(command.key), session, std::move(quote),
                            *judged.value().refusal, moved);
  }
  Quote quote = std::move(judged.value().quote);
  const payments::GatewayConfig* const gateway = judged.value().gateway;
  Running running;
  running.snapshot = snapshot;
  running.session = std::move(chosen);
  running.quote = std::make_shared<const Quote>(std::move(quote));
  running.session.quote = running.quote;
  running.session.state = State::kCompleting;
  running.session.rendered = std::make_shared<RenderCache>(running.quote);
  // An epoch of its own: edits that the cache took in meanwhile lose against a completion. Requests that arrive while
  // one of them holds the checkout go on from the same version: without a key of their own they are equal by that.
  running.session.version.epoch += 1;
  running.session.version.n += session->is_held(now) ? 0 : 1;
  running.session.held_until.reset();
  running.session.updated_at = now;
  running.redraft = !running.session.order.empty();
  if (!running.redraft) running.session.order = make_id<OrderId>("ord_", env_.clock, env_.random);
  if (gateway != nullptr) {
    running.session.attempts += 1;
    running.attempt = new_attempt(env_, running.session, *running.quote, *command.payment, *gateway);
    running.attempt->request.trace = caller.trace;
  }
  const std::shared_ptr<const void> alive = std::make_shared<char>();
  const std::weak_ptr<const void> holder = alive;
  if (!session->is_held(now) && !co_await env_.sessions.hold(session, running.quote, holder)) {
    moved = Moved::kInCache;
    co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
  }
  auto answer = co_await reserve(std::move(caller), std::move(command.key), std::move(running), moved);
  // What has failed for certain lets go; what may have been carried out is held until somebody knows.
  if (!answer && moved == Moved::kNo && answer.error().code != Errc::kStoreCommitUnknown) {
    co_await env_.sessions.release(session->store, session->id);
  }
  co_return answer;
}

asio::awaitable<Result<Answer>> Completion::busy(Caller caller, KeyUse use, SessionPtr session) {
  if (is_terminal(session->state))
    co_return Error{Errc::kCheckoutTerminal, "the checkout is " + std::string(to_text(session->state))};
  if (session->state == State::kNeedsBuyer) {
    // The buyer may have acted: this request takes the waiting completion further.
    ports::Step find = statements::running_key_of(caller.store, session->id);
    KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(find)));
    if (!rows.empty()) {
      Claim also;
      also.store = caller.store;
      also.scope = use.scope;
      also.key = use.key;
      also.fingerprint = use.fingerprint;
      also.rendering = caller.rendering;
      std::optional<Claim> second;
      if (!use.key.empty()) second = std::move(also);
      co_return co_await resume(caller.store, ports::as_string(rows[0][0]), ports::as_string(rows[0][1]),
                                std::move(second));
    }
  }
  KASSA_CO_TRY(auto snapshot, co_await env_.snapshots.get(caller.store));
  ensure(session->quote != nullptr, "a completing session has no frozen quote");
  const View view{*session, *session->quote, *snapshot, Verdict::kUnknown, {}};
  co_return env_.renderers.find(caller.rendering).render(caller.rendering, Operation::kComplete, view);
}

/// An answer before D1: the caller has now seen this quote, if the answer shows one that can be bought. Where it is
/// another one than the caller had accepted, the answer is kept under the key: an equal request is the same wish again
/// (a double click, a lost answer), and never the consent to the new total. Otherwise nothing is kept, so that an equal
/// request tries again.
asio::awaitable<Result<Answer>> Completion::tell(Caller caller, KeyUse use, SessionPtr session, Quote quote,
                                                 Verdict verdict, Moved& moved) {
  KASSA_CO_TRY(auto snapshot, co_await env_.snapshots.get(caller.store));
  auto next = std::make_shared<Session>(*session);
  const auto shown = std::make_shared<const Quote>(std::move(quote));
  next->rendered = std::make_shared<RenderCache>(shown);
  next->version.n += 1;
  next->updated_at = env_.clock.now();
  const View view{*next, *shown, *snapshot, verdict, {}};
  Answer answer = env_.renderers.find(caller.rendering).render(caller.rendering, Operation::kComplete, view);
  const std::string* const before = accepted_by(*session, caller.principal);
  const bool told = shown->ready && answer.status < 400;
  const bool news = told && (before == nullptr || *before != shown->hash);
  if (told) accept(*next, caller.principal, shown->hash);
  if (news) {
    KASSA_CO_TRY(room_for_answer(use, *session));
    keep_answer(use, answer, next->updated_at, *next);
  }
  KASSA_CO_TRY(auto kept, co_await env_.sessions.save(next, session->version));
  if (kept) co_return answer;
  moved = Moved::kInCache;
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

asio::awaitable<Result<Answer>> Completion::reserve(Caller caller, KeyUse use, Running running, Moved& moved) {
  std::vector<PersonId> persons{running.session.person};
  KASSA_CO_TRY(co_await env_.persons.settle(caller.store, std::move(persons)));
  KASSA_CO_TRY(auto key, co_await env_.persons.key_of(caller.store, running.session.person));
  running.key = key;
  running.claim.store = caller.store;
  running.claim.scope = use.key.empty() ? "auto" : use.scope;
  running.claim.key =
      use.key.empty() ? running.session.id.value + "." + std::to_string(running.session.version.n) : use.key;
  running.claim.fingerprint = use.fingerprint;
  running.claim.rendering = caller.rendering;
  running.claim.checkout = running.session.id;
  running.claim.person = running.session.person;
  const Place goes_to = sale_place(running.session, *running.quote);
  ports::AllocationPlace place;
  place.country = goes_to.country;
  place.region = goes_to.region;
  const auto plan = plan_stock(*running.quote, running.session.store, *running.snapshot->catalog, env_.stock, place);
  if (!plan.fulfillable())
    co_return co_await refused(std::move(caller), std::move(use), std::move(running), "out_of_stock", moved);
  if (!running.attempt) co_return co_await give(std::move(caller), std::move(use), std::move(running), plan, moved);
  std::string label;
  running.leased_at = env_.clock.steady();
  for (const ports::Allocations& allocations : first_two(plan)) {
    ports::Transaction transaction = reserve_transaction(env_, running, allocations, env_.clock.now());
    KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
    if (done.applied) {
      Sessions::answers_are_kept(running.session);
      take_stock(caller.store, done);
      co_return co_await pay(std::move(running));
    }
    label = done.refused_label;
    if (label != "out_of_stock") break;
  }
  co_return co_await refused(std::move(caller), std::move(use), std::move(running), std::move(label), moved);
}

/// Nothing to pay: reserve and confirm are one transaction.
asio::awaitable<Result<Answer>> Completion::give(Caller caller, KeyUse use, Running running, ports::AllocationPlan plan,
                                                 Moved& moved) {
  KASSA_CO_TRY(auto number, co_await env_.numbers.next(caller.store));
  const Instant now = env_.clock.now();
  Session completed = completed_session(running, now);
  const Answer answer = render(running, completed, Verdict::kCompleted, {});
  std::string label;
  for (const ports::Allocations& allocations : first_two(plan)) {
    ports::Transaction transaction = reserve_transaction(env_, running, allocations, now);
    transaction.name = "outcome";
    add_confirmation(env_, running, completed, answer, "none_due", number, now, transaction);
    KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
    if (done.applied) {
      Sessions::answers_are_kept(running.session);
      take_stock(caller.store, done);
      co_await env_.sessions.adopt(std::make_shared<const Session>(std::move(completed)));
      env_.wake_outbox();
      env_.metrics.count("orders_total", "confirmed");
      co_return answer;
    }
    label = done.refused_label;
    if (label != "out_of_stock") break;
  }
  co_return co_await refused(std::move(caller), std::move(use), std::move(running), std::move(label), moved);
}

}  // namespace kassa::checkout
