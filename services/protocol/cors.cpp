#include "services/protocol/cors.hpp"

#include <algorithm>

namespace kassa::protocol {
namespace {

bool is_listed(std::string_view origin, const ports::StoreSettings& settings) {
  return !origin.empty() && std::ranges::find(settings.cors_origins, origin) != settings.cors_origins.end();
}

}  // namespace

Result<void> check_origin(const http::Request& request, const std::optional<ports::KnownKey>& key,
                          const ports::StoreSettings& settings) {
  const std::string_view origin = request.header("origin");
  const bool publishable = key && key->kind == ports::KeyKind::kPublishable;
  if (!publishable || origin.empty() || is_listed(origin, settings)) return ok();
  return Error{Errc::kForbidden, "this origin is not in the store's cors_origins"};
}

http::HeaderList cors_headers(const http::Request& request, const ports::StoreSettings& settings) {
  http::HeaderList headers;
  if (!request.has_header("origin")) return headers;
  headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.header("origin");
  if (!is_listed(origin, settings)) return headers;
  headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  headers.emplace_back("Access-Control-Expose-Headers", "ETag, Request-Id, Idempotent-Replayed, Retry-After");
  return headers;
}

http::Response preflight(const http::Request& request, const ports::StoreSettings& settings) {
  http::Response answer(204, {});
  answer.headers = cors_headers(request, settings);
  if (!is_listed(request.header("origin"), settings)) {
    answer.status = 403;
    return answer;
  }
  answer.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH");
  answer.headers.emplace_back("Access-Control-Allow-Headers",
                              "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                              "Kassa-Client-Secret, Last-Event-ID, Request-Id, UCP-Agent, "
                              "X-API-Key");
  answer.headers.emplace_back("Access-Control-Max-Age", "600");
  return answer;
}

}  // namespace kassa::protocol
