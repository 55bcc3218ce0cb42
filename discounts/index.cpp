#include "discounts/index.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "discounts/access.hpp"
#include "discounts/posting.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kRankedMin = 4;      ///< Fewer are not worth an order of their own.
constexpr std::size_t kSlicedMin = 2'048;  ///< Shorter lists are read posting by posting.

/// What the list of a rankable rule's lines costs beside others: most of it is passed over.
std::uint64_t ranked_cost(std::uint64_t rules) { return rules < kSlicedMin ? rules / 32 + 1 : rules / 512; }

}  // namespace

/// The index while it is built.
struct RuleIndex::Filing {
  struct Entry {
    Posting posting;
    std::uint32_t list{};
    std::uint32_t key{};
    bool timed{};
    bool ranked{};
  };
  ValueCounts counts;
  std::vector<Entry> entries;
  std::vector<CartDemand> demands;
  std::uint32_t lists{};
  bool best_deal{};
};

void RuleIndex::build(const Segment& segment, const RuleSetup& setup, bool whole) {
  Filing filing;
  filing.lists = static_cast<std::uint32_t>(segment.values.size());
  filing.best_deal = setup.policies[0] == Policy::kBestDeal;
  filing.entries.reserve(segment.rows.size());
  if (whole) {
    filing.counts.resize(segment.values.size());
    for (const Row& row : segment.rows) {
      if (!row.coded()) count_values(segment, row, filing.counts);
    }
  }
  for (std::uint32_t i = 0; i < segment.rows.size(); ++i) {
    const Row& row = segment.rows[i];
    if (row.coded()) continue;
    const Window& window = segment.window_of(row);
    if (window.starts != Instant::min()) changes_.push_back({window.starts, i});
    if (window.ends != Instant::max()) changes_.push_back({window.ends, i});
    file(segment, row, i, filing);
  }
  std::ranges::sort(changes_, {}, &Change::when);
  if (!whole) {
    // Only the lists that are used, so that a small index costs little beside a large one.
    for (const Filing::Entry& entry : filing.entries) values_.push_back(entry.list);
    std::ranges::sort(values_);
    const auto doubles = std::ranges::unique(values_);
    values_.erase(doubles.begin(), doubles.end());
    for (Filing::Entry& entry : filing.entries) entry.list = list_of(entry.list);
    for (Thresholds& thresholds : thresholds_) thresholds.list = list_of(thresholds.list);
    filing.lists = static_cast<std::uint32_t>(values_.size());
  }
  lay_out(segment, filing);
}

std::optional<std::uint32_t> RuleIndex::rank_key(const Segment& segment, const Row& row) {
  const Value& value = segment.value_of(row);
  const bool plain = row.discount_class == Class::kProduct && row.is(Row::kOneValue) && row.is(Row::kEach) &&
                     row.terms == 0 && !row.stacks() && value.on == TierOn::kNothing && !value.gift &&
                     value.minimum_price.empty();
  if (!plain) return std::nullopt;
  const Effect& effect = value.tiers.front().effect;
  if (effect.kind == EffectKind::kPercent)
    return effect.max_amount.empty() ? std::optional{static_cast<std::uint32_t>(effect.bps)} : std::nullopt;
  if (effect.kind != EffectKind::kAmount || effect.amounts.entries.size() != 1) return std::nullopt;
  const auto& [currency, amount] = effect.amounts.entries.front();
  if (amount >= kAmountKey) return std::nullopt;
  if (home_ == Currency{}) home_ = currency;
  return currency == home_ ? std::optional{kAmountKey | static_cast<std::uint32_t>(amount)} : std::nullopt;
}

