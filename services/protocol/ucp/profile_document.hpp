#pragma once
// The discovery profile of a store (/.well-known/ucp): what it speaks, where, and with which keys it signs.
// Pure.

#include <string>
#include <string_view>

#include "services/checkout/snapshot.hpp"

namespace kassa::protocol {

/// `base_url`: scheme and authority under which the store is reached, without a trailing slash.
/// `sandbox_offered`: the sandbox gateway is among the handlers.
[[nodiscard]] std::string profile_document(const checkout::Snapshot& snapshot, std::string_view base_url,
                                           bool sandbox_offered = true);

}  // namespace kassa::protocol
