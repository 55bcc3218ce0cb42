#include "services/protocol/ucp/handlers.hpp"

#include "services/protocol/auth.hpp"
#include "services/protocol/cors.hpp"
#include "services/protocol/ucp/commands.hpp"
#include "services/protocol/ucp/profile_document.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

constexpr Resource kCheckouts{checkout::Kind::kCheckout, "POST /checkout-sessions", "PUT /checkout-sessions/{id}",
                              "POST /checkout-sessions/{id}/complete", "POST /checkout-sessions/{id}/cancel"};
constexpr Resource kCarts{checkout::Kind::kCart, "POST /carts", "PUT /carts/{id}", "", "POST /carts/{id}/cancel"};

}  // namespace

awaitable<http::Response> get_profile(const UcpServices& services, const http::Request& request) {
  Posture posture;
  posture.business_errors = ports::BusinessErrors::kHttp4xx;
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) {
    const Error unknown{Errc::kNotFound, "no store is served under this host"};
    co_return render_error(unknown, posture);
  }
  auto snapshot = co_await services.snapshots.get(*store);
  if (!snapshot) co_return render_error(snapshot.error(), posture);
  const Offer offer = snapshot.value()->live ? Offer::kReal : Offer::kAll;
  http::Response answer(200, profile_document(*snapshot.value(), base_url_of(services, request), offer));
  answer.headers.emplace_back("Cache-Control", "public, max-age=300");
  answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
  co_return answer;
}

awaitable<http::Response> create_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await create_session(services, request, exchange, kCheckouts);
}

awaitable<http::Response> get_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await get_session(services, request, exchange, kCheckouts);
}

awaitable<http::Response> update_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await update_session(services, request, exchange, kCheckouts);
}

awaitable<http::Response> complete_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await complete_session(services, request, exchange, kCheckouts);
}

awaitable<http::Response> cancel_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await cancel_session(services, request, exchange, kCheckouts);
}

awaitable<http::Response> create_cart(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await create_session(services, request, exchange, kCarts);
}

awaitable<http::Response> get_cart(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await get_session(services, request, exchange, kCarts);
}

awaitable<http::Response> update_cart(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await update_session(services, request, exchange, kCarts);
}

awaitable<http::Response> cancel_cart(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await cancel_session(services, request, exchange, kCarts);
}

awaitable<http::Response> answer_preflight(const UcpServices& services, const http::Request& request) {
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) co_return http::Response(403, {});
  auto snapshot = co_await services.snapshots.get(*store);
  if (!snapshot) co_return http::Response(403, {});
  co_return preflight(request, snapshot.value()->settings);
}

}  // namespace kassa::protocol
