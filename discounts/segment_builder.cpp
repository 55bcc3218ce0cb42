#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "discounts/names.hpp"
#include "discounts/segment.hpp"
#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ULL;

std::uint64_t blended(std::uint64_t hash, std::uint64_t part) noexcept { return (hash ^ part) * kFactor ^ hash >> 31; }

std::uint64_t hash_of(const AmountMap& map, std::uint64_t hash) {
  for (const auto& [currency, amount] : map.entries)
    hash = blended(hash_text(currency.code(), hash), static_cast<std::uint64_t>(amount));
  return hash;
}

std::uint64_t hash_of(const Value& value) {
  std::uint64_t hash = static_cast<std::uint64_t>(value.on) | static_cast<std::uint64_t>(value.remainder) << 8;
  for (const Tier& tier : value.tiers) {
    hash = hash_of(tier.from, blended(hash, static_cast<std::uint64_t>(tier.effect.bps)));
    hash = hash_of(tier.effect.max_amount, hash_of(tier.effect.amounts, hash));
  }
  return hash_of(value.minimum_price, value.gift ? hash_text(value.gift->sku, hash) : hash);
}

std::uint64_t hash_of(const Terms& terms) {
  std::uint64_t hash = blended(static_cast<std::uint64_t>(terms.global.value_or(0)),
                               static_cast<std::uint64_t>(terms.per_customer.value_or(0)));
  hash = blended(hash, static_cast<std::uint64_t>(terms.per_order.value_or(0)));
  hash = blended(hash, static_cast<std::uint64_t>(terms.group) << 32 | terms.calendar);
  for (const SetPart& part : terms.parts)
    hash = blended(hash, part.where + (static_cast<std::uint64_t>(part.quantity) << 32));
  for (const std::uint32_t tag : terms.tags) hash = blended(hash, tag);
  return hash;
}

std::uint64_t hash_of(const Window& window) {
  return blended(static_cast<std::uint64_t>(to_millis(window.starts)),
                 static_cast<std::uint64_t>(to_millis(window.ends)));
}

std::uint64_t hash_of(const Calendar& calendar) { return calendar.hash(); }

/// Finds an equal item among those kept, or keeps this one.
template <class Item>
class Interner {
 public:
  template <class Items>
  std::uint32_t place_of(Items& items, const Item& item) {
    const std::uint64_t hash = hash_of(item);
    const auto [first, last] = known_.equal_range(hash);
    for (auto it = first; it != last; ++it) {
      if (items[it->second] == item) return it->second;
    }
    const auto place = static_cast<std::uint32_t>(items.size());
    items.push_back(item);
    known_.emplace(hash, place);
    return place;
  }

 private:
  std::unordered_multimap<std::uint64_t, std::uint32_t> known_;
};

bool is_one_value(const Predicate& predicate) noexcept {
  if (predicate.nodes.size() != 1) return false;
  const Node& node = predicate.nodes.front();
  return node.kind == NodeKind::kText && node.match != TextMatch::kPrefix && node.count == 1 && !node.negate &&
         !node.missing_pass && node.in_line && !is_own(node.attribute);
}

}  // namespace

struct SegmentBuilder::Interning {
  Interner<Value> values;
  Interner<Terms> terms;
  Interner<Window> windows;
  Interner<Calendar> calendars;
};

SegmentBuilder::SegmentBuilder(const Segment* base)
    : out_(std::make_shared<Segment>()), base_(base), interning_(std::make_unique<Interning>()) {
  if (base != nullptr) out_->values = ValueTable(&base->values);
  out_->terms.emplace_back();
  out_->windows.push_back({});
}

SegmentBuilder::~SegmentBuilder() = default;

void SegmentBuilder::reserve(std::size_t rules) {
  out_->rows.reserve(rules);
  std::size_t slots = 16;
  while (slots * 2 < (rules + 1) * 3) slots *= 2;
  out_->ids_.resize(slots);
  out_->tags_.resize(slots);
}

std::uint32_t SegmentBuilder::put_text(std::string_view text) {
  ensure(text.size() < 256, "an id or a code is short");
  ensure(out_->texts_.size() + text.size() < 0xffff0000U, "the names of the rules fit");
  const auto at = static_cast<std::uint32_t>(out_->texts_.size());
  out_->texts_.push_back(static_cast<char>(text.size()));
  out_->texts_.append(text);
  return at;
}