/// Whether the posting alone says that the rule's condition holds, for carts in the home currency.
bool RuleIndex::decides(const Segment& segment, const Row& row, std::uint32_t list, std::uint32_t value) {
  const PredicateView when = segment.conditions.view(row.when);
  const auto leaf = [&](const Node& node) {
    if (node.negate || node.missing_pass) return false;
    if (node.kind == NodeKind::kText) {
      const bool one = node.match == TextMatch::kAny && node.count == 1 && !node.in_line;
      return one && (when.ids[node.first] == value || when.ids[node.first] == list);
    }
    if (node.kind != NodeKind::kNumber || node.attribute != Attribute::kCartSubtotal || node.count != 1) return false;
    const Currency currency = when.intervals[node.first].currency;
    if (home_ == Currency{}) home_ = currency;
    return currency == home_ && node.basis == Basis::kOriginal &&
           when.intervals[node.first].high == std::numeric_limits<std::int64_t>::max();
  };
  if (when.empty()) return true;
  if (when.nodes[0].kind != NodeKind::kAll) return leaf(when.nodes[0]);
  std::size_t money = 0;
  for (std::uint32_t i = 1; i < when.size; ++i) {
    if (!leaf(when.nodes[i])) return false;
    if (when.nodes[i].money) ++money;
  }
  return money <= 1;
}

/// The rarest text that the rule demands of the cart; else the attributes of which it demands some text.
std::uint32_t RuleIndex::second_check(const Segment& segment, const Row& row, Filing& filing) {
  list_cart_demands(segment, row, filing.demands);
  std::uint32_t value = 0;
  std::uint32_t attributes = 0;
  for (const CartDemand& demand : filing.demands) {
    attributes |= kAttributeBits | attribute_bit(place_of(demand.attribute));
    if (demand.count != 1) continue;
    const bool rarer = value == 0 || filing.counts.empty() || filing.counts[demand.ids[0]] < filing.counts[value];
    if (rarer) value = demand.ids[0];
  }
  return value == 0 ? attributes : value;
}

void RuleIndex::file(const Segment& segment, const Row& row, std::uint32_t number, Filing& filing) {
  const auto key = filing.best_deal ? rank_key(segment, row) : std::nullopt;
  const auto put = [&](std::uint32_t list, std::int64_t low, std::uint32_t value, bool of_value) {
    Filing::Entry& entry = filing.entries.emplace_back();
    const bool decided = of_value && decides(segment, row, list, value);
    entry.posting = Posting{low, number | (decided ? kDecided : 0) | (row.window != 0 ? kTimed : 0), value};
    entry.list = list;
    entry.timed = row.window != 0;
    entry.ranked = key && of_value && row.target == list;
    entry.key = key.value_or(0);
  };
  if (auto access = find_access(segment, row, filing.counts)) {
    const bool counted = key && !filing.counts.empty();
    if (counted && ranked_cost(filing.counts[row.target]) < access->cost) access->values.assign(1, row.target);
    std::uint32_t value = second_check(segment, row, filing);
    // Under that value itself it would only be checked twice.
    if (access->values.size() == 1 && access->values.front() == value) value = 0;
    for (const std::uint32_t id : access->values) put(id, least_subtotal(segment, row), value, true);
  } else if (const auto floor = find_floor(segment, row)) {
    for (const auto& [currency, low] : floor->from.entries)
      put(threshold_list(floor->attribute, currency, filing), low, 0, false);
  } else {
    put(kAlways, std::numeric_limits<std::int64_t>::min(), 0, false);
  }
}

std::uint32_t RuleIndex::threshold_list(Attribute attribute, Currency currency, Filing& filing) {
  for (const Thresholds& known : thresholds_) {
    if (known.attribute == attribute && known.currency == currency) return known.list;
  }
  thresholds_.push_back({attribute, currency, filing.lists});
  return filing.lists++;
}

std::uint32_t RuleIndex::list_of(std::uint32_t value) const noexcept {
  if (values_.empty()) return value + 1 < lists_.size() ? value : kNoList;
  const auto found = std::ranges::lower_bound(values_, value);
  return found == values_.end() || *found != value ? kNoList : static_cast<std::uint32_t>(found - values_.begin());
}

