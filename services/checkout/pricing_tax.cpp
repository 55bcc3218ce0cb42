#include "services/base/country.hpp"
#include "services/checkout/pricing.hpp"

namespace kassa::checkout {
namespace {

int specificity(const TaxRate& rate) noexcept {
  return (rate.region.empty() ? 0 : 2) + (rate.tax_class.empty() ? 0 : 1);
}

const TaxRate* rate_for(const std::vector<TaxRate>& rates, const Place& place, std::string_view tax_class) {
  const TaxRate* best = nullptr;
  for (const TaxRate& rate : rates) {
    if (rate.country != place.country) continue;
    if (!rate.region.empty() && rate.region != place.region) continue;
    if (!rate.tax_class.empty() && rate.tax_class != tax_class) continue;
    if (best == nullptr || specificity(rate) > specificity(*best)) best = &rate;
  }
  return best;
}

/// One rate's base: the lines and packages it taxes.
struct Basket {
  const TaxRate* rate{};
  std::int64_t base{};
  std::vector<std::size_t> lines;
};

Basket& basket_of(std::vector<Basket>& baskets, const TaxRate& rate) {
  for (Basket& basket : baskets) {
    if (basket.rate == &rate) return basket;
  }
  Basket basket;
  basket.rate = &rate;
  baskets.push_back(std::move(basket));
  return baskets.back();
}

/// Where each line is taxed, and each delivery: where it is taken, else where the sale goes. Null: nowhere that is
/// sound, of which a message tells.
struct TaxPlaces {
  std::vector<const Place*> of_delivery;
  std::vector<const Place*> of_line;
};

bool takes(const QuoteDelivery& delivery, const LineId& line) {
  return std::ranges::find(delivery.lines, line) != delivery.lines.end();
}

TaxPlaces tax_places(const Snapshot& snapshot, const Place* sale, const Quote& quote) {
  TaxPlaces places;
  std::size_t taking = 0;
  std::size_t last = 0;
  for (const QuoteDelivery& delivery : quote.deliveries) {
    const bool sound = delivery.place && !delivery.place->country.empty() && !tax_fault(snapshot, *delivery.place);
    if (delivery.place) {
      taking += 1;
      last = places.of_delivery.size();
    }
    places.of_delivery.push_back(sound ? &*delivery.place : nullptr);
  }
  for (const QuoteLine& line : quote.lines) {
    const Place* place = sale;
    if (line.ships && taking == 1) place = places.of_delivery[last];
    for (std::size_t i = 0; line.ships && taking > 1 && i < quote.deliveries.size(); ++i) {
      if (quote.deliveries[i].place && takes(quote.deliveries[i], line.id)) place = places.of_delivery[i];
    }
    places.of_line.push_back(place);
  }
  return places;
}

void collect_shipping(const Snapshot& snapshot, const TaxPlaces& places, const Quote& quote,
                      std::vector<Basket>& baskets) {
  for (std::size_t i = 0; i < quote.deliveries.size(); ++i) {
    if (places.of_delivery[i] == nullptr) continue;
    const TaxRate* rate = rate_for(snapshot.taxes, *places.of_delivery[i], {});
    if (rate == nullptr || !rate->shipping_taxed) continue;
    for (const QuoteGroup& group : quote.deliveries[i].groups) {
      if (!group.selected.empty()) basket_of(baskets, *rate).base += group.amount - group.discount;
    }
  }
}

/// Tells each line its part, so that refunds of single lines can be exact; the remainder belongs to shipping.
Result<void> spread_over_lines(const Basket& basket, std::int64_t amount, Quote& quote) {
  std::vector<std::int64_t> weights;
  std::int64_t lines_base = 0;
  for (const std::size_t index : basket.lines) {
    weights.push_back(quote.lines[index].net());
    lines_base += quote.lines[index].net();
  }
  weights.push_back(basket.base - lines_base);
  KASSA_TRY(auto parts, apportion(amount, weights));
  for (std::size_t i = 0; i < basket.lines.size(); ++i) quote.lines[basket.lines[i]].tax += parts[i];
  return ok();
}

}  // namespace

Result<void> apply_taxes(const Snapshot& snapshot, const Place& told, Quote& quote) {
  if (snapshot.taxes.empty() || (told.country.empty() && quote.needs_delivery)) return ok();
  Place sale = told;
  // What goes nowhere, to nobody knows where, is sold where the store is: silence must not be cheaper than an address.
  if (sale.country.empty()) {
    sale.country = snapshot.settings.country;
    sale.region = region_code(snapshot.settings.country, snapshot.settings.region);
  }
  auto fault = tax_fault(snapshot, sale);
  const TaxPlaces places = tax_places(snapshot, fault ? nullptr : &sale, quote);
  // Goods that are delivered have had their places looked at by whoever asked what it costs to deliver there.
  if (fault && !quote.needs_delivery) quote.messages.push_back(std::move(*fault));
  std::vector<Basket> baskets;
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    const QuoteLine& line = quote.lines[i];
    if (line.variant == nullptr || !line.variant->taxable || places.of_line[i] == nullptr) continue;
    const TaxRate* rate = rate_for(snapshot.taxes, *places.of_line[i], line.variant->tax_class);
    if (rate == nullptr) continue;
    Basket& basket = basket_of(baskets, *rate);
    basket.base += line.net();
    basket.lines.push_back(i);
  }
  collect_shipping(snapshot, places, quote, baskets);
  const Rounding rounding = snapshot.settings.rounding;
  for (const Basket& basket : baskets) {
    TaxEntry entry;
    entry.name = basket.rate->name;
    entry.jurisdiction = basket.rate->country;
    if (!basket.rate->region.empty()) {
      entry.jurisdiction.append("-").append(basket.rate->region);
    }
    entry.bps = basket.rate->bps;
    entry.base = basket.base;
    entry.included = snapshot.settings.prices_include_tax;
    KASSA_TRY(auto amount, entry.included ? included_basis_points(basket.base, entry.bps, rounding)
                                          : basis_points(basket.base, entry.bps, rounding));
    entry.amount = amount;
    KASSA_TRY(spread_over_lines(basket, amount, quote));
    quote.taxes.push_back(std::move(entry));
  }
  return ok();
}

}  // namespace kassa::checkout