std::uint32_t SegmentBuilder::put_names(const Rule& rule) {
  const auto at = static_cast<std::uint32_t>(out_->texts_.size());
  const bool same = rule.title == rule.id;
  const auto length = same ? kTitleIsId : static_cast<std::uint16_t>(rule.title.size());
  std::array<char, kTitleBytes> head{};
  std::memcpy(head.data(), &length, kTitleBytes);
  out_->texts_.append(head);
  put_text(rule.id);
  if (!same) out_->texts_.append(rule.title);
  return at;
}

std::uint32_t SegmentBuilder::calendar_of(const Schedule& schedule) {
  if (schedule.windows.empty()) return 0;
  return interning_->calendars.place_of(out_->calendars, Calendar(schedule.zone, schedule.windows)) + 1;
}

std::uint32_t SegmentBuilder::terms_of(const Rule& rule) {
  const Combine& combine = rule.combine;
  const bool plain = !rule.limits.counted() && !rule.limits.per_order && rule.set == SetKind::kNone &&
                     rule.schedule.windows.empty() && combine.group.empty() && combine.tags.empty() &&
                     combine.with.empty() && combine.without.empty() && !combine.exclusive;
  if (plain) return 0;
  Terms terms;
  terms.global = rule.limits.global;
  terms.per_customer = rule.limits.per_customer;
  terms.per_order = rule.limits.per_order;
  terms.budget = rule.limits.budget;
  terms.calendar = calendar_of(rule.schedule);
  terms.exclusive = combine.exclusive;
  terms.policy = combine.policy;
  terms.set = rule.set;
  terms.pick = rule.pick;
  if (!combine.group.empty()) terms.group = out_->values.intern(kGroupNames, combine.group);
  const auto ids = [&](const std::vector<std::string>& names, std::vector<std::uint32_t>& list) {
    for (const std::string& name : names) list.push_back(out_->values.intern(kTagNames, name));
    std::ranges::sort(list);
  };
  ids(combine.tags, terms.tags);
  ids(combine.with, terms.with);
  ids(combine.without, terms.without);
  for (const Part& part : rule.parts)
    terms.parts.push_back({out_->conditions.add(part.where, out_->values), part.quantity});
  return interning_->terms.place_of(out_->terms, terms);
}

void SegmentBuilder::put_target(const Rule& rule, Row& row) {
  if (!is_one_value(rule.target)) {
    row.target = out_->conditions.add(rule.target, out_->values);
    return;
  }
  row.flags = static_cast<std::uint8_t>(row.flags | Row::kOneValue);
  row.target_attribute = rule.target.nodes.front().attribute;
  row.target = out_->values.intern(row.target_attribute, rule.target.texts.front());
}

void SegmentBuilder::put_codes(const Rule& rule, std::uint32_t row) {
  auto& slots = out_->codes_;
  const auto put = [&](const Segment::CodeSlot& slot, std::uint64_t hash) {
    std::size_t i = hash & (slots.size() - 1);
    while (slots[i].row != 0) i = (i + 1) & (slots.size() - 1);
    slots[i] = slot;
  };
  for (const std::string& spelling : rule.spellings) {
    if ((codes_used_ + 1) * 3 > slots.size() * 2) {
      const std::size_t size = std::max<std::size_t>(16, slots.size() * 2);
      const Pack<Segment::CodeSlot> old = std::exchange(slots, {});
      slots.resize(size);
      for (const auto& slot : old) {
        if (slot.row != 0) put(slot, hash_code(out_->short_text(slot.text)));
      }
    }
    const std::uint64_t hash = hash_code(spelling);
    put({static_cast<std::uint32_t>(hash >> 32), row + 1, put_text(spelling)}, hash);
    ++codes_used_;
  }
}

