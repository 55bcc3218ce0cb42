#pragma once
// An order as the merchant sees it: the summary of the list, and everything that was bought.

#include "services/admin/order_list.hpp"
#include "services/orders/orders.hpp"
#include "services/protocol/admin/services.hpp"

namespace kassa::protocol {

[[nodiscard]] json::object written_summary(const admin::OrderSummary& order);

/// With its contents, unless its buyer was erased. The parameters outlive the call.
[[nodiscard]] boost::asio::awaitable<Result<json::object>> whole_order(const AdminServices& services,
                                                                       const StoreId& store,
                                                                       const admin::OrderSummary& summary);

/// Adds what the summary lacks.
void add_contents(json::object& out, const orders::PlacedOrder& order);

}  // namespace kassa::protocol
