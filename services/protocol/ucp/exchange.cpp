#include "services/protocol/ucp/exchange.hpp"

#include "services/base/hash.hpp"
#include "services/protocol/auth.hpp"
#include "services/protocol/cors.hpp"
#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/agent.hpp"
#include "services/protocol/ucp/negotiation.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kClientSecretHeader = "kassa-client-secret";

using ProfilePtr = std::shared_ptr<const ports::PlatformProfile>;

bool is_permissive(const ports::StoreSettings& settings) noexcept {
  return settings.platform_profiles == ports::ProfilePolicy::kPermissive;
}

boost::asio::awaitable<Result<ProfilePtr>> profile_of(const UcpServices& services, Agent agent, bool permissive) {
  if (agent.fetchable) co_return co_await services.profiles.fetch(std::move(agent.profile), permissive);
  auto unreadable = std::make_shared<ports::PlatformProfile>();
  unreadable->url = std::move(agent.profile);
  co_return ProfilePtr(std::move(unreadable));
}

/// What a platform and this store have in common; everything for a caller with a key that names no platform.
boost::asio::awaitable<Result<Negotiated>> platform_of(const UcpServices& services, const http::Request& request,
                                                       Exchange& exchange, bool permissive) {
  if (exchange.key && !request.has_header("ucp-agent")) {
    Negotiated all;
    all.capabilities = CapabilitySet::all();
    co_return all;
  }
  KASSA_CO_TRY(auto agent, read_agent(request.header("ucp-agent"), permissive));
  if (!exchange.key) exchange.principal = principal_of_platform(agent.profile, exchange.live);
  exchange.caller.platform.profile_url = agent.profile;
  exchange.caller.platform.version = kUcpVersion;
  KASSA_CO_TRY(auto profile, co_await profile_of(services, std::move(agent), permissive));
  co_return negotiate(*profile, permissive);
}

/// Whose checkouts the caller may touch. A publishable key without the right secret is nobody's.
std::string owner_of(const UcpServices& services, const http::Request& request, const Exchange& exchange) {
  if (!is_publishable(exchange)) return exchange.principal;
  const std::string_view secret = request.header(kClientSecretHeader);
  return owner_with_secret(exchange.principal, services.box, exchange.caller.store, secret);
}

boost::asio::awaitable<Result<void>> let_in(const UcpServices& services, const http::Request& request,
                                            Exchange& exchange) {
  KASSA_CO_TRY(auto key, presented_key(request, services.directory));
  exchange.key = std::move(key);
  KASSA_CO_TRY(auto store, store_of(request, exchange.key, services.directory));
  KASSA_CO_TRY(auto snapshot, co_await services.snapshots.get(store));
  const ports::StoreSettings& settings = snapshot->settings;
  exchange.posture = posture_of(settings);
  exchange.headers = cors_headers(request, settings);
  KASSA_CO_TRY(check_origin(request, exchange.key, settings));
  exchange.caller.store = std::move(store);
  exchange.live = exchange.key ? exchange.key->live : snapshot->live;
  exchange.sandbox_offered = services.sandbox || !exchange.live;
  if (exchange.key) exchange.principal = principal_of(*exchange.key);
  KASSA_CO_TRY(auto negotiated, co_await platform_of(services, request, exchange, is_permissive(settings)));
  exchange.caller.principal = owner_of(services, request, exchange);
  Rendering rendering;
  rendering.sandbox_offered = exchange.sandbox_offered;
  rendering.posture = settings.business_errors;
  rendering.capabilities = negotiated.capabilities;
  exchange.caller.rendering = to_text(rendering);
  exchange.caller.refuse_unavailable = settings.business_errors == ports::BusinessErrors::kHttp4xx;
  exchange.caller.platform.capabilities = to_text(negotiated.capabilities);
  exchange.caller.platform.webhook_url = std::move(negotiated.webhook_url);
  co_return ok();
}

http::Response with_headers(const Exchange& exchange, http::Response answer) {
  answer.headers.insert(answer.headers.end(), exchange.headers.begin(), exchange.headers.end());
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

}  // namespace

boost::asio::awaitable<Exchange> open_exchange(const UcpServices& services, const http::Request& request) {
  Exchange exchange;
  const auto admitted = co_await let_in(services, request, exchange);
  if (!admitted) {
    exchange.refusal = refuse(exchange, admitted.error());
  } else if (!is_json_or_empty(request)) {
    http::Response answer(415, transport_error("unsupported_media_type", "send application/json", "Content-Type"));
    exchange.refusal = with_headers(exchange, std::move(answer));
  }
  co_return exchange;
}

Result<checkout::KeyUse> key_use(const http::Request& request, const Exchange& exchange, const Body& body,
                                 std::string_view operation, std::string_view resource) {
  KASSA_TRY(auto key, idempotency_key(request));
  checkout::KeyUse use;
  use.fingerprint = body.fingerprint;
  if (key.empty()) return use;
  use.key = std::move(key);
  std::string scope = exchange.principal;
  // A line feed is in none of the parts.
  scope.append("\nucp\n").append(operation).append("\n").append(resource);
  use.scope = sha256_hex(scope);
  return use;
}

bool is_publishable(const Exchange& exchange) noexcept {
  return exchange.key && exchange.key->kind == ports::KeyKind::kPublishable;
}

http::Response refuse(const Exchange& exchange, const Error& error) {
  return with_headers(exchange, render_error(error, exchange.posture));
}

http::Response respond(const Exchange& exchange, Result<checkout::Answer> answer) {
  if (!answer) return refuse(exchange, answer.error());
  http::Response response;
  response.status = answer.value().status;
  response.shared_body = std::move(answer.value().body);
  if (answer.value().replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  return with_headers(exchange, std::move(response));
}

std::string base_url_of(const UcpServices& services, const http::Request& request) {
  if (!services.public_url.empty()) return services.public_url;
  std::string url(request.scheme);
  return url.append("://").append(request.header("host"));
}

}  // namespace kassa::protocol
