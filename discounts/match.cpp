#include "discounts/match.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "discounts/amounts.hpp"
#include "discounts/posting.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kBlockWords = 32;
constexpr std::uint32_t kLongList = 128;
constexpr std::size_t kSlicesHeldMax = 16;  ///< Of one attribute by one cart; with more, the attribute decides nothing.

std::optional<std::int64_t> number_of(Attribute attribute, const CartState& state) {
  if (attribute == Attribute::kCartSubtotal) return state.original_total;
  return attribute == Attribute::kCartQuantity ? std::optional{state.quantity} : state.cart->customer_orders;
}

/// The slices of one attribute that a cart satisfies.
struct Held {
  std::array<const std::uint64_t*, kSlicesHeldMax> words{};
  std::size_t count{};
};

}  // namespace

void Matcher::gather(std::span<const std::uint32_t> values, BitTree& chosen) {
  if (segment_.rows.empty()) return;
  prefetch(values);
  for (const std::uint32_t value : values) {
    const std::uint32_t list = index_.list_of(value);
    if (list != RuleIndex::kNoList) read(list, state_.original_total, true, chosen);
  }
  for (const auto& thresholds : index_.thresholds_) {
    const bool money = thresholds.attribute == Attribute::kCartSubtotal;
    if (money && thresholds.currency != state_.cart->currency) continue;
    if (const auto have = number_of(thresholds.attribute, state_)) read(thresholds.list, *have, false, chosen);
  }
  const std::uint32_t always = index_.list_of(RuleIndex::kAlways);
  if (always != RuleIndex::kNoList) read(always, state_.original_total, false, chosen);
}

/// Lists lie far apart: their memory is asked for before the first is read.
void Matcher::prefetch(std::span<const std::uint32_t> values) const {
  if (!index_.values_.empty()) return;
  for (const std::uint32_t value : values) {
    if (value + 1 < index_.lists_.size()) __builtin_prefetch(&index_.lists_[value]);
  }
  for (const std::uint32_t value : values) {
    if (value + 1 >= index_.lists_.size()) continue;
    const std::uint32_t begin = index_.lists_[value].begin;
    if (begin == index_.end_of(value)) continue;
    __builtin_prefetch(&index_.postings_[begin]);
    __builtin_prefetch(&index_.keys_[begin]);
  }
}

bool Matcher::has(std::uint32_t value) const noexcept {
  if ((value & kAttributeBits) != 0) return (value & ~state_.facts.cart_attributes()) == 0;
  return value == 0 || state_.facts.cart_has(value);
}

bool Matcher::fits(const Posting& posting, std::int64_t have) const noexcept {
  return posting.low <= have && has(posting.value);
}

bool Matcher::in_window(std::uint32_t rule) const noexcept {
  const Window& window = segment_.window_of(segment_.rows[rule]);
  return window.starts <= now_ && now_ < window.ends;
}

void Matcher::read(std::uint32_t list, std::int64_t have, bool of_value, BitTree& chosen) {
  const auto [begin, ranked, timed] = index_.lists_[list];
  const std::uint32_t end = index_.end_of(list);
  if (begin == end) return;
  if (!index_.sliced_.empty()) {
    const auto sliced = std::ranges::lower_bound(index_.sliced_, list, {}, &SlicedList::list);
    if (sliced != index_.sliced_.end() && sliced->list == list) return read_sliced(*sliced, list, have, chosen);
  }
  if (of_value) read_ranked(begin, ranked, have, chosen);
  read_plain(ranked, timed, have, chosen);
  read_timed(timed, end, have, chosen);
}

/// Of 64 postings or fewer from `i` on, a bit for each whose check does not keep it out by attributes alone.
std::uint64_t Matcher::open_among(std::uint32_t i, std::uint32_t end) const noexcept {
  const std::uint32_t lacking = ~state_.facts.cart_attributes();
  const std::uint32_t* const checks = index_.checks_.data() + i;
  const std::uint32_t count = std::min<std::uint32_t>(end - i, 64);
  std::uint64_t open = 0;
  for (std::uint32_t k = 0; k < count; ++k) {
    const bool passes = (checks[k] & kAttributeBits) == 0 || (checks[k] & lacking) == 0;
    open |= std::uint64_t{passes} << k;
  }
  return open;
}

