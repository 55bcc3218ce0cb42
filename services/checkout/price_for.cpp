#include "services/checkout/price_for.hpp"

#include <algorithm>
#include <tuple>

namespace kassa::checkout {
namespace {

/// Apart from time.
bool concerns(const ports::ListPrice& price, const PriceQuestion& asked) {
  return price.currency == asked.currency && price.min_quantity <= asked.quantity &&
         (price.group.empty() || std::ranges::find(asked.groups, price.group) != asked.groups.end());
}

bool is_valid(const ports::ListPrice& price, Instant now) noexcept {
  return (!price.from || *price.from <= now) && (!price.until || now < *price.until);
}

/// The smallest wins. Its last members make the order total.
auto rank(const ports::ListPrice& price) noexcept {
  const bool for_everybody = price.group.empty();
  const bool permanent = !price.from && !price.until;
  return std::tuple(for_everybody, price.priority, permanent, -price.min_quantity, price.amount,
                    std::string_view(price.list), std::string_view(price.group));
}

void sooner(std::optional<Instant>& at, const std::optional<Instant>& other, Instant now) {
  if (other && *other > now && (!at || *other < *at)) at = other;
}

}  // namespace

std::optional<PriceFound> price_for(const ports::VariantView& variant, const PriceQuestion& asked) {
  const ports::ListPrice* best = nullptr;
  if (variant.specials) {
    for (const ports::ListPrice& price : variant.specials->prices) {
      if (!concerns(price, asked) || !is_valid(price, asked.now)) continue;
      if (best == nullptr || rank(price) < rank(*best)) best = &price;
    }
  }
  if (best != nullptr) return PriceFound{best->amount, best->compare_at, best};
  const ports::PriceView* const own = variant.price_in(asked.currency);
  if (own == nullptr) return std::nullopt;
  return PriceFound{own->amount, own->compare_at, nullptr};
}

std::optional<Instant> price_changes_at(const ports::VariantView& variant, const PriceQuestion& asked) {
  std::optional<Instant> at;
  if (!variant.specials) return at;
  for (const ports::ListPrice& price : variant.specials->prices) {
    if (!concerns(price, asked)) continue;
    sooner(at, price.from, asked.now);
    sooner(at, price.until, asked.now);
  }
  return at;
}

}  // namespace kassa::checkout
