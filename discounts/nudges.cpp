#include <algorithm>
#include <map>
#include <tuple>

#include "discounts/evaluation.hpp"
#include "discounts/read.hpp"
#include "discounts/tester.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kTriedOfEach = 8;  ///< Rules that are proven by evaluation, by amount and by quantity.
constexpr int kRounds = 3;               ///< Other discounts may eat up some of what is added.

/// A rule and what keeps it from taking something, or more.
struct Near {
  Candidate candidate;
  bool by_quantity{};
  std::int64_t missing{};
  std::int64_t needed{};
};

/// The least amount that satisfies a threshold, above what there is; nullopt for any other comparison.
std::optional<Near> missing_for(const Node& node, const PredicateView& when, std::int64_t have, Currency currency) {
  const bool quantity = node.attribute == Attribute::kCartQuantity;
  if (node.kind != NodeKind::kNumber || node.negate || (!quantity && node.attribute != Attribute::kCartSubtotal))
    return std::nullopt;
  std::optional<Near> least;
  for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
    const Interval& interval = when.intervals[k];
    if (interval.currency != (quantity ? Currency{} : currency) || interval.low <= have) continue;
    if (!least || interval.low - have < least->missing) least = Near{{}, quantity, interval.low - have, interval.low};
  }
  return least;
}

class NudgeFinder {
 public:
  NudgeFinder(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now, Rounding rounding)
      : rules_(rules), cart_(cart), usage_(usage), now_(now), rounding_(rounding), scratch_(rules) {
    Evaluation evaluation(rules, cart, usage, now, rounding, scratch_);
    evaluation.take_indexed();
    for (const auto& list : scratch_.candidates) met_.insert(met_.end(), list.begin(), list.end());
    evaluation.run();
    const Outcome outcome = evaluation.outcome();
    taken_ = taken_by(outcome, cart.lines.size());
    for (std::size_t c = 0; c < kClasses; ++c)
      running_[c] = left_for(static_cast<Class>(c), outcome, scratch_.state.original_total);
  }

  std::vector<Nudge> find(std::size_t most) {
    std::vector<Near> found;
    each_candidate([&](const Candidate& candidate) {
      if (auto near = near_of(candidate)) {
        near->candidate = candidate;
        found.push_back(*near);
      }
    });
    std::ranges::stable_sort(found, [](const Near& a, const Near& b) {
      return std::tie(a.by_quantity, a.missing) < std::tie(b.by_quantity, b.missing);
    });
    std::vector<Nudge> out;
    for (const bool by_quantity : {false, true}) {
      std::size_t tried = 0;
      std::size_t made = 0;
      for (const Near& near : found) {
        if (near.by_quantity != by_quantity || made == most || tried == kTriedOfEach) continue;
        ++tried;
        if (auto nudge = proven(near)) {
          out.push_back(std::move(*nudge));
          ++made;
        }
      }
    }
    return out;
  }

 private:
  /// Of the lines that are there, and of shipping.
  static std::map<std::string, std::int64_t, std::less<>> taken_by(const Outcome& outcome, std::size_t lines) {
    std::map<std::string, std::int64_t, std::less<>> taken;
    for (const Gift& gift : outcome.gifts) taken[gift.rule_id] = 0;
    for (const Applied& applied : outcome.applied) {
      std::int64_t& sum = taken[applied.rule_id];
      for (const Allocation& part : applied.allocations) {
        if (part.shipping || part.index < lines) sum += part.amount;
      }
    }
    return taken;
  }

  /// What the classes before this one leave of the goods.
  static std::int64_t left_for(Class c, const Outcome& outcome, std::int64_t total) {
    for (const Applied& applied : outcome.applied) {
      if (applied.discount_class < c && applied.discount_class != Class::kShipping) total -= applied.amount;
    }
    return total;
  }

  template <class Visit>
  void each_candidate(Visit visit) {
    const auto of_segment = [&](const Segment& segment, bool whole) {
      CartFacts facts;
      BitTree values(rules_.values().size());
      facts.read(cart_, rules_.values(), *rules_.registry, values);
      std::vector<std::uint32_t> ids;
      values.drain([&](std::uint32_t id) { ids.push_back(id); });
      std::vector<std::uint32_t> numbers;
      const CartState& state = scratch_.state;
      segment.index.list_beyond(ids, {cart_.currency, state.original_total, state.quantity}, numbers);
      for (const Candidate& candidate : met_) {
        if (candidate.segment == &segment) numbers.push_back(segment.number_of(*candidate.row));
      }
      std::ranges::sort(numbers);
      const auto doubles = std::ranges::unique(numbers);
      numbers.erase(doubles.begin(), doubles.end());
      for (const std::uint32_t number : numbers) {
        if (!whole || !std::ranges::binary_search(rules_.gone, number)) visit({&segment, &segment.rows[number]});
      }
    };
    of_segment(*rules_.base, true);
    if (rules_.fresh) of_segment(*rules_.fresh, false);
    for (const Candidate& candidate : scratch_.by_code) visit(candidate);
  }

  [[nodiscard]] std::int64_t have(Attribute attribute, Basis basis, const Candidate& candidate) const {
    if (attribute == Attribute::kCartQuantity) return scratch_.state.quantity;
    if (basis == Basis::kOriginal) return scratch_.state.original_total;
    return running_[place_of(candidate.row->discount_class)];
  }

