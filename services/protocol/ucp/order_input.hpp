#pragma once
// What a caller wants an order's history to be: fulfilment events and adjustments, held against UCP's schemas
// with every fault at once. Pure. Members that the schemas do not know are kept, nulls are dropped.

#include <vector>

#include "services/base/json.hpp"

namespace kassa::protocol {

struct OrderInput {
  json::array events;
  json::array adjustments;
};

/// Reads `fulfillment.events` and `adjustments` of an order document; both may be absent.
[[nodiscard]] OrderInput read_order_input(const json::object& order, std::vector<Problem>& problems);

/// One entry, for callers that send them singly.
[[nodiscard]] json::object read_fulfilment_event(const json::object& entry, std::string path,
                                                 std::vector<Problem>& problems);
[[nodiscard]] json::object read_adjustment(const json::object& entry, std::string path, std::vector<Problem>& problems);

}  // namespace kassa::protocol
