#pragma once
// Where a sale goes, as prices see it: countries and regions of the standards, never free text. A place that is spelled
// wrong or only half known gets a message instead of the price of "everywhere else". Pure, any thread.

#include <optional>
#include <string>

#include "services/checkout/message.hpp"
#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"

namespace kassa::checkout {

[[nodiscard]] Place place_of(const Address& address, std::size_t delivery, std::size_t destination);

/// Where the first goods go; of what goes nowhere, the first chosen destination with a country. Else the shopper's own
/// hint (an estimate until an address is known). A destination that no goods go to decides nothing in a sale of goods.
[[nodiscard]] Place sale_place(const Session& session, const Quote& quote);

/// What keeps a price from this place: no country or an unknown one, or no sound region or postal code where the
/// store's tax or shipping table depends on it. nullopt: nothing.
[[nodiscard]] std::optional<Message> place_fault(const Snapshot& snapshot, const Place& place);

/// The same for taxes alone. Nothing may be said, but what is said must be sound.
[[nodiscard]] std::optional<Message> tax_fault(const Snapshot& snapshot, const Place& place);

}  // namespace kassa::checkout
