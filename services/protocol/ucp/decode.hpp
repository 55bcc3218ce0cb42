#pragma once
// UCP requests as commands of the checkout. Unknown and response-only members are ignored, because platforms
// echo what they were given; what is used must have the right type. Credentials are read in complete only and
// dropped elsewhere. Pure; the body has been searched for card data before.

#include <optional>

#include "services/base/json.hpp"
#include "services/checkout/patch.hpp"
#include "services/checkout/service.hpp"

namespace kassa::protocol {

/// Which members a body may have: those of UCP, or also what only the first-party API takes (notes, properties ...).
enum class Members : unsigned char { kUcp, kAll };

/// The body of create and update. kInvalidRequest with the JSON Pointer of the first fault. A create that names a cart
/// needs no line items; without `of_carts` that member means nothing.
[[nodiscard]] Result<checkout::Patch> decode_create(const json::object& body, Members members = Members::kUcp,
                                                    bool of_carts = true);
[[nodiscard]] Result<checkout::Patch> decode_update(const json::object& body, Members members = Members::kUcp);

/// A cart has no delivery and no payment, and an update replaces all of it: what is absent is cleared. An `id` must be
/// the one of the path.
[[nodiscard]] Result<checkout::Patch> decode_cart(const json::object& body, std::string_view id, Members members);

/// The cart that a new checkout is to be made of; empty: of none, the member is absent or null.
[[nodiscard]] Result<CheckoutId> decode_cart_id(const json::object& body);

/// The quote that a completion accepts, which must be named.
[[nodiscard]] Result<std::string> decode_quote_hash(const json::object& body);

/// The instrument of a complete body: the selected one, else the first; nullopt when there is none.
[[nodiscard]] Result<std::optional<checkout::PaymentChoice>> decode_payment(const json::object& body);

}  // namespace kassa::protocol
