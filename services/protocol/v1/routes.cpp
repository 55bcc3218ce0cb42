#include "services/protocol/v1/routes.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/commands.hpp"
#include "services/protocol/ucp/handlers.hpp"
#include "services/protocol/ucp/order_render.hpp"
#include "services/protocol/v1/event_routes.hpp"
#include "services/protocol/v1/exchange.hpp"
#include "services/protocol/v1/renderer.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

constexpr Resource kOwnCheckouts{checkout::Kind::kCheckout,     "POST /checkouts",
                                 "PATCH /checkouts/{id}",       "POST /checkouts/{id}/complete",
                                 "POST /checkouts/{id}/cancel", Members::kAll};
constexpr Resource kOwnCarts{checkout::Kind::kCart,     "POST /carts", "PUT /carts/{id}", "",
                             "POST /carts/{id}/cancel", Members::kAll};

awaitable<http::Response> answer_own_session(const OrderServices& services, const http::Request& request, Action action,
                                             const Resource& resource) {
  const UcpServices& ucp = services.ucp;
  Exchange exchange = co_await open_v1_exchange(ucp, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  const bool final =
      action == Action::kComplete || (action == Action::kCancel && resource.kind == checkout::Kind::kCheckout);
  if (final) {
    if (auto refused = refuse_without_key(request, exchange)) co_return std::move(*refused);
  }
  http::Response answer = co_await run_action(ucp, request, exchange, action, resource);
  if (action == Action::kGet) co_return unless_known(request, exchange, std::move(answer));
  co_return with_etag(exchange, std::move(answer));
}

/// The store's backend, or the page that holds the client secret of the order's checkout.
bool may_see(const Exchange& exchange, const orders::PlacedOrder& order) noexcept {
  const std::string& owner = order.record.audience.owner;
  const bool of_mode = is_live(owner) == exchange.live;
  return order.confirmed() && of_mode && (is_backend(exchange) || owner == exchange.caller.principal);
}

awaitable<http::Response> answer_order(const OrderServices& services, const http::Request& request) {
  Exchange exchange = co_await open_v1_exchange(services.ucp, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  OrderId id{request.params.front()};
  auto order = co_await services.orders.get(exchange.caller.store, std::move(id));
  if (!order && order.error().code != Errc::kNotFound) co_return refuse(exchange, order.error());
  if (!order || !may_see(exchange, order.value())) {
    co_return refuse(exchange, Error{Errc::kNotFound, "no such order"});
  }
  checkout::Answer answer;
  const Links links = services.ucp.renderer.links().below(base_url_of(services.ucp, request));
  answer.body = std::make_shared<const std::string>(render_own_order(order.value(), links));
  co_return respond(exchange, std::move(answer));
}

struct V1Row {
  http::Method method;
  std::string_view path;  ///< Below kV1Prefix.
  Action action;
  const Resource* resource;
};

constexpr auto kV1Rows = std::to_array<V1Row>({
    {http::Method::kPost, "/checkouts", Action::kCreate, &kOwnCheckouts},
    {http::Method::kGet, "/checkouts/{id}", Action::kGet, &kOwnCheckouts},
    {http::Method::kPatch, "/checkouts/{id}", Action::kUpdate, &kOwnCheckouts},
    {http::Method::kPost, "/checkouts/{id}/complete", Action::kComplete, &kOwnCheckouts},
    {http::Method::kPost, "/checkouts/{id}/cancel", Action::kCancel, &kOwnCheckouts},
    {http::Method::kPost, "/carts", Action::kCreate, &kOwnCarts},
    {http::Method::kGet, "/carts/{id}", Action::kGet, &kOwnCarts},
    {http::Method::kPut, "/carts/{id}", Action::kUpdate, &kOwnCarts},
    {http::Method::kPost, "/carts/{id}/cancel", Action::kCancel, &kOwnCarts},
});

constexpr auto kV1PreflightPaths = std::to_array<std::string_view>({
    "/checkouts",
    "/checkouts/{id}",
    "/checkouts/{id}/complete",
    "/checkouts/{id}/cancel",
    "/carts",
    "/carts/{id}",
    "/carts/{id}/cancel",
    "/orders/{id}",
});

std::string below_v1(std::string_view path) { return std::string(kV1Prefix).append(path); }

}  // namespace

void add_v1_routes(http::Router& router, const OrderServices& services) {
  for (const V1Row& row : kV1Rows) {
    const auto answer = [&services, &row](http::Request& request) {
      return answer_own_session(services, request, row.action, *row.resource);
    };
    router.add({row.method, below_v1(row.path), http::Role::kPlatform, limits::kBodyBytesMax, answer, true,
                row.action == Action::kCreate});
  }
  router.add({http::Method::kGet, below_v1("/orders/{id}"), http::Role::kPlatform, limits::kBodyBytesMax,
              [&services](http::Request& request) { return answer_order(services, request); }});
  add_v1_event_routes(router, services.ucp);
  for (const std::string_view path : kV1PreflightPaths) add_preflight(router, services.ucp, below_v1(path));
}

}  // namespace kassa::protocol
