#pragma once
// Which rate limit a route falls under, and what counts as one client address. Pure.

#include <string>
#include <string_view>

#include "services/http/router.hpp"

namespace kassa::http {

enum class RateClass : unsigned char { kPublic, kRead, kWrite, kCreate, kGateway, kAdmin, kCount };

// kCreate counts beside kWrite: new checkouts of callers that prove nothing.
/// The word in metrics: "public", "read" ...
[[nodiscard]] std::string_view to_text(RateClass rate_class) noexcept;

[[nodiscard]] RateClass rate_class_of(const Route& route) noexcept;

struct ClientAddress {
  std::string block;  ///< The address; for IPv6 its /64, because that is what one customer owns.
  bool loopback{false};
};
/// Of an address as the server writes it. Any other text is a block of its own.
[[nodiscard]] ClientAddress client_address(std::string_view address);

}  // namespace kassa::http
