#include "services/protocol/ucp/routes.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/protocol/ucp/handlers.hpp"

namespace kassa::protocol {
namespace {

using HandlerFunction = boost::asio::awaitable<http::Response> (*)(const UcpServices&, const http::Request&);

struct RouteRow {
  http::Method method;
  std::string_view path;  ///< Below kUcpPrefix.
  HandlerFunction handler;
};

constexpr auto kSessionRoutes = std::to_array<RouteRow>({
    {http::Method::kPost, "/checkout-sessions", &create_checkout},
    {http::Method::kGet, "/checkout-sessions/{id}", &get_checkout},
    {http::Method::kPut, "/checkout-sessions/{id}", &update_checkout},
    {http::Method::kPost, "/checkout-sessions/{id}/complete", &complete_checkout},
    {http::Method::kPost, "/checkout-sessions/{id}/cancel", &cancel_checkout},
    {http::Method::kPost, "/carts", &create_cart},
    {http::Method::kGet, "/carts/{id}", &get_cart},
    {http::Method::kPut, "/carts/{id}", &update_cart},
    {http::Method::kPost, "/carts/{id}/cancel", &cancel_cart},
});

/// A browser asks before it calls: one OPTIONS row per path.
constexpr auto kPreflightPaths = std::to_array<std::string_view>({
    "/checkout-sessions",
    "/checkout-sessions/{id}",
    "/checkout-sessions/{id}/complete",
    "/checkout-sessions/{id}/cancel",
    "/carts",
    "/carts/{id}",
    "/carts/{id}/cancel",
});

constexpr auto kProfilePaths = std::to_array<std::string_view>({"/.well-known/ucp", "/.well-known/ucp/2026-04-08"});

void add(http::Router& router, const UcpServices& services, http::Method method, std::string path, http::Role role,
         HandlerFunction handler, bool creates = false) {
  http::Route route;
  route.method = method;
  route.path = std::move(path);
  route.role = role;
  route.body_bytes_max = limits::kBodyBytesMax;
  route.creates = creates;
  route.handler = [&services, handler](http::Request& request) { return handler(services, request); };
  router.add(std::move(route));
}

std::string below_prefix(std::string_view path) { return std::string(kUcpPrefix).append(path); }

}  // namespace

void add_ucp_routes(http::Router& router, const UcpServices& services) {
  for (const std::string_view path : kProfilePaths) {
    add(router, services, http::Method::kGet, std::string(path), http::Role::kPublic, &get_profile);
  }
  for (const RouteRow& row : kSessionRoutes) {
    add(router, services, row.method, below_prefix(row.path), http::Role::kPlatform, row.handler,
        row.handler == &create_checkout || row.handler == &create_cart);
  }
  for (const std::string_view path : kPreflightPaths) {
    add(router, services, http::Method::kOptions, below_prefix(path), http::Role::kPublic, &answer_preflight);
  }
}

}  // namespace kassa::protocol
