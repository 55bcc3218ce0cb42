#pragma once
// The word of a person who looked at a charge at the gateway. The one event that ends `review`, which no event of the
// gateway's ends. Pure.

#include <string_view>

namespace kassa::payments {

/// Detail of an event that a person decided.
inline constexpr std::string_view kDetailDecided = "decided";

}  // namespace kassa::payments
