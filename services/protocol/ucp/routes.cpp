#include "services/protocol/ucp/routes.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/protocol/ucp/handlers.hpp"

namespace kassa::protocol {
namespace {

constexpr Resource kCheckouts{checkout::Kind::kCheckout, "POST /checkout-sessions", "PUT /checkout-sessions/{id}",
                              "POST /checkout-sessions/{id}/complete", "POST /checkout-sessions/{id}/cancel"};
constexpr Resource kCarts{checkout::Kind::kCart, "POST /carts", "PUT /carts/{id}", "", "POST /carts/{id}/cancel"};

struct RouteRow {
  http::Method method;
  std::string_view path;  ///< Below kUcpPrefix.
  Action action;
  const Resource* resource;
};

constexpr auto kSessionRoutes = std::to_array<RouteRow>({
    {http::Method::kPost, "/checkout-sessions", Action::kCreate, &kCheckouts},
    {http::Method::kGet, "/checkout-sessions/{id}", Action::kGet, &kCheckouts},
    {http::Method::kPut, "/checkout-sessions/{id}", Action::kUpdate, &kCheckouts},
    {http::Method::kPost, "/checkout-sessions/{id}/complete", Action::kComplete, &kCheckouts},
    {http::Method::kPost, "/checkout-sessions/{id}/cancel", Action::kCancel, &kCheckouts},
    {http::Method::kPost, "/carts", Action::kCreate, &kCarts},
    {http::Method::kGet, "/carts/{id}", Action::kGet, &kCarts},
    {http::Method::kPut, "/carts/{id}", Action::kUpdate, &kCarts},
    {http::Method::kPost, "/carts/{id}/cancel", Action::kCancel, &kCarts},
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

std::string below_prefix(std::string_view path) { return std::string(kUcpPrefix).append(path); }

}  // namespace

void add_ucp_routes(http::Router& router, const UcpServices& services) {
  for (const std::string_view path : kProfilePaths) {
    router.add({http::Method::kGet, std::string(path), http::Role::kPublic, limits::kBodyBytesMax,
                [&services](http::Request& request) { return get_profile(services, request); }});
  }
  for (const RouteRow& row : kSessionRoutes) {
    const auto answer = [&services, &row](http::Request& request) {
      return answer_session(services, request, row.action, *row.resource);
    };
    router.add({row.method, below_prefix(row.path), http::Role::kPlatform, limits::kBodyBytesMax, answer, true,
                row.action == Action::kCreate});
  }
  for (const std::string_view path : kPreflightPaths) add_preflight(router, services, below_prefix(path));
}

}  // namespace kassa::protocol
