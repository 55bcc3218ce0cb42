#pragma once
// Who is calling, by key: `Authorization: Bearer sk_...` or `X-API-Key`. Pure over the store directory, which
// never blocks.

#include <optional>

#include "services/base/result.hpp"
#include "services/http/message.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::protocol {

/// nullopt: no key was presented. kUnauthorized: an unknown or revoked one, or two that differ.
[[nodiscard]] Result<std::optional<ports::KnownKey>> presented_key(const http::Request& request,
                                                                   const ports::StoreDirectory& directory);

/// The store that a request is about: the key's, else the one of the Host header. kNotFound when there is
/// none.
[[nodiscard]] Result<StoreId> store_of(const http::Request& request, const std::optional<ports::KnownKey>& key,
                                       const ports::StoreDirectory& directory);

}  // namespace kassa::protocol
