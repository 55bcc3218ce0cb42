#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/completion.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::minutes kLastRetry{5};

/// When to ask again about an open attempt: doubling from a second, for as long as it takes.
Instant next_try(const AttemptRow& attempt, Instant now) {
  const auto doublings = std::min<std::int64_t>(attempt.next_seq, 12);
  const auto wait = std::min<std::chrono::milliseconds>(kFirstRetry * (1LL << doublings) / 2, kLastRetry);
  return now + wait;
}

/// Asking goes on for as long as it takes, and a buyer may ask all the time: once so many events are written, an answer
/// that changes nothing is not another one.
constexpr std::int64_t kQuietEventsMax = 64;

bool is_worth_a_row(const AttemptRow& attempt, const payments::AttemptFold& fold) noexcept {
  const payments::AttemptFold& before = attempt.fold;
  const bool same = fold.state == before.state && fold.authorized == before.authorized &&
                    fold.captured == before.captured && fold.refunded == before.refunded &&
                    fold.gateway_ref == before.gateway_ref;
  return !same || attempt.next_seq < kQuietEventsMax;
}

Verdict verdict_of(payments::AttemptState state) noexcept {
  return state == payments::AttemptState::kRequiresAction ? Verdict::kNeedsBuyer : Verdict::kUnknown;
}

}  // namespace

const payments::GatewayConfig* Completion::gateway_of(const Running& running) const {
  for (const auto& gateway : running.snapshot->all_gateways) {
    if (gateway.id == running.attempt->gateway) return &gateway;
  }
  return nullptr;
}

Answer Completion::render(const Running& running, const Session& session, Verdict verdict,
                          std::string_view reason) const {
  const View view{session, *running.quote, *running.snapshot, verdict, reason};
  return env_.renderers.find(running.claim.rendering).render(running.claim.rendering, Operation::kComplete, view);
}

Answer Completion::told(const Running& running, const Session& session, Verdict verdict, std::string_view reason,
                        const Answer& first) const {
  if (!running.also || running.also->rendering == running.claim.rendering) return first;
  const View view{session, *running.quote, *running.snapshot, verdict, reason};
  return env_.renderers.find(running.also->rendering).render(running.also->rendering, Operation::kComplete, view);
}

void Completion::add_second_key(const Running& running, const Answer& answer, Instant now,
                                ports::Transaction& transaction) {
  if (!running.also) return;
  Bytes sealed = env_.box.seal_for(running.key, answer_aad(*running.also), *answer.body);
  transaction.add(statements::finished_key(*running.also, answer.status, std::move(sealed), now));
}

bool is_returned(const payments::AttemptFold& fold) { return fold.refunded > 0 && fold.refunded == fold.captured; }

void add_money_entry(const Running& running, const std::string& entry, std::int64_t amount, Instant now,
                     ports::Transaction& transaction) {
  const AttemptRow& attempt = *running.attempt;
  std::int64_t line = 0;
  for (const LedgerLine& part : capture_entry(attempt.gateway, amount)) {
    transaction.add(statements::add_ledger(running.session.store, entry, line++, running.session.order, part,
                                           attempt.request.amount.currency, now));
  }
}

/// Captured and given back before there was an order: both are told, as the gateway's statement will tell them.
void Completion::add_returned_money(const Running& running, const payments::AttemptFold& fold, Instant now,
                                    ports::Transaction& transaction) {
  if (fold.captured == 0) return;
  const std::string& id = running.attempt->id.value;
  add_money_entry(running, id, fold.captured, now, transaction);
  add_money_entry(running, id + ".returned", -fold.refunded, now, transaction);
}

std::vector<ports::StockLevel> returned_levels(const ports::Committed& committed) {
  std::vector<ports::StockLevel> levels;
  for (const ports::StepResult& step : committed.steps) {
    for (const ports::Row& row : step.returned) {
      if (row.size() != 7 || row[0] != ports::SqlValue("stock")) continue;  // Rows of stock say so.
      ports::StockLevel level;
      level.variant = VariantId{ports::as_string(row[1])};
      level.location = LocationId{ports::as_string(row[2])};
      level.on_hand = ports::as_int(row[3]);
      level.allowance = ports::as_int(row[4]);
      level.reserved = ports::as_int(row[5]);
      level.version = ports::as_int(row[6]);
      levels.push_back(std::move(level));
    }
  }
  return levels;
}

