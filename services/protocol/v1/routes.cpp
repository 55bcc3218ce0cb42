#include "services/protocol/v1/routes.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/commands.hpp"
#include "services/protocol/ucp/handlers.hpp"
#include "services/protocol/ucp/order_render.hpp"
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

enum class Action : unsigned char { kCreate, kGet, kUpdate, kComplete, kCancel };

awaitable<http::Response> answer_session(const OrderServices& services, const http::Request& request, Action action,
                                         const Resource& resource) {
  const UcpServices& ucp = services.ucp;
  Exchange exchange = co_await open_v1_exchange(ucp, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  const bool final =
      action == Action::kComplete || (action == Action::kCancel && resource.kind == checkout::Kind::kCheckout);
  if (final) {
    if (auto refused = refuse_without_key(request, exchange)) co_return std::move(*refused);
  }
  http::Response answer;
  switch (action) {
    case Action::kCreate: answer = co_await create_session(ucp, request, exchange, resource); break;
    case Action::kGet: answer = co_await get_session(ucp, request, exchange, resource); break;
    case Action::kUpdate: answer = co_await update_session(ucp, request, exchange, resource); break;
    case Action::kComplete: answer = co_await complete_session(ucp, request, exchange, resource); break;
    case Action::kCancel: answer = co_await cancel_session(ucp, request, exchange, resource); break;
  }
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
  answer.body =
      std::make_shared<const std::string>(render_own_order(order.value(), base_url_of(services.ucp, request)));
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

http::Route v1_route(http::Method method, std::string_view path, http::Role role) {
  http::Route route;
  route.method = method;
  route.path = std::string(kV1Prefix).append(path);
  route.role = role;
  route.body_bytes_max = limits::kBodyBytesMax;
  return route;
}

}  // namespace

void add_v1_routes(http::Router& router, const OrderServices& services) {
  for (const V1Row& row : kV1Rows) {
    http::Route route = v1_route(row.method, row.path, http::Role::kPlatform);
    route.creates = row.action == Action::kCreate;
    route.handler = [&services, &row](http::Request& request) {
      return answer_session(services, request, row.action, *row.resource);
    };
    router.add(std::move(route));
  }
  http::Route order = v1_route(http::Method::kGet, "/orders/{id}", http::Role::kPlatform);
  order.handler = [&services](http::Request& request) { return answer_order(services, request); };
  router.add(std::move(order));
  for (const std::string_view path : kV1PreflightPaths) {
    http::Route route = v1_route(http::Method::kOptions, path, http::Role::kPublic);
    route.handler = [&services](http::Request& request) { return answer_preflight(services.ucp, request); };
    router.add(std::move(route));
  }
}

}  // namespace kassa::protocol
