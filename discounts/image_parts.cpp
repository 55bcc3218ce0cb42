#include "discounts/image_parts.hpp"

#include <bit>

namespace kassa::discounts {
namespace {

void write_amounts(const AmountMap& map, ImageWriter& out) {
  out.count(map.entries.size());
  for (const auto& [currency, amount] : map.entries) {
    out.text(currency.code());
    out.number(amount);
  }
}

/// Thresholds of counts stand under XXX, which is no currency to ask for.
Currency stored_currency(std::string_view code) { return Currency::from_code(code).value_or(Currency{}); }

AmountMap read_stored_amounts(ImageReader& in) {
  AmountMap map;
  for (std::size_t rest = in.count(); rest > 0; --rest) {
    const Currency currency = stored_currency(in.text());
    map.entries.emplace_back(currency, in.number());
  }
  return map;
}

void write_value(const Value& value, ImageWriter& out) {
  out.word(value.on);
  out.word(value.basis);
  out.word(value.remainder);
  out.count(value.tiers.size());
  for (const Tier& tier : value.tiers) {
    write_amounts(tier.from, out);
    out.word(tier.effect.kind);
    out.number(tier.effect.bps);
    write_amounts(tier.effect.amounts, out);
    write_amounts(tier.effect.max_amount, out);
  }
  write_amounts(value.minimum_price, out);
  out.number(value.gift ? 1 : 0);
  if (!value.gift) return;
  out.text(value.gift->sku);
  out.number(value.gift->quantity);
  out.number(value.gift->skip ? 1 : 0);
}

Value read_value(ImageReader& in) {
  Value value;
  value.on = in.word<TierOn>();
  value.basis = in.word<Basis>();
  value.remainder = in.word<Remainder>();
  value.tiers.resize(in.count());
  for (Tier& tier : value.tiers) {
    tier.from = read_stored_amounts(in);
    tier.effect.kind = in.word<EffectKind>();
    tier.effect.bps = in.number();
    tier.effect.amounts = read_stored_amounts(in);
    tier.effect.max_amount = read_stored_amounts(in);
  }
  value.minimum_price = read_stored_amounts(in);
  if (in.number() == 0) return value;
  GiftValue& gift = value.gift.emplace();
  gift.sku = in.text();
  gift.quantity = in.number();
  gift.skip = in.number() != 0;
  return value;
}

void write_numbers(const std::vector<std::uint32_t>& numbers, ImageWriter& out) {
  out.count(numbers.size());
  for (const std::uint32_t number : numbers) out.number(number);
}

std::vector<std::uint32_t> read_numbers(ImageReader& in) {
  std::vector<std::uint32_t> numbers(in.count());
  for (std::uint32_t& number : numbers) number = in.small();
  return numbers;
}

void write_terms(const Terms& terms, ImageWriter& out) {
  out.number(terms.global);
  out.number(terms.per_customer);
  out.number(terms.per_order);
  write_amounts(terms.budget, out);
  out.number(terms.calendar);
  out.number(terms.exclusive ? 1 : 0);
  out.word(terms.policy);
  out.word(terms.set);
  out.word(terms.pick);
  out.number(terms.group);
  for (const auto* const names : {&terms.tags, &terms.with, &terms.without}) write_numbers(*names, out);
  out.count(terms.parts.size());
  for (const SetPart& part : terms.parts) {
    out.number(part.where);
    out.number(part.quantity);
  }
}

Terms read_terms(ImageReader& in) {
  Terms terms;
  terms.global = in.maybe();
  terms.per_customer = in.maybe();
  terms.per_order = in.maybe();
  terms.budget = read_stored_amounts(in);
  terms.calendar = in.small();
  terms.exclusive = in.number() != 0;
  terms.policy = in.word<Policy>();
  terms.set = in.word<SetKind>();
  terms.pick = in.word<Pick>();
  terms.group = in.small();
  for (auto* const names : {&terms.tags, &terms.with, &terms.without}) *names = read_numbers(in);
  terms.parts.resize(in.count());
  for (SetPart& part : terms.parts) {
    part.where = in.small();
    part.quantity = in.number();
  }
  return terms;
}

void write_calendar(const Calendar& calendar, ImageWriter& out) {
  out.text(calendar.zone_name());
  out.count(calendar.windows().size());
  for (const WeekWindow& window : calendar.windows()) {
    out.number(window.days);
    out.number(window.from);
    out.number(window.to);
  }
}

/// False for a zone that this build does not know.
bool read_calendar(ImageReader& in, std::vector<Calendar>& calendars) {
  const std::string_view zone = in.text();
  std::vector<WeekWindow> windows(in.count());
  for (WeekWindow& window : windows) {
    window.days = static_cast<std::uint8_t>(in.number());
    window.from = static_cast<std::uint16_t>(in.number());
    window.to = static_cast<std::uint16_t>(in.number());
  }
  if (!in.whole() || find_zone(zone).empty()) return false;
  calendars.emplace_back(zone, std::move(windows));
  return true;
}

}  // namespace

void ImageParts::write_loose(const Segment& segment, ImageWriter& out) {
  out.number(segment.reads_shipping ? 1 : 0);
  out.number((segment.counts_orders ? 1 : 0) + (segment.asks_segments ? 2 : 0));
  for (const bool mentioned : segment.values.mentioned_) out.number(mentioned ? 1 : 0);
  out.text(segment.index.home_.code());
  out.count(segment.effects.size());
  for (const Value& value : segment.effects) write_value(value, out);
  out.count(segment.terms.size());
  for (const Terms& terms : segment.terms) write_terms(terms, out);
  out.count(segment.calendars.size());
  for (const Calendar& calendar : segment.calendars) write_calendar(calendar, out);
  out.count(segment.index.sliced_.size());
  for (const SlicedList& sliced : segment.index.sliced_) {
    out.number(sliced.list);
    out.number(sliced.words_each);
  }
}

bool ImageParts::read_loose(ImageReader& in, Segment& segment) {
  segment.reads_shipping = in.number() != 0;
  const auto asks = in.number();
  segment.counts_orders = asks % 2 != 0;
  segment.asks_segments = asks / 2 != 0;
  for (bool& mentioned : segment.values.mentioned_) mentioned = in.number() != 0;
  segment.index.home_ = stored_currency(in.text());
  const std::size_t effects = in.count();
  segment.effects.reserve(effects);
  for (std::size_t i = 0; i < effects; ++i) segment.effects.push_back(read_value(in));
  const std::size_t terms = in.count();
  segment.terms.reserve(terms);
  for (std::size_t i = 0; i < terms; ++i) segment.terms.push_back(read_terms(in));
  for (std::size_t rest = in.count(); rest > 0; --rest) {
    if (!read_calendar(in, segment.calendars)) return false;
  }
  segment.index.sliced_.resize(in.count());
  for (SlicedList& sliced : segment.index.sliced_) {
    sliced.list = in.small();
    sliced.words_each = in.small();
  }
  return in.whole();
}

bool ImageParts::fits(const Segment& segment) noexcept {
  const auto table = [](std::size_t slots) { return slots == 0 || std::has_single_bit(slots); };
  const RuleIndex& index = segment.index;
  return table(segment.ids_.size()) && segment.ids_.size() == segment.tags_.size() && table(segment.codes_.size()) &&
         table(segment.values.slots_.size()) && index.postings_.size() == index.keys_.size() &&
         index.postings_.size() == index.checks_.size() &&
         (segment.stamps.empty() || segment.stamps.size() == segment.rows.size()) && !segment.terms.empty() &&
         !segment.windows.empty() && !index.lists_.empty();
}

}  // namespace kassa::discounts
