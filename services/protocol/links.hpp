#pragma once
// Addresses for people that answers carry: where to go on with a checkout, where to look at an order. Pure.

#include <string>
#include <string_view>

#include "services/base/id.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::protocol {

/// From the store's template; without one, Kassa's own page below `public_url`.
[[nodiscard]] std::string continue_url(const ports::StoreSettings& settings, std::string_view public_url,
                                       const CheckoutId& checkout);
[[nodiscard]] std::string order_url(const ports::StoreSettings& settings, std::string_view public_url,
                                    const OrderId& order);

}  // namespace kassa::protocol
