#pragma once
// Quotes as text, for sessions whose quote is frozen.

#include "services/base/json.hpp"
#include "services/checkout/quote.hpp"

namespace kassa::checkout {

[[nodiscard]] json::value to_json(const Quote& quote);
[[nodiscard]] Quote quote_from_json(const json::object& object);

}  // namespace kassa::checkout
