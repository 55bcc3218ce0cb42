#include "services/checkout/known_orders.hpp"

#include "services/base/email.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/email_index.hpp"

namespace kassa::checkout {

bool asks_for_orders(const Snapshot& snapshot, std::string_view email) {
  return discounts::counts_orders(*snapshot.rules) && is_email(email);
}

bool lacks_orders(const Snapshot& snapshot, const Session& session, std::string_view email) {
  return asks_for_orders(snapshot, email) && (!session.known_orders || session.known_orders->email != email);
}

asio::awaitable<Result<KnownOrders>> count_orders(ports::Store& store, const ports::SecretBox& box, StoreId id,
                                                  std::string email) {
  ports::Step read = statements::find_orders(id, ports::email_hash(box, id, email));
  KASSA_CO_TRY(const auto rows, co_await store.query(std::move(read)));
  KnownOrders known;
  known.email = std::move(email);
  known.count = static_cast<std::int64_t>(rows.size());
  co_return known;
}

asio::awaitable<Result<SessionPtr>> with_orders(ports::Store& store, const ports::SecretBox& box,
                                                const Snapshot& snapshot, SessionPtr session) {
  if (!asks_for_orders(snapshot, session->buyer.email)) co_return session;
  StoreId id = session->store;
  std::string email = session->buyer.email;
  KASSA_CO_TRY(auto known, co_await count_orders(store, box, std::move(id), std::move(email)));
  if (session->known_orders == known) co_return session;
  auto counted = std::make_shared<Session>(*session);
  counted->known_orders = std::move(known);
  counted->rendered = std::make_shared<RenderCache>();
  co_return SessionPtr(std::move(counted));
}

}  // namespace kassa::checkout
