#include "services/protocol/ucp/handlers.hpp"

#include "services/base/limits.hpp"
#include "services/protocol/auth.hpp"
#include "services/protocol/cors.hpp"
#include "services/protocol/ucp/profile_document.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

awaitable<http::Response> answer_preflight(const UcpServices& services, const http::Request& request) {
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) co_return http::Response(403, {});
  auto snapshot = co_await services.snapshots.get(*store);
  if (!snapshot) co_return http::Response(403, {});
  co_return preflight(request, snapshot.value()->settings);
}

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

awaitable<http::Response> answer_session(const UcpServices& services, const http::Request& request, Action action,
                                         const Resource& resource) {
  const bool cart = resource.kind == checkout::Kind::kCart;
  const Capability needed = cart ? Capability::kCart : Capability::kCheckout;
  Exchange exchange = co_await open_exchange(services, request, needed);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  co_return co_await run_action(services, request, exchange, action, resource);
}

void add_preflight(http::Router& router, const UcpServices& services, std::string path) {
  router.add({http::Method::kOptions, std::move(path), http::Role::kPublic, limits::kBodyBytesMax,
              [&services](http::Request& request) { return answer_preflight(services, request); }});
}

}  // namespace kassa::protocol
