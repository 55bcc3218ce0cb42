#pragma once
// The money of an order, in the same words and order as its checkout showed it. Private to order_render.cpp.

#include "services/base/json_writer.hpp"
#include "services/ports/order_record.hpp"

namespace kassa::protocol {

/// Throws InvariantBroken unless the components sum to the order's total.
void write_order_totals(JsonWriter& json, const ports::OrderRecord& order);
void write_line_totals(JsonWriter& json, const ports::OrderLine& line);

}  // namespace kassa::protocol
