#include "services/checkout/place.hpp"

#include <algorithm>

#include "services/base/country.hpp"

namespace kassa::checkout {
namespace {

bool taxed_by_region(const Snapshot& snapshot, std::string_view country) {
  return std::ranges::any_of(snapshot.taxes,
                             [&](const TaxRate& rate) { return rate.country == country && !rate.region.empty(); });
}

/// A word of the merchant's own tables is known as well as one of ISO 3166-2.
bool knows_region(const Snapshot& snapshot, const Place& place) {
  if (is_region(place.country, place.region)) return true;
  if (shipping::names_region(*snapshot.zones, place.country, place.region)) return true;
  return std::ranges::any_of(snapshot.taxes, [&](const TaxRate& rate) {
    return rate.country == place.country && rate.region == place.region;
  });
}

std::string path_of(const Place& place) {
  if (!place.delivery) return "$.context";
  return "$.fulfillment.methods[" + std::to_string(*place.delivery) + "].destinations[" +
         std::to_string(place.destination) + "]";
}

Message missing(const Place& place, std::string_view part) {
  return Message(Level::kError, "field_required", path_of(place) + "." + std::string(part));
}

Message unknown(const Place& place, std::string_view part) {
  return Message(Level::kError, place.delivery ? "address_undeliverable" : "field_invalid",
                 path_of(place) + "." + std::string(part));
}

std::optional<Message> region_fault(const Snapshot& snapshot, const Place& place) {
  if (place.region.empty()) return missing(place, "address_region");
  if (!knows_region(snapshot, place)) return unknown(place, "address_region");
  return std::nullopt;
}

/// A prefix is found only in a code as the country writes it: "D-25980" or wide digits are none of Germany's.
bool is_postal_code(const shipping::PlaceParts& parts, std::string_view text) {
  std::string code;
  for (const char c : text) {
    if (c != ' ' && c != '-') code += c;
  }
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (code.empty() || !std::ranges::all_of(code, plain)) return false;
  return !parts.postal_digits || (code.front() >= '0' && code.front() <= '9');
}

}  // namespace

Place place_of(const Address& address, std::size_t delivery, std::size_t destination) {
  Place place;
  place.country = address.country;
  place.region = region_code(address.country, address.region);
  place.postal_code = address.postal_code;
  place.delivery = delivery;
  place.destination = destination;
  return place;
}

Place sale_place(const Session& session, const Quote& quote) {
  for (const QuoteDelivery& delivery : quote.deliveries) {
    if (delivery.place && !delivery.place->country.empty()) return *delivery.place;
  }
  for (std::size_t i = 0; !quote.needs_delivery && i < session.deliveries.size(); ++i) {
    const Delivery& delivery = session.deliveries[i];
    for (std::size_t k = 0; k < delivery.destinations.size(); ++k) {
      const Destination& destination = delivery.destinations[k];
      if (destination.id == delivery.selected && !destination.address.country.empty()) {
        return place_of(destination.address, i, k);
      }
    }
  }
  Place place;
  place.country = session.context.country;
  place.region = region_code(session.context.country, session.context.region);
  place.postal_code = session.context.postal_code;
  return place;
}

std::optional<Message> place_fault(const Snapshot& snapshot, const Place& place) {
  if (place.country.empty()) return missing(place, "address_country");
  if (!is_country(place.country)) return unknown(place, "address_country");
  const shipping::PlaceParts parts = shipping::parts_that_matter(*snapshot.zones, place.country);
  if (parts.region || taxed_by_region(snapshot, place.country)) {
    if (auto fault = region_fault(snapshot, place)) return fault;
  }
  if (parts.postal_code && place.postal_code.empty()) return missing(place, "postal_code");
  if (parts.postal_code && !is_postal_code(parts, place.postal_code)) return unknown(place, "postal_code");
  return std::nullopt;
}

std::optional<Message> tax_fault(const Snapshot& snapshot, const Place& place) {
  if (place.country.empty()) return std::nullopt;
  if (!is_country(place.country)) return unknown(place, "address_country");
  return taxed_by_region(snapshot, place.country) ? region_fault(snapshot, place) : std::nullopt;
}

}  // namespace kassa::checkout
