#include "discounts/index.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "discounts/access.hpp"
#include "discounts/state.hpp"

namespace kassa::discounts {
namespace {

std::optional<std::int64_t> number_of(Attribute attribute, const CartState& state) {
  if (attribute == Attribute::kCartSubtotal) return state.original_total;
  return attribute == Attribute::kCartQuantity ? std::optional{state.quantity} : state.cart.customer_orders;
}

}  // namespace

/// The index while it is built.
struct RuleIndex::Filing {
  struct Entry {
    std::uint32_t list{};
    bool timed{};
    Posting posting;
  };
  ValueCounts counts;
  std::vector<Entry> entries;
  std::uint32_t lists{};
};

void RuleIndex::build(std::span<const Rule> rules, const ValueTable& values) {
  Filing filing;
  filing.lists = static_cast<std::uint32_t>(values.size());
  filing.counts.resize(values.size());
  for (const Rule& rule : rules) {
    classes_.push_back(static_cast<std::uint8_t>(rule.discount_class));
    if (!rule.codes.empty()) continue;
    count_values(rule.when, filing.counts);
    count_values(rule.target, filing.counts);
  }
  read_schedules(rules);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].codes.empty()) file(rules[i], static_cast<std::uint32_t>(i), filing);
  }
  lay_out(filing);
}

void RuleIndex::read_schedules(std::span<const Rule> rules) {
  windows_.resize(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (!rule.codes.empty()) continue;
    windows_[i] = Window{rule.starts_at.value_or(Instant::min()), rule.ends_at.value_or(Instant::max())};
    if (rule.starts_at) changes_.push_back(*rule.starts_at);
    if (rule.ends_at) changes_.push_back(*rule.ends_at);
  }
  std::ranges::sort(changes_);
}

void RuleIndex::file(const Rule& rule, std::uint32_t number, Filing& filing) {
  const bool timed = rule.starts_at.has_value() || rule.ends_at.has_value();
  const auto put = [&](std::uint32_t list, std::int64_t low, std::uint32_t value) {
    filing.entries.push_back({list, timed, Posting{low, number, value}});
  };
  if (const auto access = find_access(rule, filing.counts)) {
    std::uint32_t value = demanded_of_cart(rule, filing.counts);
    // Under that value itself it would only be checked twice.
    if (access->values.size() == 1 && access->values.front() == value) value = 0;
    for (const std::uint32_t id : access->values) put(id, least_subtotal(rule), value);
  } else if (const auto floor = find_floor(rule)) {
    for (const auto& [currency, low] : floor->from.entries) {
      put(threshold_list(floor->attribute, currency, filing), low, 0);
    }
  } else {
    put(kAlways, std::numeric_limits<std::int64_t>::min(), 0);
  }
}

std::uint32_t RuleIndex::threshold_list(Attribute attribute, Currency currency, Filing& filing) {
  for (const Thresholds& known : thresholds_) {
    if (known.attribute == attribute && known.currency == currency) return known.list;
  }
  thresholds_.push_back({attribute, currency, filing.lists});
  return filing.lists++;
}

void RuleIndex::lay_out(Filing& filing) {
  std::ranges::sort(filing.entries, [&](const Filing::Entry& a, const Filing::Entry& b) {
    const auto place = [](const Filing::Entry& entry) { return std::tuple(entry.list, entry.timed); };
    if (place(a) != place(b)) return place(a) < place(b);
    if (!a.timed) return std::tuple(a.posting.low, a.posting.rule) < std::tuple(b.posting.low, b.posting.rule);
    const auto ends = [&](const Filing::Entry& entry) { return windows_[entry.posting.rule].ends; };
    return ends(a) != ends(b) ? ends(a) > ends(b) : a.posting.rule < b.posting.rule;
  });
  lists_.resize(filing.lists);
  postings_.reserve(filing.entries.size());
  std::size_t next = 0;
  for (std::uint32_t k = 0; k < filing.lists; ++k) {
    List& list = lists_[k];
    const auto take = [&](bool timed) {
      for (; next < filing.entries.size(); ++next) {
        const Filing::Entry& entry = filing.entries[next];
        if (entry.list != k || entry.timed != timed) break;
        postings_.push_back(entry.posting);
      }
      return static_cast<std::uint32_t>(postings_.size());
    };
    list.begin = static_cast<std::uint32_t>(postings_.size());
    list.timed = take(false);
    list.end = take(true);
  }
}

void RuleIndex::gather(const CartState& state, Instant now, BitTree& values, BitTree& chosen) const {
  values.drain([&](std::uint32_t id) { read(id, state.original_total, state, now, chosen); });
  for (const Thresholds& thresholds : thresholds_) {
    const bool money = thresholds.attribute == Attribute::kCartSubtotal;
    if (money && thresholds.currency != state.cart.currency) continue;
    if (const auto have = number_of(thresholds.attribute, state)) read(thresholds.list, *have, state, now, chosen);
  }
  if (!lists_.empty()) read(kAlways, state.original_total, state, now, chosen);
}

void RuleIndex::read(std::uint32_t list, std::int64_t have, const CartState& state, Instant now,
                     BitTree& chosen) const {
  const auto [begin, timed, end] = lists_[list];
  for (std::uint32_t i = begin; i < timed; ++i) {
    const Posting& posting = postings_[i];
    if (posting.low > have) break;
    if (posting.value == 0 || state.facts.cart_has(posting.value)) chosen.insert(posting.rule);
  }
  for (std::uint32_t i = timed; i < end; ++i) {
    const Posting& posting = postings_[i];
    const Window& window = windows_[posting.rule];
    if (now >= window.ends) break;
    if (now < window.starts || posting.low > have) continue;
    if (posting.value == 0 || state.facts.cart_has(posting.value)) chosen.insert(posting.rule);
  }
}

std::optional<Instant> RuleIndex::next_change(Instant now) const {
  const auto next = std::ranges::upper_bound(changes_, now);
  return next == changes_.end() ? std::nullopt : std::optional{*next};
}

}  // namespace kassa::discounts
