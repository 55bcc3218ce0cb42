#pragma once
// Quotes as text, for sessions whose quote is frozen.

#include "services/base/json.hpp"
#include "services/base/json_writer.hpp"
#include "services/checkout/quote.hpp"

namespace kassa::checkout {

void write(JsonWriter& out, const Quote& quote);
[[nodiscard]] Quote quote_from_json(const json::object& object);

}  // namespace kassa::checkout
