#include "discounts/amounts.hpp"

#include <algorithm>
#include <numeric>

#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

using Wide = __int128;

constexpr std::int64_t kWholeBps = 10'000;

std::int64_t percent_of(std::int64_t base, std::int64_t bps, Rounding rounding) {
  // The common case without 128 bits; a base is never negative.
  constexpr std::int64_t kSmall = std::int64_t{1} << 48;
  if (base < kSmall) {
    const std::int64_t product = base * bps;
    return (product + (rounding == Rounding::kHalfUp ? kWholeBps / 2 : 0)) / kWholeBps;
  }
  const auto part = basis_points(base, bps, rounding);
  ensure(part.has_value(), "a share of at most the whole fits");
  return part.assume_value();
}

/// The value of `units` out of the line's `quantity`, rounded down.
std::int64_t base_of(std::int64_t left, std::int64_t units, std::int64_t quantity) {
  if (units >= quantity) return left;
  return static_cast<std::int64_t>(static_cast<Wide>(left) * units / quantity);
}

std::int64_t unit_share(const Effect& effect, Currency currency, std::int64_t base, std::int64_t units,
                        Rounding rounding) {
  if (base <= 0) return 0;
  if (effect.kind == EffectKind::kPercent) return percent_of(base, effect.bps, rounding);
  const std::int64_t* const each = effect.amounts.find(currency);
  if (each == nullptr) return 0;
  // Compared by division: the product may not fit when the amount is far larger than the line.
  const bool beyond = *each > base / units;
  if (effect.kind == EffectKind::kAmount) return beyond ? base : *each * units;
  return beyond ? 0 : base - *each * units;
}

/// Hands the units a rule may discount to the dearest lines; equal prices in the order of line ids.
void allow_units(std::int64_t most, const CartState& state, std::span<const std::uint32_t> lines, Tally& tally) {
  const auto& all = state.cart->lines;
  tally.order.resize(lines.size());
  std::iota(tally.order.begin(), tally.order.end(), 0U);
  std::ranges::sort(tally.order, [&](std::uint32_t a, std::uint32_t b) {
    const LineView& left = all[lines[a]];
    const LineView& right = all[lines[b]];
    return left.unit_price != right.unit_price ? left.unit_price > right.unit_price : left.line_id < right.line_id;
  });
  tally.held.assign(lines.size(), 0);
  for (const std::uint32_t k : tally.order) {
    tally.held[k] = std::min(most, state.units[lines[k]]);
    most -= tally.held[k];
  }
}

/// A ceiling is shared by all lines on the same tier.
void hold_ceiling(const Ask& ask, const Tier& tier, const CartState& state, std::span<const std::uint32_t> lines,
                  std::span<std::int64_t> parts, Tally& tally) {
  const std::int64_t* const most = tier.effect.max_amount.find(state.cart->currency);
  if (most == nullptr) return;
  tally.weights.assign(parts.size(), 0);
  std::int64_t total = 0;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (parts[k] == 0 || reached_tier(ask.value, state, lines[k]) != &tier) continue;
    tally.weights[k] = parts[k];
    total += parts[k];
  }
  if (total <= *most) return;
  tally.held.resize(parts.size());
  spread(*most, tally.weights, tally.weights, Remainder::kLargest, tally.held, tally);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (tally.weights[k] != 0) parts[k] = tally.held[k];
  }
}

/// One amount over all lines, not one for each unit.
void parts_across(const Ask& ask, const CartState& state, std::span<const std::uint32_t> lines, Rounding rounding,
                  std::span<std::int64_t> parts, Tally& tally) {
  const Tier* const tier = reached_tier(ask.value, state, 0);
  if (tier == nullptr) return;
  tally.weights.resize(lines.size());
  tally.rooms.resize(lines.size());
  std::int64_t base = 0;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::uint32_t line = lines[k];
    const std::int64_t units = ask.units_max == kNoCap ? state.units[line] : tally.held[k];
    tally.weights[k] = base_of(state.plain[line], units, state.units[line]);
    tally.rooms[k] = room_of(ask.value, state, line, tally.weights[k], units);
    base += tally.weights[k];
  }
  const std::int64_t amount = share_of(tier->effect, state.cart->currency, base, rounding);
  spread(amount, tally.weights, tally.rooms, ask.value.remainder, parts, tally);
}

