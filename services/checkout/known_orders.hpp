#pragma once
// How often a buyer has ordered, for discount rules on customer.orders_count: orders of the store under the same
// e-mail, in any spelling, that are bought or being paid for. Asked of the Store only when some rule wants to know and
// an e-mail is there; the session keeps the number until completing asks again. Any thread.

#include "services/checkout/sessions.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

/// Some rule asks, and this e-mail can be looked for.
[[nodiscard]] bool asks_for_orders(const Snapshot& snapshot, std::string_view email);

/// The same, and the session does not know the answer.
[[nodiscard]] bool lacks_orders(const Snapshot& snapshot, const Session& session, std::string_view email);

asio::awaitable<Result<KnownOrders>> count_orders(ports::Store& store, const ports::SecretBox& box, StoreId id,
                                                  std::string email);

/// The session with what is known now, whatever was known before; itself when no rule asks.
asio::awaitable<Result<SessionPtr>> with_orders(ports::Store& store, const ports::SecretBox& box,
                                                const Snapshot& snapshot, SessionPtr session);

}  // namespace kassa::checkout
