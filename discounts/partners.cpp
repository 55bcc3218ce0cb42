#include <algorithm>
#include <array>
#include <unordered_set>

#include "discounts/rule_set.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kExclusiveMax = 64;
constexpr std::size_t kRefusersMax = 2;  // Of each pair of classes: enough for find_warnings().
constexpr std::uint64_t kMixer = 0x9E3779B97F4A7C15;

class Digest {
 public:
  void take(std::uint64_t value) noexcept {
    sum_ = (sum_ ^ value) * kMixer;
    sum_ ^= sum_ >> 29U;
  }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }

 private:
  std::uint64_t sum_{kMixer};
};

/// Equal for equal conditions, in whichever segment they stand: ids of texts go on from one to the next.
void digest_condition(Digest& digest, const Segment& segment, Conditions::Ref ref) {
  const PredicateView view = segment.conditions.view(ref);
  digest.take(view.size);
  for (std::uint32_t i = 0; i < view.size; ++i) {
    const Node& node = view.nodes[i];
    const unsigned flags = (node.negate ? 1U : 0U) | (node.missing_pass ? 2U : 0U) | (node.in_line ? 4U : 0U);
    digest.take(static_cast<std::uint64_t>(node.kind) | place_of(node.attribute) << 8U |
                static_cast<std::uint64_t>(node.match) << 24U | static_cast<std::uint64_t>(node.basis) << 28U |
                std::uint64_t{flags} << 32U | std::uint64_t{node.count} << 40U);
    for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
      if (node.kind == NodeKind::kText) digest.take(view.ids[k]);
      if (node.kind != NodeKind::kNumber) continue;
      digest.take(static_cast<std::uint64_t>(view.intervals[k].low));
      digest.take(static_cast<std::uint64_t>(view.intervals[k].high));
    }
  }
}

bool asks_nothing(const Row& row) noexcept {
  return row.when == Conditions::kAlways && row.target == Conditions::kAlways && !row.is(Row::kOneValue);
}

/// By what it must share with another rule to be sure of meeting it.
std::uint64_t meeting_of(const Segment& segment, const Row& row) {
  Digest digest;
  digest.take(static_cast<std::uint64_t>(row.discount_class));
  digest_condition(digest, segment, row.when);
  if (row.is(Row::kOneValue)) {
    digest.take(place_of(row.target_attribute) + 1);
    digest.take(row.target);
  } else {
    digest_condition(digest, segment, row.target);
  }
  return digest.sum();
}

bool takes_a_share(const Value& value) noexcept {
  return std::ranges::any_of(value.tiers, [](const Tier& tier) { return tier.effect.kind == EffectKind::kPercent; });
}

bool meets_its_class(const Segment& segment, const Row& row) noexcept {
  return !row.coded() && (row.combines & bit_of(row.discount_class)) != 0 &&
         segment.terms_of(row).set == SetKind::kNone && takes_a_share(segment.value_of(row));
}

bool shadows_others(const Segment& segment, const Row& row) noexcept {
  return segment.terms_of(row).exclusive && !row.coded() && asks_nothing(row);
}

class Finder {
 public:
  Finder(const RuleSet& rules, std::span<const std::string> added, std::size_t most)
      : most_(most), added_(added.begin(), added.end()) {
    for (const std::string& id : added) {
      const auto found = rules.find(id);
      if (found.row != nullptr && meets_its_class(*found.segment, *found.row)) note(*found.segment, *found.row);
    }
  }

  void look_at(const Segment& segment, const Row& row) {
    const bool wanted = refuses(row) || shadows(segment, row) || meets(segment, row);
    if (wanted && !added_.contains(segment.id_of(row))) out_.ids.emplace_back(segment.id_of(row));
  }

  Partners take() { return std::move(out_); }

 private:
  void note(const Segment& segment, const Row& row) {
    meetings_.insert(meeting_of(segment, row));
    classes_ |= bit_of(row.discount_class);
    if (asks_nothing(row)) everywhere_ |= bit_of(row.discount_class);
  }

  bool refuses(const Row& row) {
    bool counts = false;
    for (std::size_t c = 0; c < kClasses; ++c) {
      std::size_t& known = refusers_[static_cast<std::size_t>(row.discount_class)][c];
      if ((row.combines & bit_of(static_cast<Class>(c))) != 0 || known == kRefusersMax) continue;
      ++known;
      counts = true;
    }
    return counts;
  }

  bool shadows(const Segment& segment, const Row& row) {
    if (exclusive_ == kExclusiveMax || !shadows_others(segment, row)) return false;
    ++exclusive_;
    return true;
  }

  bool meets(const Segment& segment, const Row& row) {
    if ((classes_ & bit_of(row.discount_class)) == 0 || !meets_its_class(segment, row)) return false;
    const bool anyway = (everywhere_ & bit_of(row.discount_class)) != 0 || asks_nothing(row);
    if (!anyway && !meetings_.contains(meeting_of(segment, row))) return false;
    if (meeting_ == most_) out_.all = false;
    if (meeting_ < most_) return ++meeting_ > 0;
    return false;
  }

  std::size_t most_;
  std::unordered_set<std::string_view> added_;
  std::unordered_set<std::uint64_t> meetings_;
  ClassMask classes_{};
  ClassMask everywhere_{};  ///< Some new rule of this class meets all that stack.
  std::array<std::array<std::size_t, kClasses>, kClasses> refusers_{};
  std::size_t exclusive_{};
  std::size_t meeting_{};
  Partners out_;
};

}  // namespace

Partners partners_of(const RuleSet& rules, std::span<const std::string> added, std::size_t most) {
  Finder finder(rules, added, most);
  rules.each_rule([&finder](const Segment& segment, const Row& row) { finder.look_at(segment, row); });
  return finder.take();
}

}  // namespace kassa::discounts
