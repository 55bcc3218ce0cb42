#include "services/protocol/auth.hpp"

#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kBearer = "bearer ";

/// Empty when the header holds another scheme than Bearer.
std::string_view bearer_key(std::string_view authorization) {
  if (authorization.size() <= kBearer.size()) return {};
  if (!equals_ignoring_case(authorization.substr(0, kBearer.size()), kBearer)) return {};
  return trim(authorization.substr(kBearer.size()));
}

}  // namespace

Result<std::optional<ports::KnownKey>> presented_key(const http::Request& request,
                                                     const ports::StoreDirectory& directory) {
  const std::string_view bearer = bearer_key(request.header("authorization"));
  const std::string_view plain = trim(request.header("x-api-key"));
  if (bearer.empty() && plain.empty()) {
    if (!request.has_header("authorization")) return std::optional<ports::KnownKey>{};
    return Error{Errc::kUnauthorized, "Authorization must be Bearer with a key of this service"};
  }
  if (!bearer.empty() && !plain.empty() && bearer != plain) {
    return Error{Errc::kUnauthorized, "Authorization and X-API-Key hold different keys"};
  }
  auto known = directory.by_key(bearer.empty() ? plain : bearer);
  if (!known) return Error{Errc::kUnauthorized, "the key is unknown or revoked"};
  return known;
}

Result<StoreId> store_of(const http::Request& request, const std::optional<ports::KnownKey>& key,
                         const ports::StoreDirectory& directory) {
  if (key) return key->store;
  auto store = directory.by_host(request.header("host"));
  if (!store) return Error{Errc::kNotFound, "no store is served under this host"};
  return std::move(*store);
}

}  // namespace kassa::protocol
