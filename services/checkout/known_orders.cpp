#include "services/checkout/known_orders.hpp"

#include "services/base/email.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/email_index.hpp"

namespace kassa::checkout {
namespace {

/// Somebody wants to know what the merchant has written of a shopper.
bool asks_shoppers(const Snapshot& snapshot) noexcept {
  return discounts::asks_segments(*snapshot.rules) || snapshot.catalog->has_group_prices() ||
         snapshot.settings.tax_exempt_shoppers;
}

}  // namespace

bool asks_for_orders(const Snapshot& snapshot, std::string_view email) {
  return discounts::counts_orders(*snapshot.rules) && is_email(email);
}

bool asks_for_buyers(const Snapshot& snapshot) noexcept {
  return discounts::counts_orders(*snapshot.rules) || asks_shoppers(snapshot);
}

bool lacks_orders(const Snapshot& snapshot, const Session& session, std::string_view email) {
  if (!asks_for_buyers(snapshot) || !is_email(email)) return false;
  const auto& known = session.known_orders;
  if (!known || known->email != email) return true;
  if (discounts::counts_orders(*snapshot.rules) && known->count < 0) return true;
  return asks_shoppers(snapshot) && !known->segments;
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

asio::awaitable<Result<KnownOrders>> look_up_buyer(BuyerBooks books, const Snapshot& snapshot, std::string email) {
  KnownOrders known;
  known.count = -1;
  if (discounts::counts_orders(*snapshot.rules)) {
    StoreId store = snapshot.store;
    std::string wanted = email;
    KASSA_CO_TRY(known, co_await count_orders(books.store, books.box, std::move(store), std::move(wanted)));
  }
  if (asks_shoppers(snapshot)) {
    KASSA_CO_TRY(auto shopper, co_await books.shoppers.by_email(snapshot.store, email));
    known.segments.emplace();
    if (shopper) known.segments = std::move(shopper->segments);
    if (shopper) known.tax_exemption = std::move(shopper->tax_exemption);
  }
  known.email = std::move(email);
  co_return known;
}

asio::awaitable<Result<SessionPtr>> with_orders(BuyerBooks books, const Snapshot& snapshot, SessionPtr session) {
  if (!asks_for_buyers(snapshot) || !is_email(session->buyer.email)) co_return session;
  std::string email = session->buyer.email;
  KASSA_CO_TRY(auto known, co_await look_up_buyer(books, snapshot, std::move(email)));
  if (session->known_orders == known) co_return session;
  auto counted = std::make_shared<Session>(*session);
  counted->known_orders = std::move(known);
  counted->rendered = std::make_shared<RenderCache>();
  co_return SessionPtr(std::move(counted));
}

}  // namespace kassa::checkout