void RuleIndex::lay_out(const Segment& segment, Filing& filing) {
  using Entry = Filing::Entry;
  std::vector<std::uint32_t> ends(filing.lists + 1);
  for (const Entry& entry : filing.entries) ++ends[entry.list + 1];
  for (std::size_t k = 1; k < ends.size(); ++k) ends[k] += ends[k - 1];
  std::vector<Entry> sorted(filing.entries.size());
  for (const Entry& entry : filing.entries) sorted[ends[entry.list]++] = entry;
  filing.entries = {};
  const auto number_of = [](const Entry& entry) { return entry.posting.rule & kRuleMask; };
  const auto before = [&](const Entry& a, const Entry& b) {
    if (a.ranked != b.ranked) return a.ranked;
    if (a.ranked) return a.key != b.key ? a.key > b.key : number_of(a) < number_of(b);
    if (a.timed != b.timed) return b.timed;
    if (!a.timed) return std::tuple(a.posting.low, number_of(a)) < std::tuple(b.posting.low, number_of(b));
    const auto end = [&](const Entry& entry) {
      return segment.window_of(segment.rows[entry.posting.rule & kRuleMask]).ends;
    };
    return end(a) != end(b) ? end(a) > end(b) : number_of(a) < number_of(b);
  };
  lists_.resize(filing.lists + 1);
  std::uint32_t begin = 0;
  for (std::uint32_t k = 0; k < filing.lists; ++k) {
    const std::uint32_t end = ends[k];
    const auto first = sorted.begin() + begin;
    const auto last = sorted.begin() + end;
    if (static_cast<std::size_t>(std::count_if(first, last, [](const Entry& e) { return e.ranked; })) < kRankedMin)
      std::for_each(first, last, [](Entry& entry) { entry.ranked = false; });
    if (end - begin > 1) std::sort(first, last, before);
    const auto ranked = std::partition_point(first, last, [](const Entry& entry) { return entry.ranked; });
    const auto timed = std::partition_point(ranked, last, [](const Entry& entry) { return !entry.timed; });
    lists_[k] = {begin, static_cast<std::uint32_t>(ranked - sorted.begin()),
                 static_cast<std::uint32_t>(timed - sorted.begin())};
    begin = end;
  }
  lists_[filing.lists] = {begin, begin, begin};
  postings_.reserve(sorted.size());
  checks_.reserve(sorted.size());
  keys_.reserve(sorted.size());
  for (const Entry& entry : sorted) {
    postings_.push_back(entry.posting);
    checks_.push_back(entry.posting.value);
    keys_.push_back(entry.key);
  }
  for (std::uint32_t k = 0; k < filing.lists; ++k) {
    if (end_of(k) - lists_[k].begin >= kSlicedMin) slice(segment, k);
  }
}

void RuleIndex::list_beyond(std::span<const std::uint32_t> values, const Reached& reached,
                            std::vector<std::uint32_t>& rules) const {
  constexpr std::uint32_t kOfEach = 32;
  const auto some = [&](std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin; i < std::min(end, begin + kOfEach); ++i)
      rules.push_back(postings_[i].rule & kRuleMask);
  };
  const auto look = [&](std::uint32_t list, std::int64_t have) {
    const auto [begin, ranked, timed] = lists_[list];
    some(begin, ranked);
    const auto rising = std::span(postings_.begin() + ranked, timed - ranked);
    const auto beyond = std::ranges::upper_bound(rising, have, {}, &Posting::low);
    some(ranked + static_cast<std::uint32_t>(beyond - rising.begin()), timed);
    some(timed, end_of(list));
  };
  for (const std::uint32_t value : values) {
    if (const std::uint32_t list = list_of(value); list != kNoList) look(list, reached.subtotal);
  }
  for (const Thresholds& thresholds : thresholds_) {
    if (thresholds.attribute == Attribute::kCartQuantity) look(thresholds.list, reached.quantity);
    if (thresholds.attribute == Attribute::kCartSubtotal && thresholds.currency == reached.currency)
      look(thresholds.list, reached.subtotal);
  }
}

std::optional<Instant> RuleIndex::next_change(Instant now, std::span<const std::uint32_t> gone) const {
  auto next = std::ranges::upper_bound(changes_, now, {}, &Change::when);
  while (next != changes_.end() && std::ranges::binary_search(gone, next->rule)) ++next;
  return next == changes_.end() ? std::nullopt : std::optional{next->when};
}

std::size_t RuleIndex::bytes() const noexcept {
  std::size_t bytes = postings_.bytes() + checks_.bytes() + keys_.bytes() + lists_.bytes() + changes_.bytes();
  for (const SlicedList& sliced : sliced_) bytes += sliced.words.bytes() + sliced.slices.bytes();
  return bytes;
}

}  // namespace kassa::discounts
