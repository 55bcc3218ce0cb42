// A success that comes after its attempt was ended: the process that sent it stood still past its lease, or the gateway
// was slower than anybody waits. No order is waiting for that money, so it goes back. The work is a row among the
// idempotency keys, scope "late", key the attempt's id, so that it survives a crash and is claimed like any other.

#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/completion.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::minutes kLateRetry{1};
constexpr std::string_view kLateDetail = "late";
constexpr int kNoContent = 204;

}  // namespace

ports::Step Completion::late_work(const Running& running, std::chrono::seconds after, Instant now) {
  statements::LateWork work;
  work.store = running.claim.store;
  work.attempt = running.attempt->id;
  work.checkout = running.claim.checkout;
  work.person = running.claim.person;
  work.after = after;
  return statements::look_late(work, now);
}

/// The last word about money that this process may be the only one to know of.
asio::awaitable<void> Completion::note_late(const Running& running) {
  const Instant now = env_.clock.now();
  ports::Transaction transaction("late", running.claim.store);
  transaction.add(late_work(running, std::chrono::seconds{0}, now));
  const auto done = co_await env_.store.commit(std::move(transaction));
  if (!done) env_.log.error("payment.late_lost", {{"attempt", running.attempt->id.value}});
}

/// From the columns alone, which is enough to ask and to give back: the person may be erased by now, and the key to
/// what was sealed with them.
asio::awaitable<Result<Running>> Completion::reload_late(Claim claim) {
  Running running;
  KASSA_CO_TRY(running.snapshot, co_await env_.snapshots.get(claim.store));
  ports::Step read = statements::read_attempt(claim.store, AttemptId{claim.key});
  KASSA_CO_TRY(const auto rows, co_await env_.store.query(std::move(read)));
  ensure(!rows.empty(), "late work without its attempt");
  const ports::Row& row = rows[0];
  running.session.store = claim.store;
  running.session.order = OrderId{ports::as_string(row[13])};
  AttemptRow attempt = attempt_from(row, running.session.order);
  attempt.moved_at = from_millis(ports::as_int(row[17]));
  attempt.request.store = claim.store;
  attempt.request.attempt = attempt.id;
  attempt.request.order = running.session.order;
  attempt.request.gateway_key = ports::as_string(row[14]);
  const auto currency = Currency::from_code(ports::as_string(row[15]));
  ensure(currency.has_value(), "unknown currency in the store");
  attempt.request.amount = Money{ports::as_int(row[16]), *currency};
  running.attempt = std::move(attempt);
  running.claim = std::move(claim);
  co_return running;
}

asio::awaitable<Result<Answer>> Completion::look_late(Claim claim) {
  KASSA_CO_TRY(auto running, co_await reload_late(std::move(claim)));
  const payments::GatewayConfig* gateway = gateway_of(running);
  ensure(gateway != nullptr, "the attempt's gateway is not configured");
  const AttemptRow& attempt = *running.attempt;
  const bool returning = attempt.giving_back == kLateDetail;
  std::vector<payments::AttemptEvent> nothing;
  const bool settled = !returning && payments::is_success(attempt.fold.state);
  if (settled || is_returned(attempt.fold)) co_return co_await end_late(std::move(running), std::move(nothing));
  // Its own completion goes on, and sees at the gateway what this one saw; or a person looks at it.
  const bool open = !returning && payments::is_open(attempt.fold.state);
  const std::chrono::milliseconds asking_time = limits::kGatewayTime / 2;
  const Instant again = env_.clock.now() + kLateRetry;
  if (open) co_return co_await wait_late(running, again);
  const payments::ChargeReply found = co_await env_.gateways.find(*gateway, attempt.request, asking_time);
  const auto fold = payments::apply(attempt.fold, attempt.request.amount, found.event);
  // A buyer who could still approve could still be charged.
  const bool pending = found.event.kind == payments::EventKind::kActionRequired;
  if (pending || payments::is_success(fold.state)) co_return co_await return_late(std::move(running), found);
  if (fold.state == payments::AttemptState::kReview) {
    env_.log.error("payment.late_review", {{"attempt", attempt.id.value}});
    co_return co_await wait_late(running, statements::kNotByItself);
  }
  const bool unknown =
      found.event.kind == payments::EventKind::kUnknown || found.event.kind == payments::EventKind::kProcessing;
  if (unknown) co_return co_await wait_late(running, again);
  const Instant watched_until = attempt.moved_at + kLateWatch;
  if (is_not_found(found.event) && env_.clock.now() < watched_until)
    co_return co_await wait_late(running, watched_until);
  co_return co_await end_late(std::move(running), std::move(nothing));
}

