#pragma once
// Where a sale goes, as prices see it: countries and regions of the standards, never free text. A place that is spelled
// wrong or only half known gets a message instead of the price of "everywhere else". Pure, any thread.

#include <optional>
#include <string>

#include "services/checkout/message.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"

namespace kassa::checkout {

struct Place {
  std::string country;  ///< As sent; it counts only when it is one.
  std::string region;   ///< As region_code() writes it.
  std::string postal_code;
  std::string path;  ///< Of the object that says so: a destination or the context.
};

[[nodiscard]] Place place_of(const Address& address, std::string path);
[[nodiscard]] std::string destination_path(std::size_t delivery, std::size_t destination);

/// The first chosen destination with a country, else the shopper's own hint (an estimate until an address is known).
[[nodiscard]] Place sale_place(const Session& session);

/// What keeps a price from this place: no country or an unknown one, or no sound region or postal code where the
/// store's tax or shipping table depends on it. nullopt: nothing.
[[nodiscard]] std::optional<Message> place_fault(const Snapshot& snapshot, const Place& place);

/// The same for taxes alone, of a sale that goes nowhere. A hint may be absent, but what it says must be sound.
[[nodiscard]] std::optional<Message> hint_fault(const Snapshot& snapshot, const Place& place);

}  // namespace kassa::checkout
