#pragma once
// Which types of instruments a payment handler takes: what the merchant published for it in `available_instruments`. A
// type is only a word of the caller's until it is found there, so that nobody gets the price of a way of paying that
// their handler does not offer. Pure.

#include <optional>
#include <string_view>

#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"

namespace kassa::checkout {

/// A gateway that lists no types takes any.
[[nodiscard]] bool takes(const payments::GatewayConfig& gateway, std::string_view type);

/// The type of the selected instrument, if its handler is offered and takes it; else empty: not chosen yet.
[[nodiscard]] std::string_view payment_method(const Session& session, const Snapshot& snapshot);

/// Some gateway that is offered names this type, so that it is a word of the merchant's and not only of the caller's.
[[nodiscard]] bool is_listed(const Snapshot& snapshot, std::string_view type);

/// A selected instrument of this type, of the first gateway that takes it; nullopt: none does.
[[nodiscard]] std::optional<Instrument> instrument_of_type(std::string_view type, const Snapshot& snapshot);

/// Whether that way of paying is one before the goods are sent; nullopt: not chosen yet.
[[nodiscard]] std::optional<bool> is_prepaid(const Session& session, const Snapshot& snapshot);

}  // namespace kassa::checkout