/// One unit each to those that the policy names, as long as there is weight.
void hand_out(std::size_t leftover, std::span<const std::int64_t> weights, Remainder remainder,
              std::span<std::int64_t> parts, Tally& tally) {
  if (leftover == 0) return;
  auto& order = tally.order;
  order.clear();
  for (std::uint32_t k = 0; k < parts.size(); ++k) {
    if (weights[k] > 0) order.push_back(k);
  }
  if (remainder == Remainder::kLastLine) {
    parts[order.back()] += static_cast<std::int64_t>(leftover);
    return;
  }
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(leftover);
  if (remainder == Remainder::kLargest) {
    std::nth_element(order.begin(), cut, order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return tally.remainders[a] != tally.remainders[b] ? tally.remainders[a] > tally.remainders[b] : a < b;
    });
  }
  for (auto it = order.begin(); it != cut; ++it) ++parts[*it];
}

/// `total` by `weights`, added to `parts`.
void share_out(std::int64_t total, std::span<const std::int64_t> weights, Remainder remainder,
               std::span<std::int64_t> parts, Tally& tally) {
  Wide sum = 0;
  for (const std::int64_t weight : weights) sum += weight;
  if (sum == 0 || total == 0) return;
  tally.remainders.resize(weights.size());
  std::int64_t leftover = total;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const Wide product = static_cast<Wide>(total) * weights[k];
    const bool small = product >> 63 == 0 && sum >> 63 == 0;
    const Wide share = small ? static_cast<std::int64_t>(product) / static_cast<std::int64_t>(sum) : product / sum;
    tally.remainders[k] = product - share * sum;
    parts[k] += static_cast<std::int64_t>(share);
    leftover -= static_cast<std::int64_t>(share);
  }
  hand_out(static_cast<std::size_t>(leftover), weights, remainder, parts, tally);
}

}  // namespace

const Tier* reached_tier(const Value& value, const CartState& state, std::size_t line) {
  if (value.tiers.empty()) return nullptr;
  if (value.on == TierOn::kNothing) return &value.tiers.front();
  std::int64_t have = state.quantity;
  Currency currency{};
  if (value.on == TierOn::kCartSubtotal) {
    have = state.subtotal(value.basis);
    currency = state.cart->currency;
  } else if (value.on == TierOn::kLineQuantity) {
    have = state.cart->lines[line].quantity;
  }
  const Tier* reached = nullptr;
  for (const Tier& tier : value.tiers) {
    const std::int64_t* const from = tier.from.find(currency);
    if (from == nullptr || *from > have) break;
    reached = &tier;
  }
  return reached;
}

bool priced_in(const Value& value, const Terms& terms, Currency currency) {
  const auto has = [&](const AmountMap& map) { return map.empty() || map.find(currency) != nullptr; };
  if (!has(terms.budget) || !has(value.minimum_price)) return false;
  const bool by_subtotal = value.on == TierOn::kCartSubtotal;
  return std::ranges::all_of(value.tiers, [&](const Tier& tier) {
    if (by_subtotal && tier.from.find(currency) == nullptr) return false;
    if (tier.effect.kind != EffectKind::kPercent) return tier.effect.amounts.find(currency) != nullptr;
    return has(tier.effect.max_amount);
  });
}

std::int64_t share_of(const Effect& effect, Currency currency, std::int64_t base, Rounding rounding) {
  if (effect.kind != EffectKind::kPercent) {
    const std::int64_t* const amount = effect.amounts.find(currency);
    if (amount == nullptr) return 0;
    return effect.kind == EffectKind::kAmount ? std::min(*amount, base) : std::max<std::int64_t>(base - *amount, 0);
  }
  const std::int64_t share = percent_of(base, effect.bps, rounding);
  const std::int64_t* const most = effect.max_amount.find(currency);
  return most == nullptr ? share : std::min(share, *most);
}

