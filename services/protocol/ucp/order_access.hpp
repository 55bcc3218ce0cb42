#pragma once
// Who may see an order over UCP: the store's backend (secret key), and the platform that made it. In strict
// stores a platform proves itself by a signature of its profile's keys, because a profile's address alone is
// no secret. A sandbox with permissive profiles shows an order to any platform.

#include <boost/asio/awaitable.hpp>

#include "services/http/message.hpp"
#include "services/orders/orders.hpp"
#include "services/protocol/ucp/exchange.hpp"

namespace kassa::protocol {

/// What the order routes work with; the wiring keeps it alive as long as the router.
struct OrderServices {
  const UcpServices& ucp;
  orders::Orders& orders;
  bool sandbox{false};
};

/// An order that the caller may see, or the answer instead of it. Somebody else's order is not found.
struct VisibleOrder {
  Exchange exchange;
  orders::PlacedOrder order;
  std::optional<http::Response> refusal;
};

/// By the id that is the route's first parameter.
[[nodiscard]] boost::asio::awaitable<VisibleOrder> find_visible_order(const OrderServices& services,
                                                                      const http::Request& request);

}  // namespace kassa::protocol
