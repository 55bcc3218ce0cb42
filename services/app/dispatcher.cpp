#include "services/app/dispatcher.hpp"

#include <utility>

#include "services/base/limits.hpp"

namespace kassa::app {

asio::awaitable<http::Response> RouteDispatcher::dispatch(http::Request& request) {
  // A request with a body was matched when its head arrived; taking the match leaves nothing for the next request.
  const http::Route* route = std::exchange(request.route, nullptr);
  if (route == nullptr) {
    const http::Router::Match match = router_.find(request);
    if (match.route == nullptr) co_return no_route(request, match);
    route = match.route;
  }
  RateGate::Pass pass;
  if (gate_ != nullptr) pass = gate_->admit(*route, request);
  if (pass.retry_after.count() > 0) co_return too_many(request, pass);
  co_return co_await route->handler(request);
}

std::size_t RouteDispatcher::body_bytes_max(http::Request& request) {
  request.route = router_.find(request).route;
  return request.route != nullptr ? request.route->body_bytes_max : limits::kBodyBytesMax;
}

http::Response RouteDispatcher::failure(int status, std::string_view code, std::string_view content) {
  return http::Response(status, wording_({}, code, content));
}

http::Response RouteDispatcher::no_route(const http::Request& request, const http::Router::Match& match) {
  if (!match.method_not_allowed) return {404, wording_(request.path, "not_found", "no such route")};
  http::Response response(405, wording_(request.path, "method_not_allowed", "the route has other methods"));
  response.headers.emplace_back("Allow", match.allow);
  return response;
}

http::Response RouteDispatcher::too_many(const http::Request& request, RateGate::Pass& pass) {
  const ErrorRow& row = describe(Errc::kRateLimited);
  http::Response response(row.http_status, wording_(request.path, row.slug, row.meaning));
  response.headers = std::move(pass.headers);
  return response;
}

}  // namespace kassa::app
