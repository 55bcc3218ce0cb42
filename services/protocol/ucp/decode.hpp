#pragma once
// UCP requests as commands of the checkout. Unknown and response-only members are ignored, because platforms
// echo what they were given; what is used must have the right type. Credentials are read in complete only and
// dropped elsewhere. Pure; the body has been searched for card data before.

#include <optional>

#include "services/base/json.hpp"
#include "services/checkout/patch.hpp"
#include "services/checkout/service.hpp"

namespace kassa::protocol {

/// The body of create and update. kInvalidRequest with the JSON Pointer of the first fault.
[[nodiscard]] Result<checkout::Patch> decode_create(const json::object& body);
[[nodiscard]] Result<checkout::Patch> decode_update(const json::object& body);

/// The instrument of a complete body: the selected one, else the first; nullopt when there is none.
[[nodiscard]] Result<std::optional<checkout::PaymentChoice>> decode_payment(const json::object& body);

}  // namespace kassa::protocol
