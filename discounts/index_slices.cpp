#include <algorithm>
#include <tuple>

#include "discounts/access.hpp"
#include "discounts/index.hpp"
#include "discounts/posting.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kSlicesMax = 256;  ///< 32 bytes a posting at most.

/// A value that rules of the list demand of the cart, and how many do.
struct Demanded {
  std::size_t rules{};
  Attribute attribute{};
  std::uint32_t value{};
};

/// The commonest ones, by attribute and value.
std::vector<Demanded> commonest(std::vector<std::pair<Attribute, std::uint32_t>> values) {
  std::ranges::sort(values);
  std::vector<Demanded> kept;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t next = i;
    while (next < values.size() && values[next] == values[i]) ++next;
    kept.push_back({next - i, values[i].first, values[i].second});
    i = next;
  }
  if (kept.size() > kSlicesMax) {
    std::ranges::nth_element(kept, kept.begin() + kSlicesMax, std::greater<>{}, &Demanded::rules);
    kept.resize(kSlicesMax);
  }
  std::ranges::sort(kept, {}, [](const Demanded& k) { return std::tuple(k.attribute, k.value); });
  return kept;
}

/// Empty slices for these values, and one for each attribute for rules that do not care.
std::vector<Attribute> lay_slices(std::span<const Demanded> kept, SlicedList& out) {
  std::vector<Attribute> attributes;
  const auto add = [&](std::uint32_t value) {
    out.slices.push_back({value, static_cast<std::uint32_t>(out.slices.size()) * out.words_each});
    ++out.attributes[out.attributes.size() - 1].count;
  };
  for (const Demanded& k : kept) {
    if (attributes.empty() || attributes.back() != k.attribute) {
      attributes.push_back(k.attribute);
      out.attributes.push_back({static_cast<std::uint32_t>(out.slices.size()), 0});
      add(0);
    }
    add(k.value);
  }
  out.words.resize(out.slices.size() * out.words_each);
  return attributes;
}

const SlicedList::Slice* slice_of(const SlicedList& list, const SlicedList::Slices& of, std::uint32_t value) {
  const auto all = std::span(list.slices).subspan(of.first, of.count);
  const auto found = std::ranges::lower_bound(all, value, {}, &SlicedList::Slice::value);
  return found == all.end() || found->value != value ? nullptr : &*found;
}

/// The bits of one posting; whether any value of the cart can keep it out.
bool mark(std::uint32_t i, std::span<const Attribute> attributes, std::span<const CartDemand> demands,
          SlicedList& out) {
  const std::uint64_t bit = std::uint64_t{1} << i % 64;
  bool cut = false;
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    const SlicedList::Slices& of = out.attributes[a];
    const auto demand = std::ranges::find(demands, attributes[a], &CartDemand::attribute);
    std::span<const std::uint32_t> wanted;
    if (demand != demands.end()) wanted = std::span(demand->ids, demand->count);
    const bool known = !wanted.empty() && std::ranges::all_of(wanted, [&](std::uint32_t value) {
      return slice_of(out, of, value) != nullptr;
    });
    cut = cut || known;
    if (!known) out.words[out.slices[of.first].at + i / 64] |= bit;
    for (const std::uint32_t value : wanted) {
      if (known) out.words[slice_of(out, of, value)->at + i / 64] |= bit;
    }
  }
  return cut;
}

}  // namespace

void RuleIndex::slice(const Segment& segment, std::uint32_t list) {
  const std::uint32_t begin = lists_[list].begin;
  const std::uint32_t count = end_of(list) - begin;
  const std::uint32_t value = values_.empty() ? list : list < values_.size() ? values_[list] : 0;
  std::vector<CartDemand> demands;
  const auto each_rule = [&](auto visit) {
    for (std::uint32_t i = 0; i < count; ++i) {
      list_cart_demands(segment, segment.rows[postings_[begin + i].rule & kRuleMask], demands);
      // Whoever reads the list has its value: a demand for that keeps nobody out.
      std::erase_if(demands, [value](const CartDemand& demand) {
        return std::find(demand.ids, demand.ids + demand.count, value) != demand.ids + demand.count;
      });
      visit(i);
    }
  };
  std::vector<std::pair<Attribute, std::uint32_t>> values;  // One entry for each rule that demands it.
  each_rule([&](std::uint32_t) {
    for (const CartDemand& demand : demands) {
      for (std::uint32_t k = 0; k < demand.count; ++k) values.emplace_back(demand.attribute, demand.ids[k]);
    }
  });
  if (values.empty()) return;
  SlicedList made;
  made.list = list;
  made.words_each = (count + 63) / 64;
  const std::vector<Attribute> attributes = lay_slices(commonest(std::move(values)), made);
  std::size_t cut = 0;
  each_rule([&](std::uint32_t i) { cut += mark(i, attributes, demands, made) ? 1 : 0; });
  // Where there are too many values for the slices, they only cost memory.
  if (cut * 2 >= count) sliced_.push_back(std::move(made));
}

}  // namespace kassa::discounts
