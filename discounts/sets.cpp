#include "discounts/sets.hpp"

#include <algorithm>

namespace kassa::discounts {
namespace {

/// The lines of one part, as laid out by list_goods.
struct PartLines {
  std::int64_t quantity{};
  std::span<const std::uint32_t> lines;
};

template <class Visit>
void each_part(const Choices& choices, const Choices::Entry& entry, Visit visit) {
  std::size_t at = entry.parts;
  for (const SetPart& part : entry.candidate.terms().parts) {
    const std::size_t count = choices.goods[at];
    visit(PartLines{part.quantity, std::span(choices.goods).subspan(at + 1, count)});
    at += count + 1;
  }
}

/// What one unit of a line may lose to the rule.
std::int64_t unit_gain(const Choices::Entry& entry, const CartState& state, std::uint32_t line, Rounding rounding) {
  const Effect& effect = entry.candidate.value().tiers.front().effect;
  const std::int64_t price = state.cart->lines[line].unit_price;
  const std::int64_t share =
      effect.kind == EffectKind::kAmount
          ? std::min(price, *effect.amounts.find(state.cart->currency))
          : share_of({effect.kind, effect.bps, effect.amounts, {}}, state.cart->currency, price, rounding);
  return std::min(share, room_of(entry.candidate.value(), state, line, price, 1));
}

}  // namespace

void list_goods(Choices& choices, Choices::Entry& entry, const CartState& state, std::vector<std::uint32_t>& lines) {
  const Terms& terms = entry.candidate.terms();
  const auto& all = state.cart->lines;
  entry.parts = static_cast<std::uint32_t>(choices.goods.size());
  entry.first = static_cast<std::uint32_t>(choices.gains.size());
  const bool buy_get = terms.set == SetKind::kBuyGet;
  const bool dear_reward = terms.pick == Pick::kMostExpensive;
  for (std::size_t p = 0; p < terms.parts.size(); ++p) {
    match_lines(entry.candidate.segment->conditions.view(terms.parts[p].where), state, lines);
    const bool dearest = !buy_get || (p == 0 ? !dear_reward : dear_reward);
    std::ranges::sort(lines, [&](std::uint32_t a, std::uint32_t b) {
      if (all[a].unit_price != all[b].unit_price) return (all[a].unit_price > all[b].unit_price) == dearest;
      return all[a].line_id < all[b].line_id;
    });
    choices.goods.push_back(static_cast<std::uint32_t>(lines.size()));
    choices.goods.insert(choices.goods.end(), lines.begin(), lines.end());
    for (const std::uint32_t line : lines) {
      const auto known = std::span(choices.gains).subspan(entry.first);
      if (std::ranges::find(known, line, &Choices::Gain::line) == known.end())
        choices.gains.push_back({line, false, 0});
    }
  }
  entry.count = static_cast<std::uint32_t>(choices.gains.size()) - entry.first;
  if (!buy_get) return;
  // What is bought is taken first from goods that cannot be the reward.
  const std::size_t bought = choices.goods[entry.parts];
  const auto buy = std::span(choices.goods).subspan(entry.parts + 1, bought);
  const auto get = std::span(choices.goods).subspan(entry.parts + 2 + bought);
  std::ranges::stable_partition(buy, [&](std::uint32_t line) { return std::ranges::find(get, line) == get.end(); });
}

std::int64_t form_sets(const Choices& choices, const Choices::Entry& entry, const CartState& state, std::int64_t times,
                       std::span<std::int64_t> units, std::vector<SetUse>& uses, std::vector<std::int64_t>& take) {
  uses.clear();
  const bool buy_get = entry.candidate.terms().set == SetKind::kBuyGet;
  const Effect& effect = entry.candidate.value().tiers.front().effect;
  std::int64_t formed = 0;
  take.assign(units.size() * 2, 0);
  while (formed < times) {
    std::ranges::fill(take, 0);
    const std::span used(take.data(), units.size());
    const std::span rewarded(take.data() + units.size(), units.size());
    bool complete = true;
    std::size_t p = 0;
    each_part(choices, entry, [&](const PartLines& part) {
      std::int64_t wanted = part.quantity;
      for (const std::uint32_t line : part.lines) {
        const std::int64_t some = std::min(wanted, units[line] - used[line]);
        if (some <= 0) continue;
        used[line] += some;
        wanted -= some;
        if (!buy_get || p == 1) rewarded[line] += some;
      }
      complete = complete && wanted == 0;
      ++p;
    });
    if (!complete) break;
    std::int64_t price = 0;
    std::int64_t again = times - formed;
    for (std::size_t line = 0; line < units.size(); ++line) {
      if (used[line] == 0) continue;
      price += used[line] * state.cart->lines[line].unit_price;
      again = std::min(again, units[line] / used[line]);
    }
    if (!buy_get && effect.kind == EffectKind::kPrice && price <= *effect.amounts.find(state.cart->currency)) break;
    for (std::uint32_t line = 0; line < units.size(); ++line) {
      if (used[line] == 0) continue;
      units[line] -= used[line] * again;
      auto known = std::ranges::find(uses, line, &SetUse::line);
      if (known == uses.end()) known = uses.insert(uses.end(), SetUse{line, 0, 0});
      known->units += used[line] * again;
      known->rewarded += rewarded[line] * again;
    }
    formed += again;
  }
  std::ranges::sort(uses, {}, &SetUse::line);
  return formed;
}

std::int64_t set_parts(const Choices::Entry& entry, const CartState& state, std::int64_t times,
                       std::span<const SetUse> uses, Rounding rounding, std::vector<std::int64_t>& parts,
                       Scratch& scratch) {
  const Value& value = entry.candidate.value();
  const Effect& effect = value.tiers.front().effect;
  parts.assign(uses.size(), 0);
  scratch.weights.resize(uses.size());
  scratch.rooms.resize(uses.size());
  std::int64_t base = 0;
  for (std::size_t k = 0; k < uses.size(); ++k) {
    const std::int64_t units = uses[k].rewarded;
    scratch.weights[k] = units * state.cart->lines[uses[k].line].unit_price;
    scratch.rooms[k] = units == 0 ? 0 : room_of(value, state, uses[k].line, scratch.weights[k], units);
    base += scratch.weights[k];
  }
  const std::int64_t* const amount = effect.amounts.find(state.cart->currency);
  if (entry.candidate.terms().set == SetKind::kBundle) {
    std::int64_t total = 0;
    if (effect.kind == EffectKind::kPercent) {
      total = share_of(effect, state.cart->currency, base, rounding);
    } else {
      const std::int64_t whole = *amount > base / std::max<std::int64_t>(times, 1) ? base : *amount * times;
      total = effect.kind == EffectKind::kAmount ? whole : base - whole;
    }
    spread(total, scratch.weights, scratch.rooms, value.remainder, parts, scratch.tally);
  } else {
    for (std::size_t k = 0; k < uses.size(); ++k) {
      const std::int64_t units = uses[k].rewarded;
      if (units == 0) continue;
      std::int64_t share = 0;
      if (effect.kind == EffectKind::kPercent) {
        share =
            share_of({EffectKind::kPercent, effect.bps, {}, {}}, state.cart->currency, scratch.weights[k], rounding);
      } else {
        const std::int64_t price = state.cart->lines[uses[k].line].unit_price;
        share = (effect.kind == EffectKind::kAmount ? std::min(price, *amount)
                                                    : std::max<std::int64_t>(price - *amount, 0)) *
                units;
      }
      parts[k] = std::min(share, scratch.rooms[k]);
    }
    const std::int64_t* const most = effect.max_amount.find(state.cart->currency);
    if (most != nullptr) hold_to(*most, parts, scratch.tally);
  }
  if (entry.cap != kNoCap) hold_to(entry.cap, parts, scratch.tally);
  std::int64_t sum = 0;
  for (const std::int64_t part : parts) sum += part;
  return sum;
}

std::int64_t most_of_set(const Choices& choices, const Choices::Entry& entry, const CartState& state,
                         Rounding rounding) {
  const Terms& terms = entry.candidate.terms();
  const bool buy_get = terms.set == SetKind::kBuyGet;
  const Effect& effect = entry.candidate.value().tiers.front().effect;
  std::int64_t times = terms.per_order.value_or(kNoCap);
  std::int64_t per_time = 0;
  std::size_t p = 0;
  each_part(choices, entry, [&](const PartLines& part) {
    std::int64_t units = 0;
    std::int64_t dearest = 0;
    for (const std::uint32_t line : part.lines) {
      units += state.cart->lines[line].quantity;
      const std::int64_t price = state.cart->lines[line].unit_price;
      // A unit may be rounded up by one.
      dearest = std::max(dearest, buy_get ? unit_gain(entry, state, line, rounding) + 1 : price);
    }
    times = std::min(times, units / part.quantity);
    if (!buy_get || p == 1) per_time += dearest * part.quantity;
    ++p;
  });
  if (times <= 0) return 0;
  if (!buy_get) {
    const std::int64_t* const amount = effect.amounts.find(state.cart->currency);
    if (effect.kind == EffectKind::kPercent)
      per_time = share_of({EffectKind::kPercent, effect.bps, {}, {}}, state.cart->currency, per_time, rounding) + 1;
    if (effect.kind == EffectKind::kAmount) per_time = std::min(per_time, *amount);
    if (effect.kind == EffectKind::kPrice) per_time = std::max<std::int64_t>(per_time - *amount, 0);
  }
  std::int64_t most = 0;
  if (__builtin_mul_overflow(per_time, times, &most)) most = kNoCap / 4;
  return std::min(most, entry.cap);
}

}  // namespace kassa::discounts
