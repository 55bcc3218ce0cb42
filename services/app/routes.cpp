#include "services/app/routes.hpp"

#include "services/protocol/admin/routes.hpp"
#include "services/protocol/pages/page_routes.hpp"
#include "services/protocol/ucp/catalog_routes.hpp"
#include "services/protocol/ucp/order_routes.hpp"
#include "services/protocol/ucp/routes.hpp"
#include "services/protocol/v1/catalog_routes.hpp"
#include "services/protocol/v1/routes.hpp"

namespace kassa::app {
namespace {

asio::awaitable<http::Response> alive(http::Request&) { co_return http::Response(200, R"({"status":"ok"})"); }

/// Ready: the database answers, has room to write and means the same time, and this process means to stay.
asio::awaitable<http::Response> ready(Runtime& runtime) {
  if (runtime.draining) co_return http::Response(503, R"({"status":"draining"})");
  if (!runtime.data.has_space()) co_return http::Response(503, R"({"status":"disk_full"})");
  if (!runtime.clock_check.is_right()) co_return http::Response(503, R"({"status":"clock_off"})");
  ports::Step read("SELECT 1");
  const auto rows = co_await runtime.data.main().query(std::move(read));
  if (rows) co_return http::Response(200, R"({"status":"ready"})");
  co_return http::Response(503, R"({"status":"store_unavailable"})");
}

asio::awaitable<http::Response> metrics(Runtime& runtime) {
  http::Response response(200, runtime.base.metrics.expose());
  response.content_type = "text/plain; version=0.0.4";
  co_return response;
}

http::Response state_of(const payments::sandbox::BookedCharge& charge) {
  json::object body;
  body["state"] = charge.state;
  body["reference"] = charge.reference;
  return http::Response(200, json::serialize(body));
}

/// The buyer's word on a sandbox charge that asks for it: approved unless ?ok=false. With ?notify=false the bank keeps
/// it to itself, for somebody who wants to send the webhook.
asio::awaitable<http::Response> authorize(Runtime& runtime, http::Request& request) {
  const bool approved = request.query_value("ok") != "false";
  const auto charge = co_await runtime.bank.approve(std::string(request.params.at(0)), approved);
  if (!charge) co_return http::Response(404, R"({"code":"not_found","content":"no such charge"})");
  if (request.query_value("notify") == "false") co_return state_of(charge.value());
  // The bank tells us as a gateway does: an event, written down before anything else happens.
  checkout::GatewayEvent event;
  event.gateway = GatewayId{"sandbox"};
  event.event_key = charge.value().charge_id + "." + charge.value().state;
  event.gateway_key = charge.value().gateway_key;
  const auto received = co_await runtime.inbox.receive(std::move(event));
  if (!received) co_return http::Response(503, R"({"code":"store_unavailable","content":"try again"})");
  co_return state_of(charge.value());
}

void add_health_routes(http::Router& router, Runtime& runtime) {
  router.add({http::Method::kGet, "/healthz", http::Role::kPublic, 0, alive, false});
  router.add({http::Method::kGet, "/readyz", http::Role::kPublic, 0,
              [&runtime](http::Request&) { return ready(runtime); }, false});
}

}  // namespace

void add_shop_routes(http::Router& router, Runtime& runtime, const platform::Config& config) {
  add_health_routes(router, runtime);
  if (!config.is_api) return;
  protocol::add_ucp_routes(router, runtime.ucp);
  protocol::add_order_routes(router, runtime.order_services);
  protocol::add_v1_routes(router, runtime.order_services);
  protocol::add_catalog_routes(router, runtime.catalog_services);
  protocol::add_v1_catalog_routes(router, runtime.catalog_services);
  protocol::add_page_routes(router, runtime.pages);
  protocol::add_gateway_webhook_routes(router, runtime.gateway_webhooks);
  if (!config.sandbox) return;
  protocol::add_simulation_routes(router, runtime.simulation);
  router.add({http::Method::kPost, "/testing/sandbox/authorize/{charge_id}", http::Role::kSandbox, 0,
              [&runtime](http::Request& request) { return authorize(runtime, request); }});
}

void add_admin_routes(http::Router& router, Runtime& runtime) {
  add_health_routes(router, runtime);
  protocol::add_admin_routes(router, runtime.admin);
  router.add({http::Method::kGet, "/metrics", http::Role::kPublic, 0,
              [&runtime](http::Request&) { return metrics(runtime); }, false});
}

}  // namespace kassa::app
