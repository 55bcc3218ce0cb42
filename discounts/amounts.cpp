#include "discounts/amounts.hpp"

#include <algorithm>
#include <numeric>

#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

std::int64_t percent_of(std::int64_t base, std::int64_t bps, Rounding rounding) {
  const auto part = basis_points(base, bps, rounding);
  ensure(part.has_value(), "a share of at most the whole fits");
  return part.assume_value();
}

/// The value of `units` out of the line's `quantity`, rounded down.
std::int64_t base_of(std::int64_t left, std::int64_t units, std::int64_t quantity) {
  if (units >= quantity) return left;
  return static_cast<std::int64_t>(static_cast<__int128>(left) * units / quantity);
}

std::int64_t unit_share(const Effect& effect, Currency currency, std::int64_t left, std::int64_t units,
                        std::int64_t quantity, Rounding rounding) {
  const std::int64_t base = base_of(left, units, quantity);
  if (base <= 0) return 0;
  if (effect.percent) return percent_of(base, effect.bps, rounding);
  const std::int64_t* const each = effect.amounts.find(currency);
  if (each == nullptr) return 0;
  // Compared by division: the product may not fit when the amount is far larger than the line.
  return *each > base / units ? base : *each * units;
}

/// Hands the units a rule may discount to the dearest lines; equal prices in the order of line ids.
std::vector<std::int64_t> units_allowed(const Rule& rule, const CartView& cart, std::span<const char> among) {
  std::vector<std::size_t> order(cart.lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const LineView& left = cart.lines[a];
    const LineView& right = cart.lines[b];
    return left.unit_price != right.unit_price ? left.unit_price > right.unit_price : left.line_id < right.line_id;
  });
  std::vector<std::int64_t> units(cart.lines.size());
  std::int64_t rest = *rule.limits.per_order;
  for (const std::size_t i : order) {
    if (among[i] == 0) continue;
    units[i] = std::min(rest, cart.lines[i].quantity);
    rest -= units[i];
  }
  return units;
}

/// A ceiling is shared by all lines on the same tier.
void hold_ceiling(const Rule& rule, const Tier& tier, const CartState& state, std::span<std::int64_t> parts) {
  const std::int64_t* const most = tier.effect.max_amount.find(state.cart.currency);
  if (most == nullptr) return;
  std::vector<std::int64_t> weights(parts.size());
  std::int64_t total = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0 || reached_tier(rule, state, i) != &tier) continue;
    weights[i] = parts[i];
    total += parts[i];
  }
  if (total <= *most) return;
  const auto held = apportion(*most, weights);
  ensure(held.has_value(), "a ceiling can be apportioned");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (weights[i] != 0) parts[i] = held.assume_value()[i];
  }
}

}  // namespace

const Tier* reached_tier(const Rule& rule, const CartState& state, std::size_t line) {
  const Value& value = rule.value;
  if (value.on == TierOn::kNothing) return &value.tiers.front();
  std::int64_t have = state.quantity;
  Currency currency{};
  if (value.on == TierOn::kCartSubtotal) {
    have = state.subtotal(value.basis);
    currency = state.cart.currency;
  } else if (value.on == TierOn::kLineQuantity) {
    have = state.cart.lines[line].quantity;
  }
  const Tier* reached = nullptr;
  for (const Tier& tier : value.tiers) {
    const std::int64_t* const from = tier.from.find(currency);
    if (from == nullptr || *from > have) break;
    reached = &tier;
  }
  return reached;
}

bool priced_in(const Rule& rule, Currency currency) {
  const bool by_subtotal = rule.value.on == TierOn::kCartSubtotal;
  return std::ranges::all_of(rule.value.tiers, [&](const Tier& tier) {
    if (by_subtotal && tier.from.find(currency) == nullptr) return false;
    if (!tier.effect.percent) return tier.effect.amounts.find(currency) != nullptr;
    return tier.effect.max_amount.entries.empty() || tier.effect.max_amount.find(currency) != nullptr;
  });
}

std::int64_t share_of(const Effect& effect, Currency currency, std::int64_t base, Rounding rounding) {
  if (!effect.percent) {
    const std::int64_t* const amount = effect.amounts.find(currency);
    return amount == nullptr ? 0 : std::min(*amount, base);
  }
  const std::int64_t share = percent_of(base, effect.bps, rounding);
  const std::int64_t* const most = effect.max_amount.find(currency);
  return most == nullptr ? share : std::min(share, *most);
}

void product_parts(const Rule& rule, const CartState& state, std::span<const char> among, Rounding rounding,
                   std::span<std::int64_t> parts) {
  const bool unit_limit = rule.limits.per_order.has_value();
  const auto units = unit_limit ? units_allowed(rule, state.cart, among) : std::vector<std::int64_t>{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = 0;
    if (among[i] == 0) continue;
    const Tier* const tier = reached_tier(rule, state, i);
    const std::int64_t quantity = state.cart.lines[i].quantity;
    const std::int64_t taken = unit_limit ? units[i] : quantity;
    if (tier == nullptr || taken == 0) continue;
    parts[i] = unit_share(tier->effect, state.cart.currency, state.running[i], taken, quantity, rounding);
  }
  for (const Tier& tier : rule.value.tiers) {
    if (!tier.effect.max_amount.entries.empty()) hold_ceiling(rule, tier, state, parts);
  }
}

std::int64_t line_share(const Rule& rule, const CartState& state, std::size_t line, std::int64_t left,
                        Rounding rounding) {
  const Tier* const tier = reached_tier(rule, state, line);
  if (tier == nullptr) return 0;
  const std::int64_t quantity = state.cart.lines[line].quantity;
  return unit_share(tier->effect, state.cart.currency, left, quantity, quantity, rounding);
}

}  // namespace kassa::discounts
