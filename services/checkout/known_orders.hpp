#pragma once
// What the Store knows of a buyer by e-mail, for discount rules that ask: how many orders of the store are bought or
// being paid for under it, in any spelling, and in which segments the merchant has put the shopper. Asked only when
// some rule wants to know and an e-mail is there; the session keeps the answer until completing asks again. Any thread.

#include "services/checkout/sessions.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/shopper_directory.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

/// Some rule asks how often anybody has ordered, and this e-mail can be looked for.
[[nodiscard]] bool asks_for_orders(const Snapshot& snapshot, std::string_view email);

/// Some rule, price list or the taxes ask for something of a buyer.
[[nodiscard]] bool asks_for_buyers(const Snapshot& snapshot) noexcept;

/// Some rule asks, this e-mail can be looked for, and the session does not know the answer.
[[nodiscard]] bool lacks_orders(const Snapshot& snapshot, const Session& session, std::string_view email);

/// How often alone.
asio::awaitable<Result<KnownOrders>> count_orders(ports::Store& store, const ports::SecretBox& box, StoreId id,
                                                  std::string email);

/// Who is asked. Must outlive the calls.
struct BuyerBooks {
  ports::Store& store;
  const ports::SecretBox& box;
  ports::ShopperDirectory& shoppers;
};
asio::awaitable<Result<KnownOrders>> look_up_buyer(BuyerBooks books, const Snapshot& snapshot, std::string email);

/// The session with what is known now, whatever was known before; itself when no rule asks.
asio::awaitable<Result<SessionPtr>> with_orders(BuyerBooks books, const Snapshot& snapshot, SessionPtr session);

}  // namespace kassa::checkout
