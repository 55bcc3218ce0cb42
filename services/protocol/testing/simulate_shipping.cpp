#include "services/protocol/testing/simulate_shipping.hpp"

#include "services/base/hash.hpp"
#include "services/base/limits.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kTrackingUrl = "https://carrier.example/track/";

http::Response refuse(int status, std::string_view code, std::string_view content) {
  json::object body;
  body["code"] = code;
  body["content"] = content;
  body["detail"] = content;
  return {status, json::serialize(body)};
}

http::Response refuse(const Error& error) {
  return refuse(describe(error.code).http_status, describe(error.code).slug, error.detail);
}

bool is_allowed(const SimulationServices& services, const http::Request& request) {
  return !services.secret.empty() && equal_secrets(request.header("simulation-secret"), services.secret);
}

/// One package with all that is left; without lines when nothing is.
json::object rest_of(const orders::PlacedOrder& order) {
  const orders::Progress progress = orders::progress_of(order.record, order.events, order.adjustments);
  const bool any_ships = std::ranges::any_of(order.record.lines, &ports::OrderLine::ships);
  json::array items;
  for (std::size_t i = 0; i < progress.lines.size(); ++i) {
    const orders::LineProgress& line = progress.lines[i];
    if (line.fulfilled >= line.total || (any_ships && !order.record.lines[i].ships)) continue;
    json::object item;
    item["id"] = line.line;
    item["quantity"] = line.total - line.fulfilled;
    items.push_back(std::move(item));
  }
  const std::string tracking = "TEST-" + order.record.id.value + "-" + std::to_string(order.events.size() + 1);
  json::object event;
  event["type"] = "shipped";
  event["line_items"] = std::move(items);
  event["carrier"] = "Test carrier";
  event["tracking_number"] = tracking;
  event["tracking_url"] = std::string(kTrackingUrl) + tracking;
  return event;
}

asio::awaitable<http::Response> simulate_shipping(const SimulationServices& services, http::Request& request) {
  if (!is_allowed(services, request)) co_return refuse(403, "forbidden", "the Simulation-Secret header is not right");
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) co_return refuse(404, "not_found", "no store is served under this host");
  OrderId id{request.params.front()};
  const auto order = co_await services.orders.get(*store, id);
  if (!order) co_return refuse(order.error());
  json::object event = rest_of(order.value());
  if (!event["line_items"].as_array().empty()) {
    const auto shipped = co_await services.orders.add_fulfilment_event(*store, std::move(id), std::move(event));
    if (!shipped) co_return refuse(shipped.error());
  }
  co_return http::Response(200, R"({"status":"shipped"})");
}

}  // namespace

void add_simulation_routes(http::Router& router, const SimulationServices& services) {
  http::Route route;
  route.method = http::Method::kPost;
  route.path = "/testing/simulate-shipping/{order_id}";
  route.role = http::Role::kSandbox;
  route.body_bytes_max = limits::kBodyBytesMax;
  route.handler = [&services](http::Request& request) { return simulate_shipping(services, request); };
  router.add(std::move(route));
}

}  // namespace kassa::protocol