void Completion::take_stock(const StoreId& store, const ports::Committed& committed) {
  const auto levels = returned_levels(committed);
  if (!levels.empty()) env_.stock.update(store, levels);
}

/// Sent once; once more, in what is left of the time, when the first call surely did not get out.
asio::awaitable<payments::ChargeReply> Completion::charge(const Running& running) {
  const payments::GatewayConfig* gateway = gateway_of(running);
  ensure(gateway != nullptr, "the attempt's gateway is not configured");
  env_.failpoints.hit("gateway.before");
  const auto started = env_.clock.steady();
  const std::chrono::milliseconds total_time = limits::kGatewayTime;
  payments::ChargeReply reply = co_await env_.gateways.charge(*gateway, running.attempt->request, total_time);
  const auto left = total_time - std::chrono::duration_cast<std::chrono::milliseconds>(env_.clock.steady() - started);
  if (reply.safe_to_retry && left > total_time / 2) {
    reply = co_await env_.gateways.charge(*gateway, running.attempt->request, left);
  }
  env_.failpoints.hit("gateway.after");
  env_.metrics.observe("gateway_call_seconds", gateway->adapter, env_.clock.steady() - started);
  co_return reply;
}

bool Completion::may_send(const Running& running) const {
  return env_.clock.steady() - running.leased_at < limits::kLeaseTime - limits::kGatewayTime;
}

asio::awaitable<Result<Answer>> Completion::pay(Running running) {
  co_await env_.sessions.adopt(std::make_shared<const Session>(running.session));
  if (!may_send(running))
    co_return Error{Errc::kIdempotencyInFlight, "another process may be completing this checkout"};
  payments::ChargeReply reply = co_await charge(running);
  co_return co_await settle(std::move(running), std::move(reply));
}

asio::awaitable<Result<Answer>> Completion::settle(Running running, payments::ChargeReply reply) {
  reply.event.at = env_.clock.now();
  auto fold = payments::apply(running.attempt->fold, running.attempt->request.amount, reply.event);
  const bool returned = is_returned(fold);
  // A part of it went back before there was an order: no rule covers that, a person must look.
  if (fold.refunded > 0 && !returned) fold.state = payments::AttemptState::kReview;
  env_.metrics.count("payment_attempts_total", payments::to_text(fold.state));
  env_.log.info("payment.moved", {{"attempt", running.attempt->id.value},
                                  {"state", payments::to_text(fold.state)},
                                  {"trace", running.attempt->request.trace.id}});
  if (returned) co_return co_await release(std::move(running), std::move(reply), fold);
  if (payments::is_success(fold.state)) co_return co_await confirm(std::move(running), std::move(reply), fold);
  if (payments::is_definite_failure(fold.state)) co_return co_await release(std::move(running), std::move(reply), fold);
  co_return co_await park(std::move(running), std::move(reply), fold);
}

asio::awaitable<Result<Answer>> Completion::confirm(Running running, payments::ChargeReply reply,
                                                    payments::AttemptFold fold) {
  const StoreId store = running.session.store;
  KASSA_CO_TRY(auto number, co_await env_.numbers.next(store));
  const Instant now = env_.clock.now();
  Session completed = completed_session(running, now);
  const Answer answer = render(running, completed, Verdict::kCompleted, {});
  const Answer reply_to_caller = told(running, completed, Verdict::kCompleted, {}, answer);
  const bool captured = fold.captured >= running.attempt->request.amount.minor;
  ports::Transaction transaction("outcome", store);
  transaction.add(statements::move_attempt(store, *running.attempt, fold, now));
  transaction.add(statements::add_attempt_event(store, *running.attempt, reply.event, running.attempt->next_seq));
  add_confirmation(env_, running, completed, answer, captured ? "paid" : "authorized", number, now, transaction);
  add_second_key(running, reply_to_caller, now, transaction);
  if (captured) add_money_entry(running, running.attempt->id.value, fold.captured, now, transaction);
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) {
    co_await note_late(running);
    co_return Error{Errc::kIdempotencyInFlight, "another process is completing this checkout"};
  }
  take_stock(store, done);
  co_await env_.sessions.adopt(std::make_shared<const Session>(std::move(completed)));
  env_.wake_outbox();
  env_.metrics.count("orders_total", "confirmed");
  co_return reply_to_caller;
}

