#include "services/app/dispatcher.hpp"

#include "services/base/json.hpp"
#include "services/base/limits.hpp"

namespace kassa::app {

asio::awaitable<http::Response> RouteDispatcher::dispatch(http::Request& request) {
  const http::Router::Match match = router_.find(request);
  if (match.route != nullptr) co_return co_await match.route->handler(request);
  if (!match.method_not_allowed) co_return failure(404, "not_found", "no such route");
  http::Response response = failure(405, "method_not_allowed", "the route has other methods");
  response.headers.emplace_back("Allow", match.allow);
  co_return response;
}

std::size_t RouteDispatcher::body_bytes_max(http::Request& request) {
  const http::Router::Match match = router_.find(request);
  return match.route != nullptr ? match.route->body_bytes_max : limits::kBodyBytesMax;
}

http::Response RouteDispatcher::failure(int status, std::string_view code, std::string_view content) {
  json::object body;
  body["code"] = code;
  body["content"] = content;
  return http::Response(status, json::serialize(body));
}

}  // namespace kassa::app
