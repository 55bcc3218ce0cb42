#include "services/protocol/ucp/order_routes.hpp"

#include "services/base/limits.hpp"
#include "services/protocol/ucp/order_input.hpp"
#include "services/protocol/ucp/order_render.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

http::Response answer(const OrderServices& services, const http::Request& request, const Exchange& exchange,
                      const orders::PlacedOrder& order) {
  checkout::Answer out;
  out.body = std::make_shared<const std::string>(
      render_placed_order(order, services.ucp.renderer.links().below(base_url_of(services.ucp, request))));
  return respond(exchange, std::move(out));
}

http::Response not_found(const Exchange& exchange) {
  Exchange plain = exchange;
  plain.posture.business_errors = ports::BusinessErrors::kHttp4xx;
  return refuse(plain, Error{Errc::kNotFound, "Order not found"});
}

http::Response unprocessable(const Exchange& exchange, const Problem& problem) {
  http::Response response = refuse(exchange, Error{Errc::kInvalidRequest, problem.message, problem.path});
  response.status = 422;
  return response;
}

asio::awaitable<http::Response> get_order(const OrderServices& services, http::Request& request) {
  const VisibleOrder found = co_await find_visible_order(services, request);
  if (found.refusal) co_return *found.refusal;
  co_return answer(services, request, found.exchange, found.order);
}

asio::awaitable<http::Response> put_order(const OrderServices& services, http::Request& request) {
  const VisibleOrder found = co_await find_visible_order(services, request);
  // Not part of the protocol, so a missing order is a plain 404 in every posture.
  if (found.refusal && found.refusal->status == 200) co_return not_found(found.exchange);
  if (found.refusal) co_return *found.refusal;
  const auto body = read_body(request);
  if (!body) co_return refuse(found.exchange, body.error());
  std::vector<Problem> problems;
  OrderInput input = read_order_input(body.value().document, problems);
  if (!problems.empty()) co_return unprocessable(found.exchange, problems.front());
  const StoreId& store = found.exchange.caller.store;
  const OrderId& id = found.order.record.id;
  const auto changed =
      co_await services.orders.replace(store, id, std::move(input.events), std::move(input.adjustments));
  if (!changed) co_return refuse(found.exchange, changed.error());
  co_return answer(services, request, found.exchange, changed.value());
}

using OrderHandler = asio::awaitable<http::Response> (*)(const OrderServices&, http::Request&);

void add_order_route(http::Router& router, const OrderServices& services, http::Method method, http::Role role,
                     OrderHandler handler) {
  http::Route route;
  route.method = method;
  route.path = std::string(kUcpPrefix) + "/orders/{id}";
  route.role = role;
  route.body_bytes_max = limits::kBodyBytesMax;
  route.handler = [&services, handler](http::Request& request) { return handler(services, request); };
  router.add(std::move(route));
}

}  // namespace

void add_order_routes(http::Router& router, const OrderServices& services) {
  add_order_route(router, services, http::Method::kGet, http::Role::kPlatform, &get_order);
  if (services.sandbox) add_order_route(router, services, http::Method::kPut, http::Role::kSandbox, &put_order);
}

}  // namespace kassa::protocol
