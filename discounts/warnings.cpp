#include "discounts/warnings.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace kassa::discounts {
namespace {

constexpr std::array<std::string_view, kClasses> kClassWords{"product", "order", "shipping", "payment"};
constexpr std::int64_t kWholeInBps = 10'000;

Class class_at(std::size_t i) noexcept { return static_cast<Class>(i); }

/// Per (class of the one that refuses, class it refuses): the first two such rules. Two, as a rule is no partner of
/// its own.
using Refusers = std::array<std::array<std::vector<std::size_t>, kClasses>, kClasses>;

Refusers find_refusers(std::span<const Rule> rules) {
  Refusers refusers;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t c = 0; c < kClasses; ++c) {
      auto& known = refusers[static_cast<std::size_t>(rules[i].discount_class)][c];
      if ((rules[i].combines & bit_of(class_at(c))) == 0 && known.size() < 2) known.push_back(i);
    }
  }
  return refusers;
}

/// A rule that names a class to combine with, while rules of that class refuse it. Only what the merchant wrote is
/// judged, not defaults.
void warn_not_mutual(std::span<const Rule> rules, Problems& warnings) {
  const Refusers refusers = find_refusers(rules);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (!rule.combine_given) continue;
    for (std::size_t c = 0; c < kClasses; ++c) {
      if ((rule.combines & bit_of(class_at(c))) == 0) continue;
      const auto& known = refusers[c][static_cast<std::size_t>(rule.discount_class)];
      const auto other = std::ranges::find_if(known, [&](std::size_t k) { return k != i; });
      if (other == known.end()) continue;
      const std::string own(kClassWords[static_cast<std::size_t>(rule.discount_class)]);
      fault(warnings, below(below(below(Path{}, i), "combine"), "classes"), "combine_not_mutual",
            "This rule combines with class " + std::string(kClassWords[c]) + ", but rule \"" + rules[*other].id +
                "\" of that class refuses class " + own + ".",
            "Two rules meet only if each lists the other's class.");
    }
  }
}

/// Rules that are sure to meet when their common condition holds.
struct Meeting {
  struct Member {
    std::size_t rule{};
    std::int64_t bps{};
  };
  std::vector<Member> members;
};

using MeetingKey = std::tuple<Class, std::string, std::string>;

std::int64_t highest_bps(const Value& value) noexcept {
  std::int64_t highest = 0;
  for (const Tier& tier : value.tiers) {
    if (tier.effect.percent) highest = std::max(highest, tier.effect.bps);
  }
  return highest;
}

std::string text_of(const json::object& rule, std::string_view member) {
  const json::value* const value = rule.if_contains(member);
  return value == nullptr || value->is_null() ? std::string{} : canonical_json(*value);
}

/// The largest sum of percentages at any one time, and the rule whose start reaches it.
std::pair<std::int64_t, std::size_t> peak_of(const Meeting& meeting, std::span<const Rule> rules) {
  struct Step {
    Instant at;
    std::int64_t bps;  ///< Negative when a rule ends, and then first: windows are half-open.
    std::size_t rule;
  };
  std::vector<Step> steps;
  for (const auto& [rule, bps] : meeting.members) {
    steps.push_back({rules[rule].starts_at.value_or(Instant::min()), bps, rule});
    if (rules[rule].ends_at) steps.push_back({*rules[rule].ends_at, -bps, rule});
  }
  std::ranges::sort(steps, [](const Step& a, const Step& b) {
    return std::tuple(a.at, a.bps > 0, a.rule) < std::tuple(b.at, b.bps > 0, b.rule);
  });
  std::pair<std::int64_t, std::size_t> peak;
  std::int64_t sum = 0;
  for (const Step& step : steps) {
    sum += step.bps;
    if (sum > peak.first) peak = {sum, step.rule};
  }
  return peak;
}

/// Automatic rules of a class that stack, by condition and target; those without either join every group.
std::map<MeetingKey, Meeting> find_meetings(const json::array& source, std::span<const Rule> rules) {
  std::map<MeetingKey, Meeting> meetings;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    const std::int64_t bps = highest_bps(rule.value);
    if (!rule.codes.empty() || bps == 0 || (rule.combines & bit_of(rule.discount_class)) == 0) continue;
    const json::object& text = source[i].get_object();
    const MeetingKey key(rule.discount_class, text_of(text, "when"), text_of(text, "target"));
    meetings[key].members.push_back({i, bps});
  }
  for (auto& [key, meeting] : meetings) {
    if (std::get<1>(key).empty() && std::get<2>(key).empty()) continue;
    const auto everywhere = meetings.find(MeetingKey(std::get<0>(key), {}, {}));
    if (everywhere == meetings.end()) continue;
    const auto& joining = everywhere->second.members;
    meeting.members.insert(meeting.members.end(), joining.begin(), joining.end());
  }
  return meetings;
}

void warn_over_whole(const json::array& source, std::span<const Rule> rules, Problems& warnings) {
  std::vector<bool> warned(rules.size());
  for (const auto& [key, meeting] : find_meetings(source, rules)) {
    const auto [sum, rule] = peak_of(meeting, rules);
    if (sum <= kWholeInBps || meeting.members.size() < 2 || warned[rule]) continue;
    warned[rule] = true;
    fault(warnings, below(below(Path{}, rule), "value"), "stackable_over_100_percent",
          "Together with the rules that it always stacks with, this one asks for " + std::to_string(sum) +
              " basis points.",
          "Each takes its share of what the one before has left, so they never take more than the whole.");
  }
}

}  // namespace

void find_warnings(const json::array& source, std::span<const Rule> rules, Problems& warnings) {
  warn_not_mutual(rules, warnings);
  warn_over_whole(source, rules, warnings);
}

}  // namespace kassa::discounts
