#include "services/protocol/gateway_webhooks.hpp"

#include "services/base/json.hpp"
#include "services/base/limits.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPath = "/gateways/{gateway_id}/webhooks";

http::Response answer_of(int status, const json::object& body) {
  http::Response answer(status, json::serialize(body));
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

http::Response refusal_of(const Error& error) {
  const ErrorRow& row = describe(error.code);
  json::object body;
  const bool forged = error.code == Errc::kUnauthorized;
  body["code"] = forged ? "signature_invalid" : row.slug;
  body["content"] = error.detail.empty() ? row.meaning : std::string_view(error.detail);
  http::Response answer = answer_of(forged ? 400 : row.http_status, body);
  if (answer.status == 503) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

/// Retired ones too: their open charges end some day.
const payments::GatewayConfig* find_gateway(const checkout::Snapshot& snapshot, std::string_view id) {
  for (const payments::GatewayConfig& gateway : snapshot.all_gateways) {
    if (gateway.id.value == id) return &gateway;
  }
  return nullptr;
}

asio::awaitable<Result<bool>> take_in(const GatewayWebhookServices& services, const http::Request& request) {
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) co_return Error{Errc::kNotFound, "no store is served under this host"};
  KASSA_CO_TRY(const auto snapshot, co_await services.snapshots.get(*store));
  const auto* const gateway = find_gateway(*snapshot, request.params.at(0));
  const WebhookReader read = gateway == nullptr ? nullptr : services.reader_of(gateway->adapter);
  if (read == nullptr) co_return Error{Errc::kNotFound, "no such gateway"};
  KASSA_CO_TRY(auto notice, read(*gateway, request, services.clock.now()));
  checkout::GatewayEvent event;
  event.store = *store;
  event.gateway = gateway->id;
  event.event_key = std::move(notice.event_key);
  event.gateway_key = std::move(notice.gateway_key);
  auto received = co_await services.inbox.receive(std::move(event));
  // A gateway's account may have charges that are not ours; sending the event again would change nothing.
  if (!received && received.error().code == Errc::kNotFound) co_return false;
  co_return received;
}

asio::awaitable<http::Response> receive(const GatewayWebhookServices& services, const http::Request& request) {
  const auto fresh = co_await take_in(services, request);
  if (!fresh) {
    services.log.warn("gateway_webhook.refused", {{"why", describe(fresh.error().code).slug}});
    co_return refusal_of(fresh.error());
  }
  json::object body;
  body["status"] = fresh.value() ? "received" : "ignored";
  co_return answer_of(200, body);
}

}  // namespace

void add_gateway_webhook_routes(http::Router& router, const GatewayWebhookServices& services) {
  http::Route route;
  route.method = http::Method::kPost;
  route.path = kPath;
  route.role = http::Role::kGateway;
  route.body_bytes_max = limits::kBodyBytesMax;
  route.handler = [&services](http::Request& request) { return receive(services, request); };
  router.add(std::move(route));
}

}  // namespace kassa::protocol
