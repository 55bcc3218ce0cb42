#include <algorithm>
#include <map>

#include "discounts/parse_rule.hpp"
#include "discounts/rule_set.hpp"
#include "discounts/warnings.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

/// Groups and their policies, and whoever named them first.
using GroupPolicies = std::map<std::string, std::pair<Policy, std::string>, std::less<>>;

/// Notes names that belong to another rule; `at` is where the rule stands.
void check_names(const SegmentBuilder& builder, const Rule& rule, const Path& at, Problems& problems) {
  if (const auto known = builder.find(rule.id); known && !rule.id.empty())
    fault(problems, below(at, "id"), "duplicate_id", "Another rule has this id.",
          "See rule " + std::to_string(*known) + ".");
  const Path trigger = below(at, "trigger");
  for (const std::string& code : rule.codes) {
    if (const auto known = builder.find_code(code))
      fault(problems, below(trigger, "codes"), "duplicate_code", "Another rule has the code \"" + code + "\".",
            "See rule " + std::to_string(*known) + "; capitals do not make codes differ.");
  }
}

void check_group(GroupPolicies& groups, const Rule& rule, const Path& at, Problems& problems) {
  if (rule.combine.group.empty()) return;
  const auto [known, first] = groups.try_emplace(rule.combine.group, rule.combine.policy, rule.id);
  if (first || known->second.first == rule.combine.policy) return;
  const Path combine = below(at, "combine");
  fault(problems, below(combine, "policy"), "group_policy_conflict",
        "Rule \"" + known->second.second + "\" of the same group has another policy.",
        "Give all rules of a group one policy.");
}

/// Leaves the names of a rule with faults, so that those of later rules are still checked against them.
void strip(Rule& rule) {
  rule.when.clear();
  rule.target.clear();
  rule.value = {};
  rule.parts.clear();
  rule.set = SetKind::kNone;
  rule.limits = {};
  rule.schedule = {};
  rule.combine = {};
  if (rule.id.size() > limits::kIdBytesMax) rule.id.clear();
}

std::shared_ptr<RuleSet> assemble(std::shared_ptr<const Segment> base, std::shared_ptr<const Registry> registry,
                                  const RuleSetup& setup) {
  auto set = std::make_shared<RuleSet>();
  set->base = std::move(base);
  set->registry = std::move(registry);
  set->setup = setup;
  return set;
}

}  // namespace

RuleSetPtr compile(const json::array& rules, const RuleSetup& setup, Problems& problems, Problems* warnings) {
  const std::size_t before = problems.size();
  auto registry = std::make_shared<Registry>();
  registry->add(setup.attributes, problems);
  const ParseContext context{*registry, setup};
  SegmentBuilder builder(nullptr);
  builder.reserve(rules.size());
  GroupPolicies groups;
  Problems of_names;
  std::vector<Rule> parsed;
  Rule rule;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Path at(i);
    parse_rule(rules[i], at, context, problems, rule);
    check_names(builder, rule, at, of_names);
    check_group(groups, rule, at, of_names);
    if (problems.size() != before) strip(rule);
    builder.add(rule);
    if (warnings != nullptr) parsed.push_back(rule);
  }
  problems.insert(problems.end(), std::make_move_iterator(of_names.begin()), std::make_move_iterator(of_names.end()));
  if (problems.size() != before) return nullptr;
  if (warnings != nullptr) find_warnings(rules, parsed, *warnings);
  return assemble(builder.finish(setup), std::move(registry), setup);
}

RuleSetPtr compile(const json::array& rules, Problems& problems) { return compile(rules, RuleSetup{}, problems); }

RuleSetPtr compile(const json::array& rules, Problems& problems, Problems& warnings) {
  return compile(rules, RuleSetup{}, problems, &warnings);
}

