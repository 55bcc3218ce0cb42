#pragma once
// An order as the merchant sees it: the summary of the list, and everything that was bought. Pure.

#include "services/admin/order_list.hpp"
#include "services/orders/orders.hpp"

namespace kassa::protocol {

[[nodiscard]] json::object written_summary(const admin::OrderSummary& order);

/// Adds what the summary lacks.
void add_contents(json::object& out, const orders::PlacedOrder& order);

}  // namespace kassa::protocol
