#include "services/app/rate_gate.hpp"

#include "services/base/limits.hpp"
#include "services/protocol/auth.hpp"
#include "services/protocol/cors.hpp"
#include "services/protocol/ucp/agent.hpp"

namespace kassa::app {
namespace {

constexpr std::size_t kPrincipalsMax = 16'384;  ///< Remembered per class.

http::RateLimits limits_of(const platform::Rate& rate) {
  http::RateLimits limits;
  limits.per_second = rate.per_second;
  limits.burst = rate.burst;
  limits.inflight_max = static_cast<std::int64_t>(limits::kConnectionsPerAddressMax);
  limits.principals_max = kPrincipalsMax;
  return limits;
}

bool needs_caller(const http::Route& route) noexcept {
  return route.role == http::Role::kPlatform || route.role == http::Role::kBackend || route.role == http::Role::kAdmin;
}

}  // namespace

RateGate::RateGate(const platform::Config& config, const ports::StoreDirectory& directory,
                   const checkout::SnapshotSource& snapshots, ports::Metrics& metrics)
    : limiters_{http::RateLimiter(limits_of(config.rate_public)),  http::RateLimiter(limits_of(config.rate_read)),
                http::RateLimiter(limits_of(config.rate_write)),   http::RateLimiter(limits_of(config.rate_create)),
                http::RateLimiter(limits_of(config.rate_gateway)), http::RateLimiter(limits_of(config.rate_admin))},
      directory_(directory),
      snapshots_(snapshots),
      metrics_(metrics),
      limit_loopback_(config.rate_limit_loopback) {}

RateGate::Pass RateGate::admit(const http::Route& route, const http::Request& request) {
  Pass pass;
  if (!route.limited) return pass;
  const http::ClientAddress client = http::client_address(request.remote_address);
  if (client.loopback && !limit_loopback_) return pass;
  const http::RateClass rate_class = http::rate_class_of(route);
  if (!needs_caller(route)) {
    take(rate_class, client.block, pass.of_address, pass);
  } else {
    const auto key = protocol::presented_key(request, directory_);
    if (!key) {
      // A key that we do not know: guessing must not be cheaper than having none.
      take(http::RateClass::kPublic, client.block, pass.of_address, pass);
    } else if (!key.value()) {
      take_for_platform(rate_class, request, client.block, pass);
      // Names are free, and a signature is only looked at later: what counts is the address.
      if (route.creates && pass.retry_after.count() == 0) {
        take(http::RateClass::kCreate, client.block + " ucp", pass.of_create, pass);
      }
    } else if (key.value()->kind == ports::KeyKind::kSecret) {
      take(rate_class, "key:" + key.value()->key_id, pass.of_principal, pass);
    } else {
      const std::string page = client.block + " key:" + key.value()->key_id;
      take(rate_class, page, pass.of_principal, pass);
      if (route.creates && pass.retry_after.count() == 0) {
        take(http::RateClass::kCreate, page, pass.of_create, pass);
      }
    }
  }
  if (pass.retry_after.count() > 0) explain(request, pass);
  return pass;
}

void RateGate::take(http::RateClass rate_class, std::string_view principal, http::RateLimiter::Permit& permit,
                    Pass& pass) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  http::RateLimiter::Admission admission = limiters_[static_cast<std::size_t>(rate_class)].admit(principal, now);
  permit = std::move(admission.permit);
  pass.retry_after = admission.retry_after;
  if (!admission.admitted()) metrics_.count("http_rate_limited_total", http::to_text(rate_class));
}

void RateGate::take_for_platform(http::RateClass rate_class, const http::Request& request, const std::string& block,
                                 Pass& pass) {
  // By address first: whoever names another profile with each request is still one client.
  take(http::RateClass::kPublic, block, pass.of_address, pass);
  if (pass.retry_after.count() > 0) return;
  const auto agent = protocol::read_agent(request.header("ucp-agent"), true);
  if (agent) take(rate_class, block + " ucp:" + agent.value().profile, pass.of_principal, pass);
}

void RateGate::explain(const http::Request& request, Pass& pass) const {
  const auto key = protocol::presented_key(request, directory_);
  const auto store = key ? protocol::store_of(request, key.value(), directory_) : Result<StoreId>(key.error());
  const auto snapshot = store ? snapshots_.peek(store.value()) : nullptr;
  if (snapshot) pass.headers = protocol::cors_headers(request, snapshot->settings);
  pass.headers.emplace_back("Retry-After", std::to_string(pass.retry_after.count()));
  pass.headers.emplace_back("Cache-Control", "no-store");
}

}  // namespace kassa::app
