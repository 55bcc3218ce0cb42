#include "services/checkout/inbox.hpp"

#include "services/checkout/statements.hpp"

namespace kassa::checkout {

asio::awaitable<Result<bool>> Inbox::receive(GatewayEvent event) {
  ports::Step find = statements::attempt_by_key(event.gateway_key);
  KASSA_CO_TRY(auto rows, co_await store_.query(std::move(find)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no attempt with this key"};
  const StoreId store{ports::as_string(rows[0][0])};
  const CheckoutId checkout{ports::as_string(rows[0][1])};
  const Instant now = clock_.now();
  ports::Transaction transaction("inbox", store);
  transaction.add(statements::add_inbox(store, event.gateway, event.event_key, event.body, now));
  transaction.add(statements::nudge(store, checkout, now));
  KASSA_CO_TRY(auto done, co_await store_.commit(std::move(transaction)));
  wake_completer_();
  co_return done.applied&& done.steps[0].rows == 1;
}

}  // namespace kassa::checkout
