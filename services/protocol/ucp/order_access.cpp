#include "services/protocol/ucp/order_access.hpp"

#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/signature_verify.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

http::Response refuse_signature(const Exchange& exchange, SignatureFault fault) {
  const SignatureFaultRow& row = describe(fault);
  http::Response answer(row.status, transport_error(row.slug, "the request must be signed by the platform", {}));
  answer.headers.insert(answer.headers.end(), exchange.headers.begin(), exchange.headers.end());
  answer.headers.emplace_back("Cache-Control", "no-store");
  if (row.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"kassa\"");
  return answer;
}

bool is_backend(const Exchange& exchange) noexcept {
  return exchange.key && exchange.key->kind == ports::KeyKind::kSecret;
}

bool is_owner(const Exchange& exchange, const orders::PlacedOrder& order) noexcept {
  // A publishable key is in every shopper's browser: it names no one.
  return !exchange.key && exchange.caller.principal == order.record.audience.owner;
}

asio::awaitable<Result<SignatureFault>> check_signature(const OrderServices& services, const http::Request& request,
                                                        const Exchange& exchange) {
  std::string url = exchange.caller.platform.profile_url;
  KASSA_CO_TRY(const auto profile, co_await services.ucp.profiles.fetch(std::move(url), false));
  co_return verify_signature(signed_message_of(request), request.body, signing_keys_of(profile->document),
                             services.ucp.signer, services.ucp.clock.now());
}

asio::awaitable<Result<bool>> takes_any_platform(const OrderServices& services, const StoreId& store) {
  KASSA_CO_TRY(const auto snapshot, co_await services.ucp.snapshots.get(store));
  co_return snapshot->settings.platform_profiles == ports::ProfilePolicy::kPermissive;
}

/// The answer to somebody who may not even look; nullopt: the order decides.
asio::awaitable<std::optional<http::Response>> refuse_stranger(const OrderServices& services,
                                                               const http::Request& request, const Exchange& exchange,
                                                               bool permissive) {
  if (exchange.key || permissive) co_return std::nullopt;
  const auto fault = co_await check_signature(services, request, exchange);
  if (!fault) co_return refuse(exchange, fault.error());
  if (fault.value() != SignatureFault::kNone) co_return refuse_signature(exchange, fault.value());
  co_return std::nullopt;
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
  found.refusal = co_await refuse_stranger(services, request, found.exchange, permissive.value());
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