std::int64_t room_of(const Value& value, const CartState& state, std::uint32_t line, std::int64_t base,
                     std::int64_t units) {
  std::int64_t least = state.cart->lines[line].minimum_price;
  if (!value.minimum_price.empty()) {
    const std::int64_t* const own = value.minimum_price.find(state.cart->currency);
    if (own != nullptr) least = std::max(least, *own);
  }
  if (least <= 0 || units <= 0) return base;
  return least > base / units ? 0 : base - least * units;
}

namespace {

/// What lies above a line's least price limits what is taken of it.
std::int64_t held_to_line(const CartState& state, std::uint32_t line, std::int64_t share) {
  const std::int64_t left = state.running[line];
  const LineView& view = state.cart->lines[line];
  if (view.minimum_price <= 0 || view.quantity <= 0) return share;
  const std::int64_t room = view.minimum_price > left / view.quantity ? 0 : left - view.minimum_price * view.quantity;
  return std::min(share, room);
}

}  // namespace

std::int64_t percent_gain(const CartState& state, std::uint32_t line, std::int64_t bps, Rounding rounding) {
  return held_to_line(state, line, percent_of(state.running[line], bps, rounding));
}

std::int64_t amount_gain(const CartState& state, std::uint32_t line, std::int64_t each) {
  const std::int64_t left = state.running[line];
  const std::int64_t units = state.cart->lines[line].quantity;
  if (units <= 0) return 0;
  return held_to_line(state, line, each > left / units ? left : each * units);
}

std::int64_t line_gain(const Value& value, const CartState& state, std::uint32_t line, std::int64_t left,
                       std::int64_t units, Rounding rounding) {
  const Tier* const tier = reached_tier(value, state, line);
  if (tier == nullptr || units <= 0) return 0;
  const std::int64_t base = base_of(left, units, state.units[line]);
  const std::int64_t share = unit_share(tier->effect, state.cart->currency, base, units, rounding);
  return std::min(share, room_of(value, state, line, base, units));
}

void product_parts(const Ask& ask, const CartState& state, std::span<const std::uint32_t> lines, Rounding rounding,
                   std::span<std::int64_t> parts, Tally& tally) {
  const bool limited = ask.units_max != kNoCap;
  if (limited) allow_units(ask.units_max, state, lines, tally);
  std::ranges::fill(parts, 0);
  if (ask.method == Method::kAcross) {
    parts_across(ask, state, lines, rounding, parts, tally);
  } else {
    for (std::size_t k = 0; k < lines.size(); ++k) {
      const std::int64_t units = limited ? tally.held[k] : state.units[lines[k]];
      parts[k] = line_gain(ask.value, state, lines[k], state.plain[lines[k]], units, rounding);
    }
    for (const Tier& tier : ask.value.tiers) {
      if (!tier.effect.max_amount.empty()) hold_ceiling(ask, tier, state, lines, parts, tally);
    }
  }
  if (ask.cap != kNoCap) hold_to(ask.cap, parts, tally);
}

void hold_to(std::int64_t most, std::span<std::int64_t> parts, Tally& tally) {
  std::int64_t total = 0;
  for (const std::int64_t part : parts) total += part;
  if (total <= most) return;
  tally.weights.assign(parts.begin(), parts.end());
  spread(most, tally.weights, tally.weights, Remainder::kLargest, parts, tally);
}

void spread(std::int64_t total, std::span<const std::int64_t> weights, std::span<const std::int64_t> rooms,
            Remainder remainder, std::span<std::int64_t> parts, Tally& tally) {
  std::ranges::fill(parts, 0);
  share_out(total, weights, remainder, parts, tally);
  // Each round fills at least one room or places the rest.
  for (std::size_t round = 0; round <= parts.size(); ++round) {
    std::int64_t blocked = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (parts[k] <= rooms[k]) continue;
      blocked += parts[k] - rooms[k];
      parts[k] = rooms[k];
    }
    if (blocked == 0) return;
    std::vector<std::int64_t>& open = tally.open;
    open.assign(parts.size(), 0);
    std::int64_t room = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (parts[k] >= rooms[k]) continue;
      open[k] = weights[k];
      room += rooms[k] - parts[k];
    }
    if (room == 0) return;
    share_out(std::min(blocked, room), open, remainder, parts, tally);
  }
}

}  // namespace kassa::discounts