void Matcher::read_plain(std::uint32_t begin, std::uint32_t end, std::int64_t have, BitTree& chosen) const {
  if (end - begin >= kLongList) {
    // In its own small array the check of most postings costs a fraction of the posting itself.
    const auto all = std::span(index_.postings_.data() + begin, end - begin);
    end = begin + static_cast<std::uint32_t>(std::ranges::upper_bound(all, have, {}, &Posting::low) - all.begin());
    for (std::uint32_t i = begin; i < end; i += 64) {
      for (std::uint64_t open = open_among(i, end); open != 0; open &= open - 1) {
        const Posting& posting = index_.postings_[i + static_cast<std::uint32_t>(std::countr_zero(open))];
        if (has(posting.value)) chosen.insert(posting.rule & kRuleMask);
      }
    }
    return;
  }
  for (std::uint32_t i = begin; i < end; ++i) {
    const Posting& posting = index_.postings_[i];
    if (posting.low > have) break;
    if (has(posting.value)) chosen.insert(posting.rule & kRuleMask);
  }
}

/// Windows lie far away: those of rules that do not fit are only looked at now and then, to see the end of the list.
void Matcher::read_timed(std::uint32_t begin, std::uint32_t end, std::int64_t have, BitTree& chosen) const {
  const auto window_of = [&](std::uint32_t i) -> const Window& {
    return segment_.window_of(segment_.rows[index_.postings_[i].rule & kRuleMask]);
  };
  for (std::uint32_t i = begin; i < end; i += 64) {
    if (now_ >= window_of(i).ends) return;
    for (std::uint64_t open = open_among(i, end); open != 0; open &= open - 1) {
      const std::uint32_t place = i + static_cast<std::uint32_t>(std::countr_zero(open));
      const Posting& posting = index_.postings_[place];
      if (!fits(posting, have)) continue;
      const Window& window = window_of(place);
      if (now_ >= window.ends) return;
      if (now_ >= window.starts) chosen.insert(posting.rule & kRuleMask);
    }
  }
}

std::int64_t Matcher::gain(std::uint32_t line, std::uint32_t key) const {
  if ((key & kAmountKey) != 0) return amount_gain(state_, line, key & ~kAmountKey);
  return percent_gain(state_, line, key, rounding_);
}

/// What the rules in question take of each line at most.
void Matcher::lead_with(const Row& row, std::uint32_t key, Lead& lead) {
  if (!lead.found) {
    match_lines(row.target_attribute, row.target, state_, lines_);
    gains_.assign(lines_.size(), 0);
  }
  lead = {true, key};
  for (std::size_t k = 0; k < lines_.size(); ++k) gains_[k] = std::max(gains_[k], gain(lines_[k], key));
}

/// Nothing smaller of its kind takes as much from any of the lines.
bool Matcher::beaten(std::uint32_t key) const {
  for (std::size_t k = 0; k < lines_.size(); ++k) {
    if (gain(lines_[k], key) >= gains_[k]) return false;
  }
  return true;
}

/// The first of [i, end) with a smaller key; they fall.
std::uint32_t Matcher::first_below(std::uint32_t i, std::uint32_t end, std::uint32_t key) const {
  const std::uint32_t* const keys = index_.keys_.data();
  return static_cast<std::uint32_t>(std::upper_bound(keys + i, keys + end, key, std::greater<>{}) - keys);
}