  /// Its one comparison that fails, when that is a threshold; else the tier that comes next.
  std::optional<Near> near_of(const Candidate& candidate) {
    const Window& window = candidate.segment->window_of(*candidate.row);
    const Terms& terms = candidate.terms();
    if (now_ < window.starts || now_ >= window.ends || terms.set != SetKind::kNone) return std::nullopt;
    if (terms.global && usage_.used(candidate.id()) >= *terms.global) return std::nullopt;
    const PredicateView when = candidate.when();
    std::optional<Near> near;
    const bool all = !when.empty() && when.nodes[0].kind == NodeKind::kAll;
    for (std::uint32_t i = all ? 1 : 0; i < when.size; i = when.nodes[i].end) {
      const Node& node = when.nodes[i];
      const bool threshold =
          node.kind == NodeKind::kNumber && node.attribute == Attribute::kCartSubtotal && node.basis == Basis::kRunning;
      // What is left now is not what was left when the rule had its turn.
      if (!threshold && Tester(when, scratch_.state, Subject{}).at(i) == Truth::kTrue) continue;
      auto missing = missing_for(node, when, have(node.attribute, node.basis, candidate), cart_.currency);
      if (!missing && threshold && reached(node, when, candidate)) continue;
      if (!missing || near) return std::nullopt;
      near = missing;
    }
    return near ? near : next_tier(candidate);
  }

  [[nodiscard]] bool reached(const Node& node, const PredicateView& when, const Candidate& candidate) const {
    const std::int64_t now = have(node.attribute, node.basis, candidate);
    return std::any_of(when.intervals + node.first, when.intervals + node.first + node.count, [&](const Interval& i) {
      return i.currency == cart_.currency && i.low <= now && now <= i.high;
    });
  }

  [[nodiscard]] std::optional<Near> next_tier(const Candidate& candidate) const {
    const Value& value = candidate.value();
    const bool quantity = value.on == TierOn::kCartQuantity;
    if (!quantity && value.on != TierOn::kCartSubtotal) return std::nullopt;
    const Attribute attribute = quantity ? Attribute::kCartQuantity : Attribute::kCartSubtotal;
    const std::int64_t now = have(attribute, value.basis, candidate);
    for (const Tier& tier : value.tiers) {
      const std::int64_t* const from = tier.from.find(quantity ? Currency{} : cart_.currency);
      if (from != nullptr && *from > now) return Near{{}, quantity, *from - now, *from};
    }
    return std::nullopt;
  }

  /// With the addition the rule takes something more; what is added is a line that no rule singles out.
  std::optional<Nudge> proven(const Near& near) {
    const std::string id(near.candidate.id());
    const auto before = taken_.find(id);
    Nudge nudge;
    nudge.missing = near.missing;
    for (int round = 0; round < kRounds; ++round) {
      CartView cart = cart_;
      LineView& added = cart.lines.emplace_back();
      added.quantity = near.by_quantity ? nudge.missing : 1;
      added.unit_price = near.by_quantity ? 0 : nudge.missing;
      const auto sum = checked_add(scratch_.state.original_total, near.by_quantity ? 0 : nudge.missing);
      if (!sum) return std::nullopt;
      const Outcome outcome = evaluate(rules_, cart, usage_, now_, rounding_);
      const auto taken = taken_by(outcome, cart_.lines.size());
      const auto now = taken.find(id);
      if (now != taken.end()) {
        nudge.gain = now->second - (before == taken_.end() ? 0 : before->second);
        if (nudge.gain <= 0 && (now->second != 0 || before != taken_.end())) return std::nullopt;
        return described(near, std::move(nudge));
      }
      const std::int64_t left = left_for(near.candidate.row->discount_class, outcome, sum.value());
      if (near.by_quantity || left <= 0 || left >= near.needed) return std::nullopt;
      // What earlier classes take of the goods they take of the addition as well.
      const auto more = (static_cast<__int128>(near.needed - left) * sum.value() + left - 1) / left;
      if (more > kAmountMinorMax) return std::nullopt;
      nudge.missing += static_cast<std::int64_t>(more);
    }
    return std::nullopt;
  }

  static Nudge described(const Near& near, Nudge nudge) {
    nudge.rule_id = near.candidate.id();
    nudge.title = near.candidate.segment->title_of(*near.candidate.row);
    nudge.code = near.candidate.spelling;
    nudge.discount_class = near.candidate.row->discount_class;
    nudge.by_quantity = near.by_quantity;
    return nudge;
  }

  const RuleSet& rules_;
  const CartView& cart_;
  const UsageBook& usage_;
  Instant now_;
  Rounding rounding_;
  Scratch scratch_;
  std::vector<Candidate> met_;  ///< Automatic rules that the index gives for the cart.
  std::map<std::string, std::int64_t, std::less<>> taken_;
  std::array<std::int64_t, kClasses> running_{};  ///< What the classes before have left of the goods.
};

}  // namespace

std::vector<Nudge> nudges(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now,
                          Rounding rounding, std::size_t most) {
  return NudgeFinder(rules, cart, usage, now, rounding).find(most);
}

}  // namespace kassa::discounts
