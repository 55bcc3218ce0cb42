#pragma once
// Which web pages may call us from a browser: the origins that a store lists, and only with a publishable
// key. Pure.

#include <optional>
#include <string_view>

#include "services/base/result.hpp"
#include "services/http/message.hpp"
#include "services/ports/store_directory.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::protocol {

/// kForbidden: a publishable key used by a page of an origin that the store does not list.
[[nodiscard]] Result<void> check_origin(const http::Request& request, const std::optional<ports::KnownKey>& key,
                                        const ports::StoreSettings& settings);

/// Headers that let the page read the answer; none for an origin that is not listed.
[[nodiscard]] http::HeaderList cors_headers(const http::Request& request, const ports::StoreSettings& settings);

/// The answer to a preflight (OPTIONS).
[[nodiscard]] http::Response preflight(const http::Request& request, const ports::StoreSettings& settings);

}  // namespace kassa::protocol
