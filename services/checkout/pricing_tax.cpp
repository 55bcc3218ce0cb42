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

void collect_shipping(const Quote& quote, const TaxRate* rate, std::vector<Basket>& baskets) {
  if (rate == nullptr || !rate->shipping_taxed) return;
  for (const QuoteDelivery& delivery : quote.deliveries) {
    for (const QuoteGroup& group : delivery.groups) {
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
  Place place = told;
  // What goes nowhere, to nobody knows where, is sold where the store is: silence must not be cheaper than an address.
  if (place.country.empty()) place.country = snapshot.settings.country;
  if (auto fault = told.country.empty() ? std::nullopt : hint_fault(snapshot, place)) {
    // A destination has been told of by whoever asked what it costs to deliver there.
    if (place.path == "$.context" && !quote.needs_delivery) quote.messages.push_back(std::move(*fault));
    return ok();
  }
  std::vector<Basket> baskets;
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    const QuoteLine& line = quote.lines[i];
    if (line.variant == nullptr || !line.variant->taxable) continue;
    const TaxRate* rate = rate_for(snapshot.taxes, place, line.variant->tax_class);
    if (rate == nullptr) continue;
    Basket& basket = basket_of(baskets, *rate);
    basket.base += line.net();
    basket.lines.push_back(i);
  }
  collect_shipping(quote, rate_for(snapshot.taxes, place, {}), baskets);
  const Rounding rounding = snapshot.settings.rounding;
  for (const Basket& basket : baskets) {
    TaxEntry entry;
    entry.name = basket.rate->name;
    entry.jurisdiction = place.country;
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
