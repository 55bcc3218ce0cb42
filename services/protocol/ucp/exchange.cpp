#include "services/protocol/ucp/exchange.hpp"

#include "services/base/hash.hpp"
#include "services/http/rate_policy.hpp"
#include "services/protocol/auth.hpp"
#include "services/protocol/cors.hpp"
#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/agent.hpp"
#include "services/protocol/ucp/negotiation.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kClientSecretHeader = "kassa-client-secret";
constexpr std::string_view kSignatureNeeded =
    "the request must be signed (RFC 9421, ES256) with a key of the platform's profile: Signature and Signature-Input "
    "over @method, @authority, @path, @query if any, ucp-agent, idempotency-key if sent, and a body's content-digest "
    "and content-type";

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

SignatureFault signature_of(const UcpServices& services, const http::Request& request,
                            const ports::PlatformProfile& profile) {
  if (!request.has_header("signature")) return SignatureFault::kMissing;
  return verify_signature(signed_message_of(request), request.body, signing_keys_of(profile.document), services.signer,
                          services.clock.now());
}

/// What a platform and this store have in common; everything for a caller with a key that names no platform. A
/// profile's address is no secret, so where keys stand behind it a request without their signature is refused.
boost::asio::awaitable<Result<Negotiated>> platform_of(const UcpServices& services, const http::Request& request,
                                                       Exchange& exchange, bool permissive, Capability needed) {
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
  if (!exchange.key) {
    exchange.signature = signature_of(services, request, *profile);
    const bool proved = exchange.signature == SignatureFault::kNone;
    if (!proved && !permissive && publishes_keys(profile->document)) {
      exchange.refusal = refuse_signature(exchange, exchange.signature);
    }
  }
  co_return negotiate(*profile, permissive, needed);
}

/// Whose checkouts the caller may touch. A publishable key without the right secret is nobody's.
std::string owner_of(const UcpServices& services, const http::Request& request, const Exchange& exchange) {
  if (!is_publishable(exchange)) return exchange.principal;
  return owner_with_secret(exchange.principal, services.box, exchange.caller.store, presented_secret(request));
}

/// A known shopper's data is for the store's backend and for platforms that proved who they are. A sandbox for
/// permissive platforms, which holds play data, shows it to any of them.
bool knows_shoppers(const UcpServices& services, const Exchange& exchange, bool permissive) noexcept {
  if (exchange.key) return is_backend(exchange);
  return exchange.signature == SignatureFault::kNone || (services.sandbox && permissive && !exchange.live);
}

Offer offer_for(const Exchange& exchange, bool store_live) noexcept {
  if (exchange.live) return Offer::kReal;
  return store_live ? Offer::kSandbox : Offer::kAll;
}

boost::asio::awaitable<Result<void>> let_in(const UcpServices& services, const http::Request& request,
                                            Exchange& exchange, Capability needed) {
  KASSA_CO_TRY(const auto snapshot, co_await recognise(services, request, exchange));
  const ports::StoreSettings& settings = snapshot->settings;
  const bool permissive = is_permissive(settings);
  KASSA_CO_TRY(auto negotiated, co_await platform_of(services, request, exchange, permissive, needed));
  grant(services, request, permissive, exchange);
  exchange.capabilities = negotiated.capabilities;
  negotiated.capabilities = negotiated.capabilities.without_catalog();
  Rendering rendering;
  rendering.offer = exchange.offer;
  rendering.posture = settings.business_errors;
  rendering.capabilities = negotiated.capabilities;
  exchange.caller.rendering = to_text(rendering);
  exchange.caller.refuse_unavailable = settings.business_errors == ports::BusinessErrors::kHttp4xx;
  exchange.caller.platform.capabilities = to_text(negotiated.capabilities);
  exchange.caller.platform.webhook_url = std::move(negotiated.webhook_url);
  co_return ok();
}

}  // namespace

boost::asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> recognise(const UcpServices& services,
                                                                                    const http::Request& request,
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
  exchange.caller.trace = Trace{request.trace_id, request.traced};
  exchange.live = exchange.key ? exchange.key->live : snapshot->live;
  exchange.offer = offer_for(exchange, snapshot->live);
  if (exchange.key) exchange.principal = principal_of(*exchange.key);
  co_return snapshot;
}

void grant(const UcpServices& services, const http::Request& request, bool permissive, Exchange& exchange) {
  exchange.caller.principal = owner_of(services, request, exchange);
  exchange.caller.knows_shoppers = knows_shoppers(services, exchange, permissive);
  exchange.caller.proved = exchange.key ? is_backend(exchange) : exchange.signature == SignatureFault::kNone;
  if (!exchange.caller.proved) {
    const http::ClientAddress client = http::client_address(request.remote_address);
    if (!client.loopback) exchange.caller.block = client.block;
  }
  if (is_backend(exchange)) exchange.caller.sees = owners_of_keys(exchange.live);
}

boost::asio::awaitable<Exchange> open_exchange(const UcpServices& services, const http::Request& request,
                                               Capability needed) {
  Exchange exchange;
  const auto admitted = co_await let_in(services, request, exchange, needed);
  if (exchange.refusal) co_return exchange;
  if (!admitted) {
    exchange.refusal = refuse(exchange, admitted.error());
  } else if (!is_json_or_empty(request)) {
    http::Response answer(415, transport_error("unsupported_media_type", "send application/json", "Content-Type"));
    exchange.refusal = finish(exchange, std::move(answer));
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
  scope.append("\n").append(exchange.protocol).append("\n").append(operation).append("\n").append(resource);
  // Browsers share a publishable key: their keys are apart by what only one of them knows.
  if (is_publishable(exchange)) scope.append("\n").append(presented_secret(request));
  use.scope = sha256_hex(scope);
  return use;
}

std::string_view presented_secret(const http::Request& request) noexcept { return request.header(kClientSecretHeader); }

bool is_backend(const Exchange& exchange) noexcept {
  return exchange.key && exchange.key->kind == ports::KeyKind::kSecret;
}

bool is_publishable(const Exchange& exchange) noexcept {
  return exchange.key && exchange.key->kind == ports::KeyKind::kPublishable;
}

http::Response finish(const Exchange& exchange, http::Response answer) {
  answer.headers.insert(answer.headers.end(), exchange.headers.begin(), exchange.headers.end());
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

http::Response refuse(const Exchange& exchange, const Error& error) {
  return finish(exchange, exchange.failure(error, exchange.posture));
}

http::Response refuse_signature(const Exchange& exchange, SignatureFault fault) {
  const SignatureFaultRow& row = describe(fault);
  http::Response answer(row.status, transport_error(row.slug, kSignatureNeeded, {}));
  if (row.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"kassa\"");
  return finish(exchange, std::move(answer));
}

http::Response respond(const Exchange& exchange, Result<checkout::Answer> answer) {
  if (!answer) return refuse(exchange, answer.error());
  http::Response response;
  response.status = answer.value().status;
  response.shared_body = std::move(answer.value().body);
  if (answer.value().replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  return finish(exchange, std::move(response));
}

std::string base_url_of(const UcpServices& services, const http::Request& request) {
  if (!services.public_url.empty()) return services.public_url;
  std::string url(request.scheme);
  return url.append("://").append(request.header("host"));
}

}  // namespace kassa::protocol
