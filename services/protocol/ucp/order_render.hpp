#pragma once
// An order as UCP shows it: the answer to Get Order and the body of an order event. Always the whole order,
// never a difference. Pure: the same order and history give the same bytes.

#include <string>
#include <string_view>

#include "services/orders/orders.hpp"
#include "services/ports/order_record.hpp"
#include "services/protocol/links.hpp"

namespace kassa::protocol {

/// What happened to an order after it was bought, ready to be written.
struct OrderExtras {
  json::array events;       ///< Shipments and deliveries, oldest first.
  json::array adjustments;  ///< Refunds, returns, credits.
  std::string label;        ///< The number that people use, may be empty.
};

/// Quantities and statuses of lines follow from the extras; entries are written as they are.
/// `order.permalink_url` must be set: the schema wants it. Without a version there is no member `ucp`.
[[nodiscard]] std::string render_order(const ports::OrderRecord& order, const OrderExtras& extras,
                                       std::string_view ucp_version);

/// An order with its history; `links` are for stores without one of their own.
[[nodiscard]] std::string render_placed_order(const orders::PlacedOrder& order, const Links& links);

/// The same as the first-party API shows it: without the member `ucp`.
[[nodiscard]] std::string render_own_order(const orders::PlacedOrder& order, const Links& links);

/// For Orders: writes events in the version that the order's platform speaks.
[[nodiscard]] orders::EventRenderer order_event_renderer(Links links);

}  // namespace kassa::protocol
