#include "discounts/warnings.hpp"

#include "discounts/calendar.hpp"

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
      if ((rules[i].combine.classes & bit_of(class_at(c))) == 0 && known.size() < 2) known.push_back(i);
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
    if (!rule.combine.given) continue;
    for (std::size_t c = 0; c < kClasses; ++c) {
      if ((rule.combine.classes & bit_of(class_at(c))) == 0) continue;
      const auto& known = refusers[c][static_cast<std::size_t>(rule.discount_class)];
      const auto other = std::ranges::find_if(known, [&](std::size_t k) { return k != i; });
      if (other == known.end()) continue;
      const std::string own(kClassWords[static_cast<std::size_t>(rule.discount_class)]);
      fault(warnings, "/" + std::to_string(i) + "/combine/classes", "combine_not_mutual",
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
    if (tier.effect.kind == EffectKind::kPercent) highest = std::max(highest, tier.effect.bps);
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
    steps.push_back({rules[rule].schedule.starts_at.value_or(Instant::min()), bps, rule});
    if (rules[rule].schedule.ends_at) steps.push_back({*rules[rule].schedule.ends_at, -bps, rule});
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
    if (!rule.codes.empty() || bps == 0 || rule.set != SetKind::kNone ||
        (rule.combine.classes & bit_of(rule.discount_class)) == 0)
      continue;
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
    fault(warnings, "/" + std::to_string(rule) + "/value", "stackable_over_100_percent",
          "Together with the rules that it always stacks with, this one asks for " + std::to_string(sum) +
              " basis points.",
          "Each takes its share of what the one before has left, so they never take more than the whole.");
  }
}

/// Applies to every cart, for as long as it is there.
bool always_applies(const Rule& rule) {
  const bool free = rule.codes.empty() && rule.when.empty() && rule.target.empty() && !rule.limits.counted();
  const bool whole = rule.value.on == TierOn::kNothing && rule.set == SetKind::kNone && rule.schedule.windows.empty();
  return free && whole && rule.discount_class <= Class::kOrder && highest_bps(rule.value) > 0;
}

void warn_shadowed(std::span<const Rule> rules, Problems& warnings) {
  std::vector<std::size_t> alone;  // Most often none: no look at every pair of rules.
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].combine.exclusive && always_applies(rules[i])) alone.push_back(i);
  }
  if (alone.empty()) return;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    const auto over = std::ranges::find_if(alone, [&](std::size_t k) {
      const Rule& other = rules[k];
      if (k == i) return false;
      const bool later = std::tuple(other.priority, other.id) < std::tuple(rule.priority, rule.id);
      if (rule.combine.exclusive && !later) return false;
      const auto starts = other.schedule.starts_at.value_or(Instant::min());
      const auto ends = other.schedule.ends_at.value_or(Instant::max());
      return starts <= rule.schedule.starts_at.value_or(Instant::min()) &&
             rule.schedule.ends_at.value_or(Instant::max()) <= ends;
    });
    if (over == alone.end()) continue;
    fault(warnings, "/" + std::to_string(i), "shadowed_by_exclusive",
          "Rule \"" + rules[*over].id + "\" is exclusive and always applies, so this one never does.",
          "Give the exclusive rule a condition, or take \"exclusive\" out.");
  }
}

void warn_clock_changes(std::span<const Rule> rules, Problems& warnings) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Schedule& schedule = rules[i].schedule;
    if (schedule.windows.empty() || !Calendar(schedule.zone, schedule.windows).meets_clock_change()) continue;
    fault(warnings, "/" + std::to_string(i) + "/schedule/recurring", "dst_ambiguous_window",
          "A window begins or ends at a time that a change of the clocks in " + schedule.zone + " skips or repeats.",
          "On that day it is open an hour longer or shorter.");
  }
}

}  // namespace

void find_warnings(const json::array& source, std::span<const Rule> rules, Problems& warnings) {
  warn_not_mutual(rules, warnings);
  warn_over_whole(source, rules, warnings);
  warn_shadowed(rules, warnings);
  warn_clock_changes(rules, warnings);
}

}  // namespace kassa::discounts
