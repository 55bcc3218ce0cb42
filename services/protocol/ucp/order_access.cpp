#include "services/protocol/ucp/order_access.hpp"

#include "services/protocol/principal.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

bool is_owner(const Exchange& exchange, const orders::PlacedOrder& order) noexcept {
  // A publishable key is in every shopper's browser: it names no one.
  return !exchange.key && exchange.caller.principal == order.record.audience.owner;
}

asio::awaitable<Result<bool>> takes_any_platform(const OrderServices& services, const StoreId& store) {
  KASSA_CO_TRY(const auto snapshot, co_await services.ucp.snapshots.get(store));
  co_return snapshot->settings.platform_profiles == ports::ProfilePolicy::kPermissive;
}

/// The answer to somebody who may not even look; nullopt: the order decides.
std::optional<http::Response> refuse_stranger(const Exchange& exchange, bool permissive) {
  if (exchange.key || permissive || exchange.signature == SignatureFault::kNone) return std::nullopt;
  return refuse_signature(exchange, exchange.signature);
}

}  // namespace

asio::awaitable<VisibleOrder> find_visible_order(const OrderServices& services, const http::Request& request) {
  VisibleOrder found;
  found.exchange = co_await open_exchange(services.ucp, request);
  found.refusal = std::move(found.exchange.refusal);
  if (found.refusal) co_return found;
  const StoreId store = found.exchange.caller.store;
  const auto permissive = co_await takes_any_platform(services, store);
  if (!permissive) {
    found.refusal = refuse(found.exchange, permissive.error());
    co_return found;
  }
  found.refusal = refuse_stranger(found.exchange, permissive.value());
  if (found.refusal) co_return found;
  OrderId id{request.params.front()};
  auto order = co_await services.orders.get(store, std::move(id));
  const bool shown_to_all = services.sandbox && permissive.value();
  const bool visible = order && order.value().confirmed() &&
                       is_live(order.value().record.audience.owner) == found.exchange.live &&
                       (is_backend(found.exchange) || shown_to_all || is_owner(found.exchange, order.value()));
  if (visible) {
    found.order = std::move(order).value();
  } else {
    const bool hidden = order || order.error().code == Errc::kNotFound;
    found.refusal = refuse(found.exchange, hidden ? Error{Errc::kNotFound, "Order not found"} : order.error());
  }
  co_return found;
}

}  // namespace kassa::protocol