asio::awaitable<Result<Answer>> Completion::release(Running running, payments::ChargeReply reply,
                                                    payments::AttemptFold fold) {
  const StoreId store = running.session.store;
  const Instant now = env_.clock.now();
  Session open = running.session;
  open.state = State::kOpen;
  open.action_url.clear();
  open.version.n += 1;
  open.updated_at = now;
  open.quote.reset();
  open.rendered = std::make_shared<RenderCache>(running.quote);
  const bool sent = !reply.event.detail.starts_with(payments::kDetailNoEffect);
  const Verdict verdict = sent ? Verdict::kDeclined : Verdict::kUnreachable;
  const Answer answer = render(running, open, verdict, reply.event.detail);
  const Answer reply_to_caller = told(running, open, verdict, reply.event.detail, answer);
  ports::Transaction transaction("release", store);
  transaction.add(statements::finish_key(running.claim, answer.status,
                                         env_.box.seal_for(running.key, answer_aad(running.claim), *answer.body)));
  transaction.add(statements::move_attempt(store, *running.attempt, fold, now));
  transaction.add(statements::add_attempt_event(store, *running.attempt, reply.event, running.attempt->next_seq));
  add_second_key(running, reply_to_caller, now, transaction);
  add_returned_money(running, fold, now, transaction);
  if (is_not_found(reply.event)) transaction.add(late_work(running, kLateWatch, now));
  const bool held = running.attempt->fold.state == payments::AttemptState::kReview;
  if (held) transaction.add(statements::hold_no_more(store, open.order, now));
  transaction.add(statements::release_reserved(store, open.order));
  transaction.add(statements::mark_reservations(store, open.order, "released"));
  const std::size_t returned = transaction.steps.size();
  transaction.add(statements::return_uses(store, open.order));
  transaction.add(statements::return_budgets(store, open.order));
  transaction.add(statements::forget_redemptions(store, open.order));
  transaction.add(statements::return_codes(store, open.order));
  transaction.add(statements::return_limited(store, open.order));
  transaction.add(statements::forget_limited(store, open.order));
  transaction.add(statements::settle_checkout(open, env_.sessions.sealed(open, nullptr, running.key)));
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kIdempotencyInFlight, "another process is completing this checkout"};
  take_stock(store, done);
  if (done.steps[returned].rows > 0) env_.snapshots.note_uses_returned(store);
  co_await env_.sessions.adopt(std::make_shared<const Session>(std::move(open)));
  co_return reply_to_caller;
}

/// Nothing definite yet: the reservation stays, and the completer (or the caller's retry) asks again.
asio::awaitable<Result<Answer>> Completion::park(Running running, payments::ChargeReply reply,
                                                 payments::AttemptFold fold) {
  const StoreId store = running.session.store;
  const Instant now = env_.clock.now();
  Session waiting = running.session;
  waiting.state = fold.state == payments::AttemptState::kRequiresAction ? State::kNeedsBuyer : State::kCompleting;
  if (waiting.state != State::kNeedsBuyer) waiting.action_url.clear();
  // A lost answer names no address; the one that the buyer was given still stands.
  if (waiting.state == State::kNeedsBuyer && !reply.action_url.empty()) waiting.action_url = reply.action_url;
  waiting.version.n += 1;
  waiting.updated_at = now;
  waiting.rendered = std::make_shared<RenderCache>(running.quote);
  const bool review = fold.state == payments::AttemptState::kReview;
  ports::Transaction transaction("park", store);
  transaction.add(
      statements::park_key(running.claim, review ? statements::kNotByItself : next_try(*running.attempt, now)));
  if (is_worth_a_row(*running.attempt, fold)) {
    transaction.add(statements::move_attempt(store, *running.attempt, fold, now));
    transaction.add(statements::add_attempt_event(store, *running.attempt, reply.event, running.attempt->next_seq));
  }
  transaction.add(
      statements::settle_checkout(waiting, env_.sessions.sealed(waiting, running.quote.get(), running.key)));
  if (review) transaction.add(statements::hold_order(store, waiting.order, now));
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) {
    co_await note_late(running);
    co_return Error{Errc::kIdempotencyInFlight, "another process is completing this checkout"};
  }
  if (review) {
    env_.log.error("payment.review", {{"attempt", running.attempt->id.value}, {"order", waiting.order.value}});
  }
  const Verdict verdict = verdict_of(fold.state);
  const Answer answer = render(running, waiting, verdict, reply.event.detail);
  const Answer reply_to_caller = told(running, waiting, verdict, reply.event.detail, answer);
  co_await env_.sessions.adopt(std::make_shared<const Session>(std::move(waiting)));
  co_return reply_to_caller;
}

}  // namespace kassa::checkout
