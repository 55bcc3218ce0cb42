#pragma once
// "discount_attributes" of a checkout: what the store's backend says of the cart and its customer for discount rules
// that ask for attributes of the merchant's own. Nobody else may, as it decides prices. Pure.

#include <span>
#include <string_view>

#include "services/base/attribute.hpp"
#include "services/base/json.hpp"
#include "services/base/result.hpp"
#include "services/checkout/patch.hpp"

namespace kassa::protocol {

inline constexpr std::string_view kDiscountAttributes = "discount_attributes";

/// Of a body that has the member, which replaces what was said before; null: nothing is said any more. kForbidden
/// unless `backend`; kInvalidRequest with a path.
[[nodiscard]] Result<void> read_discount_attributes(const json::object& body, bool backend,
                                                    std::span<const AttributeSpec> declared, checkout::Patch& patch);

}  // namespace kassa::protocol
