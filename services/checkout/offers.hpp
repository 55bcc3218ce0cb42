#pragma once
// Saved addresses of a known shopper: shown to callers that may know shoppers, with the answer they ask for, and never
// part of a session until one of them is chosen. What a session keeps is shown to everybody who may touch it. Pure.

#include <vector>

#include "services/checkout/patch.hpp"
#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"

namespace kassa::checkout {

/// What a caller that was shown `saved` sent back of it: addresses that were not chosen leave the delivery, one that
/// was chosen joins it.
void keep_chosen(const DeliveryPatch& patch, const std::vector<Destination>& saved, Delivery& delivery);

/// Shows `saved` in the deliveries that have no address but a chosen one of them. False: nothing to show.
bool offer(const std::vector<Destination>& saved, Quote& quote);

}  // namespace kassa::checkout