void SegmentBuilder::add(const Rule& rule) {
  const auto number = static_cast<std::uint32_t>(out_->rows.size());
  Row row;
  row.text = put_names(rule);
  row.priority = static_cast<std::int32_t>(rule.priority);
  row.discount_class = rule.discount_class;
  row.combines = rule.combine.classes;
  if (rule.method == Method::kEach) row.flags = Row::kEach;
  if (!rule.codes.empty()) row.flags = static_cast<std::uint8_t>(row.flags | Row::kCoded);
  row.when = out_->conditions.add(rule.when, out_->values);
  put_target(rule, row);
  row.value = interning_->values.place_of(out_->effects, rule.value);
  row.terms = terms_of(rule);
  if (rule.schedule.starts_at || rule.schedule.ends_at) {
    const Window window{rule.schedule.starts_at.value_or(Instant::min()),
                        rule.schedule.ends_at.value_or(Instant::max())};
    row.window = interning_->windows.place_of(out_->windows, window);
  }
  put_codes(rule, number);
  for (const Predicate* const condition : {&rule.when, &rule.target}) {
    out_->reads_shipping = out_->reads_shipping || condition->asks_for(Attribute::kShippingMethod);
    out_->counts_orders = out_->counts_orders || condition->asks_for(Attribute::kCustomerOrdersCount);
    out_->asks_segments = out_->asks_segments || condition->asks_for(Attribute::kCustomerSegments);
  }
  out_->rows.push_back(row);
  if (rule.stamp != 0) {
    out_->stamps.resize(out_->rows.size());
    out_->stamps[number] = rule.stamp;
  }
  auto& ids = out_->ids_;
  const auto put = [&](std::uint32_t place) {
    const std::uint64_t hash = hash_id(out_->id_of(out_->rows[place - 1]));
    std::size_t i = hash & (ids.size() - 1);
    while (ids[i] != 0) i = (i + 1) & (ids.size() - 1);
    ids[i] = place;
    out_->tags_[i] = static_cast<std::uint8_t>(hash >> 56);
  };
  if ((out_->rows.size() + 1) * 3 > ids.size() * 2) {
    const std::size_t size = std::max<std::size_t>(16, ids.size() * 2);
    ids.adopt(std::vector<std::uint32_t>(size));
    out_->tags_.adopt(std::vector<std::uint8_t>(size));
    for (std::uint32_t place = 1; place <= number; ++place) put(place);
  }
  put(number + 1);
}

std::optional<std::size_t> SegmentBuilder::find(std::string_view id) const {
  const Row* const row = out_->find(id);
  return row == nullptr ? std::nullopt : std::optional<std::size_t>{out_->number_of(*row)};
}

std::optional<std::size_t> SegmentBuilder::find_code(std::string_view folded_code) const {
  const auto found = out_->find_code(folded_code);
  return found ? std::optional<std::size_t>{out_->number_of(*found->row)} : std::nullopt;
}

/// In evaluation order, so that the result does not depend on how the rules were stored.
void SegmentBuilder::sort_rows() {
  auto& rows = out_->rows;
  struct Key {
    std::int32_t priority{};
    std::uint32_t number{};
    std::uint64_t prefix{};  ///< Of the id: most comparisons end here, without a look at the names.
  };
  std::vector<Key> order(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    std::uint64_t prefix = 0;
    const std::string_view id = out_->id_of(rows[i]);
    for (std::size_t k = 0; k < sizeof prefix; ++k)
      prefix = prefix << 8 | (k < id.size() ? static_cast<unsigned char>(id[k]) : 0U);
    order[i] = {rows[i].priority, i, prefix};
  }
  std::ranges::sort(order, [&](const Key& a, const Key& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return out_->id_of(rows[a.number]) < out_->id_of(rows[b.number]);
  });
  std::vector<std::uint32_t> places(rows.size());
  std::vector<Row> sorted(rows.size());
  for (std::uint32_t k = 0; k < order.size(); ++k) {
    sorted[k] = rows[order[k].number];
    places[order[k].number] = k;
  }
  rows.adopt(std::move(sorted));
  if (!out_->stamps.empty()) {
    std::vector<std::uint64_t> stamps(order.size());
    for (std::size_t i = 0; i < out_->stamps.size(); ++i) stamps[places[i]] = out_->stamps[i];
    out_->stamps.adopt(std::move(stamps));
  }
  for (std::uint32_t& place : out_->ids_) {
    if (place != 0) place = places[place - 1] + 1;
  }
  for (Segment::CodeSlot& slot : out_->codes_) {
    if (slot.row != 0) slot.row = places[slot.row - 1] + 1;
  }
}

std::shared_ptr<const Segment> SegmentBuilder::finish(const RuleSetup& setup) {
  sort_rows();
  out_->conditions.finish();
  out_->values.shrink();
  out_->texts_.shrink_to_fit();
  out_->index.build(*out_, setup, base_ == nullptr);
  return std::move(out_);
}

}  // namespace kassa::discounts