namespace {

/// The old set with other changes.
RuleSetPtr changed_set(const RuleSet& old, std::vector<std::uint32_t> gone,
                       std::vector<std::shared_ptr<const Rule>> changed) {
  auto set = assemble(old.base, old.registry, old.setup);
  set->gone = std::move(gone);
  set->changed = std::move(changed);
  if (set->changed.empty()) return set;
  SegmentBuilder builder(set->base.get());
  for (const auto& rule : set->changed) builder.add(*rule);
  set->fresh = builder.finish(set->setup);
  return set;
}

void retire(const RuleSet& rules, std::string_view id, std::vector<std::uint32_t>& gone) {
  const Row* const row = rules.base->find(id);
  if (row == nullptr) return;
  const std::uint32_t number = rules.base->number_of(*row);
  const auto place = std::ranges::lower_bound(gone, number);
  if (place == gone.end() || *place != number) gone.insert(place, number);
}

}  // namespace

RuleSetPtr with_rule(const RuleSet& rules, const json::value& source, Problems& problems) {
  const std::size_t before = problems.size();
  auto rule = std::make_shared<Rule>();
  parse_rule(source, Path{}, ParseContext{*rules.registry, rules.setup}, problems, *rule);
  const Path trigger("trigger");
  for (const std::string& code : rule->codes) {
    const auto known = rules.find_code(code);
    if (known.row != nullptr && known.segment->id_of(*known.row) != rule->id)
      fault(problems, below(trigger, "codes"), "duplicate_code", "Another rule has the code \"" + code + "\".",
            "Take it out there first; capitals do not make codes differ.");
  }
  if (!rule->combine.group.empty()) {
    const std::uint32_t group = rules.values().find(kGroupNames, rule->combine.group);
    const auto differs = [&](const Segment& segment) {
      return std::ranges::any_of(segment.terms, [&](const Terms& terms) {
        return terms.group == group && group > ValueTable::kUnmentioned && terms.policy != rule->combine.policy;
      });
    };
    const Path combine("combine");
    if (differs(*rules.base) || (rules.fresh && differs(*rules.fresh)))
      fault(problems, below(combine, "policy"), "group_policy_conflict", "A rule of the same group has another policy.",
            "Give all rules of a group one policy.");
  }
  if (problems.size() != before) return nullptr;
  auto gone = rules.gone;
  retire(rules, rule->id, gone);
  auto changed = rules.changed;
  std::erase_if(changed, [&](const auto& other) { return other->id == rule->id; });
  changed.push_back(std::move(rule));
  return changed_set(rules, std::move(gone), std::move(changed));
}

RuleSetPtr without_rule(const RuleSet& rules, std::string_view id) {
  if (rules.find(id).row == nullptr) return nullptr;
  auto gone = rules.gone;
  retire(rules, id, gone);
  auto changed = rules.changed;
  std::erase_if(changed, [&](const auto& other) { return other->id == id; });
  return changed_set(rules, std::move(gone), std::move(changed));
}

std::size_t changes_since_compile(const RuleSet& rules) { return rules.gone.size() + rules.changed.size(); }

std::size_t bytes_of(const RuleSet& rules) {
  return rules.base->bytes() + (rules.fresh ? rules.fresh->bytes() : 0) + rules.gone.capacity() * sizeof(std::uint32_t);
}

RuleSet::Found RuleSet::find(std::string_view id) const noexcept {
  if (fresh) {
    if (const Row* const row = fresh->find(id)) return {fresh.get(), row, {}};
  }
  const Row* const row = base->find(id);
  if (row == nullptr || std::ranges::binary_search(gone, base->number_of(*row))) return {};
  return {base.get(), row, {}};
}

RuleSet::Found RuleSet::find_code(std::string_view code) const noexcept {
  if (fresh) {
    if (const auto found = fresh->find_code(code)) return {fresh.get(), found->row, found->spelling};
  }
  const auto found = base->find_code(code);
  if (!found || std::ranges::binary_search(gone, base->number_of(*found->row))) return {};
  return {base.get(), found->row, found->spelling};
}

std::string fold_code(std::string_view code) { return to_lower_ascii(trim(code)); }

std::vector<RuleLimit> limits_of(const RuleSet& rules) {
  std::vector<RuleLimit> limits;
  rules.each_rule([&](const Segment& segment, const Row& row) {
    const Terms& terms = segment.terms_of(row);
    if (terms.counted()) limits.push_back({std::string(segment.id_of(row)), terms.global, terms.per_customer});
  });
  return limits;
}

bool counts_orders(const RuleSet& rules) noexcept { return rules.counts_orders(); }

}  // namespace kassa::discounts