std::uint32_t Matcher::rank(std::uint32_t i, std::uint32_t end, std::int64_t have, Lead& lead, BitTree& chosen) {
  const std::uint32_t key = index_.keys_[i];
  const bool of_amount = (key & kAmountKey) != 0;
  // Amounts come first; in another currency none of them applies.
  if (of_amount && !at_home_) return first_below(i, end, kAmountKey);
  // Equal keys are in evaluation order: the rest of them would lose.
  if (lead.found && key == lead.key) return first_below(i, end, key);
  if (lead.found && beaten(key)) return of_amount ? first_below(i, end, kAmountKey) : end;
  const Posting& posting = index_.postings_[i];
  const std::uint32_t rule = posting.rule & kRuleMask;
  if (!fits(posting, have)) return i + 1;
  if ((posting.rule & kTimed) != 0 && !in_window(rule)) return i + 1;
  const Row& row = segment_.rows[rule];
  const bool decided = at_home_ && (posting.rule & kDecided) != 0;
  if (!decided && test(segment_.conditions.view(row.when), state_, Subject{}) != Truth::kTrue) return i + 1;
  if (std::ranges::binary_search(gone_, rule)) return i + 1;
  chosen.insert(rule);
  lead_with(row, key, lead);
  return i + 1;
}

void Matcher::read_ranked(std::uint32_t begin, std::uint32_t end, std::int64_t have, BitTree& chosen) {
  Lead lead;
  for (std::uint32_t i = begin; i < end;) i = rank(i, end, have, lead, chosen);
}

void Matcher::read_sliced(const SlicedList& sliced, std::uint32_t list, std::int64_t have, BitTree& chosen) {
  const auto [begin, ranked, timed] = index_.lists_[list];
  const std::uint32_t end = index_.end_of(list);
  std::array<Held, 8> held{};
  std::size_t attributes = 0;
  for (const auto& slices : sliced.attributes) {
    if (attributes == held.size()) break;
    Held& own = held[attributes];
    own = {};
    const auto all = std::span(sliced.slices).subspan(slices.first, slices.count);
    own.words[own.count++] = sliced.words.data() + all.front().at;
    for (const std::uint32_t id : state_.facts.cart_ids()) {
      const auto found = std::ranges::lower_bound(all, id, {}, &SlicedList::Slice::value);
      if (found == all.end() || found->value != id) continue;
      if (own.count < kSlicesHeldMax) own.words[own.count] = sliced.words.data() + found->at;
      ++own.count;
    }
    if (own.count <= kSlicesHeldMax) ++attributes;
  }
  Lead lead;
  std::uint32_t next = begin;
  std::array<std::uint64_t, kBlockWords> block;
  for (std::size_t from = 0; from < sliced.words_each && next < end; from += kBlockWords) {
    const std::size_t count = std::min<std::size_t>(kBlockWords, sliced.words_each - from);
    if (next >= begin + (from + count) * 64) continue;
    block.fill(~std::uint64_t{0});
    for (std::size_t a = 0; a < attributes; ++a) {
      std::array<std::uint64_t, kBlockWords> any{};
      for (std::size_t s = 0; s < held[a].count; ++s) {
        const std::uint64_t* const words = held[a].words[s] + from;
        for (std::size_t w = 0; w < count; ++w) any[w] |= words[w];
      }
      for (std::size_t w = 0; w < count; ++w) block[w] &= any[w];
    }
    for (std::size_t w = 0; w < count; ++w) {
      for (std::uint64_t bits = block[w]; bits != 0; bits &= bits - 1) {
        const auto i =
            begin + static_cast<std::uint32_t>((from + w) * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
        if (i >= end) break;
        if (i < next) continue;
        if (i < ranked) {
          next = rank(i, ranked, have, lead, chosen);
          continue;
        }
        const Posting& posting = index_.postings_[i];
        const std::uint32_t rule = posting.rule & kRuleMask;
        if (i < timed && posting.low > have) {
          next = timed;
        } else if (fits(posting, have) && (i < timed || in_window(rule))) {
          chosen.insert(rule);
        } else if (i >= timed && now_ >= segment_.window_of(segment_.rows[rule]).ends) {
          next = end;  // The last to end come first.
        }
      }
    }
  }
}

}  // namespace kassa::discounts
