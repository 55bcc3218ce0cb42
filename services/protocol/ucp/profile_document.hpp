#pragma once
// The discovery profile of a store (/.well-known/ucp): what it speaks, where, and with which keys it signs.
// Pure.

#include <string>
#include <string_view>

#include "services/checkout/snapshot.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {

/// `base_url`: scheme and authority under which the store is reached, without a trailing slash.
[[nodiscard]] std::string profile_document(const checkout::Snapshot& snapshot, std::string_view base_url,
                                           Offer offer = Offer::kAll);

}  // namespace kassa::protocol
