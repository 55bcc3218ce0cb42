#include "services/checkout/offers.hpp"

#include <algorithm>

namespace kassa::checkout {
namespace {

bool is_saved(const std::vector<Destination>& saved, const Destination& destination) {
  return std::ranges::any_of(
      saved, [&](const Destination& s) { return s.id == destination.id && s.address == destination.address; });
}

/// A caller that gives an address without its id knows it by itself.
bool was_given(const DeliveryPatch& patch, const std::string& id) {
  const auto* const list = patch.destinations.value();
  return list != nullptr && std::ranges::find(*list, id, &DestinationPatch::id) == list->end();
}

}  // namespace

void keep_chosen(const DeliveryPatch& patch, const std::vector<Destination>& saved, Delivery& delivery) {
  if (saved.empty() || (!patch.destinations.present() && !patch.selected.present())) return;
  delivery.destinations.edit([&](std::vector<Destination>& destinations) {
    std::erase_if(destinations, [&](const Destination& destination) {
      return destination.id != delivery.selected && is_saved(saved, destination) && !was_given(patch, destination.id);
    });
  });
  if (delivery.selected.empty()) return;
  if (std::ranges::find(delivery.destinations, delivery.selected, &Destination::id) != delivery.destinations.end())
    return;
  const auto chosen = std::ranges::find(saved, delivery.selected, &Destination::id);
  if (chosen != saved.end()) delivery.destinations.push_back(*chosen);
}

bool offer(const std::vector<Destination>& saved, Quote& quote) {
  bool offered = false;
  for (QuoteDelivery& delivery : quote.deliveries) {
    const auto& own = delivery.destinations;
    const bool chosen = own.size() == 1 && own.front().id == delivery.selected && is_saved(saved, own.front());
    if (!own.empty() && !chosen) continue;
    for (const Destination& destination : saved) {
      if (destination.id == delivery.selected) continue;
      delivery.destinations.push_back(destination);
      offered = true;
    }
  }
  return offered;
}

}  // namespace kassa::checkout
