#include "services/checkout/inbox.hpp"

#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

/// Gateways tell of an ordinary decline, too, some of them several times.
constexpr std::chrono::hours kLookAgain{1};

/// A gateway speaks for its own charges only: another one's secret proves nothing about them.
bool may_speak_of(const GatewayEvent& event, const ports::Row& attempt) {
  return event.store.empty() ||
         (event.store.value == ports::as_string(attempt[0]) && event.gateway.value == ports::as_string(attempt[2]));
}

}  // namespace

asio::awaitable<Result<bool>> Inbox::receive(GatewayEvent event) {
  ports::Step find = statements::attempt_by_key(event.gateway_key);
  KASSA_CO_TRY(auto rows, co_await store_.query(std::move(find)));
  if (rows.empty() || !may_speak_of(event, rows[0])) co_return Error{Errc::kNotFound, "no attempt with this key"};
  const StoreId store{ports::as_string(rows[0][0])};
  const CheckoutId checkout{ports::as_string(rows[0][1])};
  const Instant now = clock_.now();
  ports::Transaction transaction("inbox", store);
  ports::Step keep = statements::add_inbox(store, event.gateway, event.event_key, now);
  keep.guard = ports::Guard::exactly(1, "known_event");
  transaction.add(std::move(keep));
  transaction.add(statements::nudge(store, checkout, now));
  // Of an attempt that has ended without money: if it is a success, nobody is waiting for it any more.
  const auto state = payments::attempt_state_from(ports::as_string(rows[0][4]));
  if (state && payments::is_definite_failure(*state)) {
    statements::LateWork work;
    work.store = store;
    work.attempt = AttemptId{ports::as_string(rows[0][3])};
    work.checkout = checkout;
    work.person = PersonId{ports::as_string(rows[0][5])};
    work.at_most_every = kLookAgain;
    transaction.add(statements::look_late(work, now));
  }
  KASSA_CO_TRY(auto done, co_await store_.commit(std::move(transaction)));
  if (!done.applied) co_return false;
  wake_completer_();
  co_return true;
}

}  // namespace kassa::checkout
