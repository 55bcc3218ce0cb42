#pragma once
// A store's own attributes where they are declared: in its settings, which know no rules. Pure.

#include <span>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/base/json.hpp"

namespace kassa::discounts {

/// What is wrong with them, with pointers below "/discount_attributes".
void check_declared(std::span<const AttributeSpec> own, std::vector<Problem>& problems);

}  // namespace kassa::discounts
