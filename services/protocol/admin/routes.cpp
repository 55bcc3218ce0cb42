#include "services/protocol/admin/routes.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/catalog/load.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/body.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPrefix = "/admin/v1";

struct RouteRow {
  http::Method method;
  std::string_view path;
  AdminHandler handler;
  std::size_t body_bytes_max{limits::kBodyBytesMax};  ///< Of a method that takes a body.
  bool json{true};                                    ///< The body is JSON; else whatever the handler reads.
};

constexpr auto kRoutes = std::to_array<RouteRow>({
    {http::Method::kGet, "/settings", &get_settings},
    {http::Method::kPut, "/settings", &put_settings},
    {http::Method::kGet, "/keys", &list_keys},
    {http::Method::kPost, "/keys", &create_key},
    {http::Method::kDelete, "/keys/{key_id}", &revoke_key},
    {http::Method::kGet, "/orders", &list_orders},
    {http::Method::kGet, "/orders/export", &export_orders},
    {http::Method::kGet, "/orders/{order_id}", &get_placed_order},
    {http::Method::kGet, "/customers", &list_customers},
    {http::Method::kGet, "/customers/export", &export_customers},
    {http::Method::kPost, "/payments/{attempt_id}/resolve", &resolve_payment},
    {http::Method::kPost, "/persons/erasures", &erase_person},
    {http::Method::kGet, "/discounts", &list_discounts},
    {http::Method::kGet, "/discounts/export", &export_discounts},
    {http::Method::kPost, "/discounts/import", &import_discounts, limits::kImportBodyBytesMax, false},
    {http::Method::kPost, "/discounts/preview", &preview_discounts},
    {http::Method::kPost, "/discounts/simulate", &simulate_discounts},
    {http::Method::kGet, "/discounts/{discount_id}", &get_discount},
    {http::Method::kPut, "/discounts/{discount_id}", &put_discount},
    {http::Method::kDelete, "/discounts/{discount_id}", &delete_discount},
    {http::Method::kPost, "/discounts/{discount_id}/enable", &enable_discount},
    {http::Method::kPost, "/discounts/{discount_id}/disable", &disable_discount},
    {http::Method::kGet, "/discounts/{discount_id}/versions", &list_discount_versions},
    {http::Method::kPost, "/discounts/{discount_id}/codes", &make_codes},
    {http::Method::kPost, "/discounts/{discount_id}/codes/import", &import_codes, limits::kImportBodyBytesMax, false},
    {http::Method::kGet, "/discount-codes/{code}", &get_code},
    {http::Method::kDelete, "/discount-codes/{code}", &withdraw_code},
    {http::Method::kPut, "/products", &put_products, limits::kImportBodyBytesMax},
    {http::Method::kGet, "/products/export", &export_products},
    {http::Method::kPut, "/prices", &put_prices, limits::kImportBodyBytesMax},
    {http::Method::kPut, "/stock", &put_stock, limits::kImportBodyBytesMax},
    {http::Method::kGet, "/changes", &list_catalog_changes},
    {http::Method::kGet, "/stock/{variant_id}", &get_stock},
    {http::Method::kPost, "/stock/changes", &change_stock},
    {http::Method::kGet, "/dead-letters", &list_dead_letters},
    {http::Method::kPost, "/dead-letters/{event_id}/replay", &replay_dead_letter},
    {http::Method::kGet, "/audit", &list_audit},
    {http::Method::kGet, "/audit/verification", &verify_audit},
});

asio::awaitable<http::Response> ask(const AdminServices& services, const RouteRow& row, const http::Request& request) {
  const auto caller = admin_caller(request, services.directory);
  if (!caller) co_return admin_failure(caller.error());
  const auto store = co_await catalog::load_settings(services.store, caller.value().store);
  if (!store) co_return admin_failure(store.error());
  if (store.value().live && !caller.value().live) {
    const Error refused{Errc::kForbidden, "a test key may not administer a live store"};
    co_return admin_failure(refused);
  }
  if (row.json && !is_json_or_empty(request)) {
    co_return admin_failure(415, "unsupported_media_type", "send application/json");
  }
  co_return co_await row.handler(services, caller.value(), request);
}

/// Answers hold keys and personal data.
asio::awaitable<http::Response> serve(const AdminServices& services, const RouteRow& row,
                                      const http::Request& request) {
  http::Response response = co_await ask(services, row, request);
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

/// Only a method that takes a body may have one.
std::size_t body_bytes_max(const RouteRow& row) {
  return row.method == http::Method::kPut || row.method == http::Method::kPost ? row.body_bytes_max : 0;
}

}  // namespace

void add_admin_routes(http::Router& router, const AdminServices& services) {
  for (const RouteRow& row : kRoutes) {
    http::Route route;
    route.method = row.method;
    route.path = std::string(kPrefix).append(row.path);
    route.role = http::Role::kAdmin;
    route.body_bytes_max = body_bytes_max(row);
    route.handler = [&services, &row](http::Request& request) { return serve(services, row, request); };
    router.add(std::move(route));
  }
}

}  // namespace kassa::protocol