asio::awaitable<Result<Answer>> Completion::return_late(Running running, const payments::ChargeReply& found) {
  const Money amount = running.attempt->request.amount;
  std::vector<payments::AttemptEvent> events{found.event};
  auto fold = payments::apply(running.attempt->fold, amount, found.event);
  if (!is_returned(fold)) {
    if (running.attempt->giving_back != kLateDetail) {
      payments::AttemptEvent request_back;
      request_back.kind = payments::EventKind::kVoidRequested;
      request_back.gateway_ref = found.event.gateway_ref;
      request_back.detail = kLateDetail;
      KASSA_CO_TRY(co_await note(running, std::move(request_back)));
      env_.log.warn("payment.late", {{"attempt", running.attempt->id.value}});
    }
    const payments::ChargeReply given = co_await give_back(running);
    events.push_back(given.event);
    fold = payments::apply(std::move(fold), amount, given.event);
    const bool voided = given.event.kind == payments::EventKind::kVoided && fold.captured == 0;
    if (!voided && !is_returned(fold)) {
      const bool refused = given.event.kind != payments::EventKind::kUnknown;
      if (refused) co_return co_await leave_late(std::move(running), found.event);
      co_return co_await wait_late(running, env_.clock.now() + kLateRetry);
    }
  }
  env_.metrics.count("late_successes_total", "returned");
  co_return co_await end_late(std::move(running), std::move(events));
}

/// What the gateway said of an attempt that had ended, and what that moves in the ledger: the money once, and its way
/// back once all of it went.
void Completion::add_late_events(AttemptRow& attempt, std::vector<payments::AttemptEvent> events,
                                 const Running& running, Instant now, ports::Transaction& transaction) {
  const StoreId& store = running.claim.store;
  const payments::AttemptFold before = attempt.fold;
  for (payments::AttemptEvent& event : events) {
    event.at = now;
    attempt.fold = payments::apply(std::move(attempt.fold), attempt.request.amount, event);
    transaction.add(statements::move_attempt(store, attempt, attempt.fold, now));
    transaction.add(statements::add_attempt_event(store, attempt, event, attempt.next_seq));
    attempt.version += 1;
    attempt.next_seq += 1;
  }
  const payments::AttemptFold& after = attempt.fold;
  const bool came = before.captured == 0 && after.captured > 0;
  if (came) add_money_entry(running, attempt.id.value, after.captured, now, transaction);
  const bool went = !is_returned(before) && is_returned(after);
  if (went) add_money_entry(running, attempt.id.value + ".returned", -after.refunded, now, transaction);
}

asio::awaitable<Result<Answer>> Completion::end_late(Running running, std::vector<payments::AttemptEvent> events) {
  const Instant now = env_.clock.now();
  ports::Transaction transaction("late", running.claim.store);
  transaction.add(statements::finish_key(running.claim, kNoContent, Bytes{}));
  add_late_events(*running.attempt, std::move(events), running, now, transaction);
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kIdempotencyInFlight, "another process looks at this attempt"};
  co_return Answer{kNoContent, std::make_shared<const std::string>()};
}

/// The gateway does not give it back. What it holds is written down with that, so that nobody decides that it holds
/// nothing.
asio::awaitable<Result<Answer>> Completion::leave_late(Running running, payments::AttemptEvent found) {
  AttemptRow& attempt = *running.attempt;
  env_.log.error("payment.late_review", {{"attempt", attempt.id.value}});
  const auto fold = payments::apply(attempt.fold, attempt.request.amount, found);
  const bool news = fold.state != attempt.fold.state || fold.refunded != attempt.fold.refunded;
  std::vector<payments::AttemptEvent> events;
  if (news) events.push_back(std::move(found));
  ports::Transaction transaction("late", running.claim.store);
  transaction.add(statements::park_key(running.claim, statements::kNotByItself));
  add_late_events(attempt, std::move(events), running, env_.clock.now(), transaction);
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kIdempotencyInFlight, "another process looks at this attempt"};
  co_return Answer{kNoContent, std::make_shared<const std::string>()};
}

asio::awaitable<Result<Answer>> Completion::wait_late(const Running& running, Instant until) {
  ports::Transaction transaction("late", running.claim.store);
  transaction.add(statements::park_key(running.claim, until));
  KASSA_CO_TRY(auto done, co_await env_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kIdempotencyInFlight, "another process looks at this attempt"};
  co_return Answer{kNoContent, std::make_shared<const std::string>()};
}

}  // namespace kassa::checkout
