#include <algorithm>
#include <limits>
#include <tuple>

#include "discounts/parse_predicate.hpp"

namespace kassa::discounts {
namespace {

constexpr std::int64_t kOpenAbove = std::numeric_limits<std::int64_t>::max();

/// Positive numeric leaves over the same quantity may be reasoned about together.
struct Range {
  Attribute attribute;
  Basis basis;
  Currency currency;
  std::int64_t low;
  std::int64_t high;

  [[nodiscard]] auto key() const { return std::tuple(attribute, basis, currency); }
};

bool holds_one_text(const Node& node) noexcept { return node.text && !node.several; }

class Checker {
 public:
  explicit Checker(const Predicate& predicate) : predicate_(predicate) {}

  std::vector<Contradiction> run() {
    for (std::uint32_t i = 0; i < predicate_.nodes.size(); ++i) {
      const Node& node = predicate_.nodes[i];
      if (node.kind == NodeKind::kNumber) number_leaf(i);
      if (node.kind == NodeKind::kText) text_leaf(i);
      if (node.kind == NodeKind::kAll) all_group(i);
      if (node.kind == NodeKind::kAny) any_group(i);
    }
    return std::move(found_);
  }

 private:
  void never(std::uint32_t i, std::string message) { found_.push_back({i, false, std::move(message)}); }
  void always(std::uint32_t i, std::string message) { found_.push_back({i, true, std::move(message)}); }

  /// Counts and amounts start at 0; nobody knows where the merchant's own numbers do.
  void number_leaf(std::uint32_t i) {
    const Node& node = predicate_.nodes[i];
    if (is_own(node.attribute)) return;
    bool some = false;
    bool every = true;
    for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
      const Interval& interval = predicate_.intervals[k];
      some = some || interval.high >= 0;
      every = every && interval.low <= 0 && interval.high == kOpenAbove;
    }
    if (!some) return node.negate ? always(i, "Nothing is below zero.") : never(i, "Nothing is below zero.");
    if (every) return node.negate ? never(i, "Every number is excluded.") : always(i, "Every number satisfies this.");
  }

  void text_leaf(std::uint32_t i) {
    const Node& node = predicate_.nodes[i];
    if (node.match != TextMatch::kEvery || node.count < 2 || !holds_one_text(node)) return;
    never(i, "This attribute holds one text, it cannot equal several.");
  }

  template <class Visit>
  void each_child(std::uint32_t i, Visit visit) const {
    const Node& group = predicate_.nodes[i];
    for (std::uint32_t child = i + 1; child < group.end; child = predicate_.nodes[child].end) visit(child);
  }

  [[nodiscard]] std::vector<Range> ranges_below(std::uint32_t i) const {
    std::vector<Range> ranges;
    each_child(i, [&](std::uint32_t child) {
      const Node& node = predicate_.nodes[child];
      if (node.kind != NodeKind::kNumber || node.negate || node.missing_pass || node.end != child + 1) return;
      if (is_own(node.attribute)) return;
      if (node.count > 1 && !node.money) return;
      for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
        const Interval& interval = predicate_.intervals[k];
        ranges.push_back({node.attribute, node.basis, interval.currency, interval.low, interval.high});
      }
    });
    std::ranges::sort(
        ranges, [](const Range& a, const Range& b) { return std::tuple(a.key(), a.low) < std::tuple(b.key(), b.low); });
    return ranges;
  }

  void all_group(std::uint32_t i) {
    const auto ranges = ranges_below(i);
    for (std::size_t k = 1; k < ranges.size(); ++k) {
      // Sorted by their lower ends: an empty intersection shows between the smallest upper end so far and
      // this one.
      std::int64_t high = ranges[k].high;
      for (std::size_t j = k; j > 0 && ranges[j - 1].key() == ranges[k].key(); --j) {
        high = std::min(high, ranges[j - 1].high);
      }
      if (high < ranges[k].low) return never(i, "These conditions exclude each other.");
    }
    texts_of_all(i);
  }

  /// Values that one text may still have after the leaves of an `all`, attribute by attribute.
  void texts_of_all(std::uint32_t i) {
    std::vector<Attribute> seen;
    each_child(i, [&](std::uint32_t child) {
      const Node& node = predicate_.nodes[child];
      if (node.kind != NodeKind::kText || node.match != TextMatch::kAny || node.negate || node.missing_pass) return;
      if (!holds_one_text(node) || std::ranges::find(seen, node.attribute) != seen.end()) return;
      seen.push_back(node.attribute);
      std::vector<std::string> left(text_begin(node), text_begin(node) + node.count);
      each_child(i, [&](std::uint32_t other) { narrow(predicate_.nodes[other], node.attribute, left); });
      if (left.empty()) never(i, "These conditions exclude each other.");
    });
  }

  void narrow(const Node& node, Attribute attribute, std::vector<std::string>& left) const {
    if (node.kind != NodeKind::kText || node.attribute != attribute || node.match != TextMatch::kAny) return;
    if (node.missing_pass) return;
    const auto begin = text_begin(node);
    std::erase_if(left, [&](const std::string& text) {
      return std::binary_search(begin, begin + node.count, text) == node.negate;
    });
  }

  [[nodiscard]] std::vector<std::string>::const_iterator text_begin(const Node& node) const {
    return predicate_.texts.begin() + static_cast<std::ptrdiff_t>(node.first);
  }

  /// Alternatives that together leave no number out.
  void any_group(std::uint32_t i) {
    const auto ranges = ranges_below(i);
    for (std::size_t k = 0; k < ranges.size();) {
      const auto key = ranges[k].key();
      std::int64_t next = 0;  // The lowest number not covered yet.
      bool covered = false;
      std::size_t members = 0;
      for (; k < ranges.size() && ranges[k].key() == key; ++k, ++members) {
        if (covered || ranges[k].low > next) continue;
        if (ranges[k].high == kOpenAbove) covered = true;
        if (!covered) next = std::max(next, ranges[k].high + 1);
      }
      if (covered && members > 1) return always(i, "These alternatives leave nothing out.");
    }
  }

  const Predicate& predicate_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> find_contradictions(const Predicate& predicate) { return Checker(predicate).run(); }

}  // namespace kassa::discounts
