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

bool is_returned(const payments::AttemptFold& fold) { return fold.refunded > 0 && fold.refunded == fold.captured; }

}  // namespace

/// The last word about money that this process may be the only one to know of.
asio::awaitable<void> Completion::note_late(const Running& running) {
  const Instant now = env_.clock.now();
  ports::Transaction transaction("late", running.claim.store);
  transaction.add(statements::look_late(running.claim.store, running.attempt->id, running.claim.checkout,
                                        running.claim.person, now));
  const auto done = co_await env_.store.commit(std::move(transaction));
  if (!done) env_.log.error("payment.late_lost", {{"attempt", running.attempt->id.value}});
}

asio::awaitable<Result<Running>> Completion::reload_late(Claim claim) {
  Running running;
  KASSA_CO_TRY(running.snapshot, co_await env_.snapshots.get(claim.store));
  KASSA_CO_TRY(running.key, co_await env_.persons.key_of(claim.store, claim.person));
  ports::Step read = statements::read_attempt(claim.store, AttemptId{claim.key});
  KASSA_CO_TRY(const auto rows, co_await env_.store.query(std::move(read)));
  ensure(!rows.empty(), "late work without its attempt");
  running.session.store = claim.store;
  running.session.order = OrderId{ports::as_string(rows[0][13])};
  KASSA_CO_TRY(running.attempt, read_request(claim, running.key, rows[0], running.session.order));
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
  if (!returning && payments::is_success(attempt.fold.state))
    co_return co_await end_late(std::move(running), std::move(nothing));
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
  co_return co_await end_late(std::move(running), std::move(nothing));
}

asio::awaitable<Result<Answer>> Completion::return_late(Running running, const payments::ChargeReply& found) {
  const Money amount = running.attempt->request.amount;
  std::vector<payments::AttemptEvent> events{found.event};
  auto fold = payments::apply(running.attempt->fold, amount, found.event);
  if (!is_returned(fold)) {
    if (running.attempt->giving_back.empty()) {
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
      if (refused) env_.log.error("payment.late_review", {{"attempt", running.attempt->id.value}});
      co_return co_await wait_late(running, refused ? statements::kNotByItself : env_.clock.now() + kLateRetry);
    }
  }
  env_.metrics.count("late_successes_total", "returned");
  co_return co_await end_late(std::move(running), std::move(events));
}

asio::awaitable<Result<Answer>> Completion::end_late(Running running, std::vector<payments::AttemptEvent> events) {
  const StoreId store = running.claim.store;
  const Instant now = env_.clock.now();
  AttemptRow& attempt = *running.attempt;
  ports::Transaction transaction("late", store);
  Bytes sealed = env_.box.seal_for(running.key, answer_aad(running.claim), "");
  transaction.add(statements::finish_key(running.claim, kNoContent, std::move(sealed)));
  for (payments::AttemptEvent& event : events) {
    event.at = now;
    attempt.fold = payments::apply(std::move(attempt.fold), attempt.request.amount, event);
    transaction.add(statements::move_attempt(store, attempt, attempt.fold, now));
    transaction.add(statements::add_attempt_event(store, attempt, event, attempt.next_seq));
    attempt.version += 1;
    attempt.next_seq += 1;
  }
  if (!events.empty()) add_returned_money(running, attempt.fold, now, transaction);
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
