#pragma once
// Attributes that the model knows and that no checkout has a value for yet. A rule that waits for one would sit in a
// store and never do what its author meant, so import and merchant API refuse it. Pure.

#include <vector>

#include "services/base/json.hpp"

namespace kassa::discounts {

/// Appends a fault, "not_supported_yet", for each such condition of rules that compile; paths as compile()
/// has them.
void find_unfilled(const json::array& rules, std::vector<Problem>& problems);

}  // namespace kassa::discounts
