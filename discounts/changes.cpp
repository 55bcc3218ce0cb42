#include <algorithm>

#include "discounts/parse_rule.hpp"
#include "discounts/rule_set.hpp"
#include "discounts/text_parser.hpp"

namespace kassa::discounts {
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

namespace {

constexpr std::size_t kChangesMax = 1'000;  ///< More make every evaluation slower than compiling anew is worth.

/// The rules of a base that still stand as they are in a list of texts, and the texts that are not among them.
struct Difference {
  std::vector<std::uint32_t> gone;
  std::vector<const RuleText*> texts;
};

/// nullopt when there is too much of it.
std::optional<Difference> difference_of(const Segment& base, std::span<const RuleText> rules) {
  Difference found;
  const std::size_t most = std::min(kChangesMax, base.rows.size() / 16);
  std::vector<bool> kept(base.rows.size());
  for (const RuleText& rule : rules) {
    const Row* const row = base.find(rule.id);
    if (row != nullptr && base.stamps[base.number_of(*row)] == stamp_of(rule.text)) {
      const std::uint32_t number = base.number_of(*row);
      if (kept[number]) return std::nullopt;
      kept[number] = true;
    } else if (found.texts.size() == most) {
      return std::nullopt;
    } else {
      found.texts.push_back(&rule);
    }
  }
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) continue;
    if (found.gone.size() == most) return std::nullopt;
    found.gone.push_back(i);
  }
  return found;
}

/// Whether a rule of which something may hang together with others still stands by itself.
bool agrees(const Rule& rule, const RuleText& text, const Segment& base, const Difference& difference) {
  if (rule.id != text.id || !rule.combine.group.empty()) return false;
  return std::ranges::all_of(rule.codes, [&](const std::string& code) {
    const auto known = base.find_code(code);
    return !known || std::ranges::binary_search(difference.gone, base.number_of(*known->row));
  });
}

bool same_setup(const RuleSetup& a, const RuleSetup& b) {
  const auto same = [](const AttributeSpec& one, const AttributeSpec& other) {
    return one.name == other.name && one.type == other.type && one.scope == other.scope;
  };
  return a.policies == b.policies && std::ranges::equal(a.attributes, b.attributes, same);
}

/// Null when in doubt.
RuleSetPtr nearby(const RuleSet& known, std::span<const RuleText> rules, const RuleSetup& setup) {
  const Segment& base = *known.base;
  if (base.stamps.empty() || !same_setup(known.setup, setup)) return nullptr;
  const auto difference = difference_of(base, rules);
  if (!difference) return nullptr;
  std::vector<std::shared_ptr<const Rule>> changed;
  TextParser parser;
  SegmentBuilder names(&base);
  for (const RuleText* const text : difference->texts) {
    auto rule = std::make_shared<Rule>();
    Problems problems;
    parse_rule(parser.parse(text->text), Path{}, ParseContext{*known.registry, known.setup}, problems, *rule);
    rule->stamp = stamp_of(text->text);
    if (!problems.empty() || !agrees(*rule, *text, base, *difference) || names.find(rule->id)) return nullptr;
    for (const std::string& code : rule->codes) {
      if (names.find_code(code)) return nullptr;
    }
    names.add(*rule);
    changed.push_back(std::move(rule));
  }
  return changed_set(known, difference->gone, std::move(changed));
}

}  // namespace

RuleSetPtr recompile_texts(const RuleSetPtr& known, std::span<const RuleText> rules, const RuleSetup& setup,
                           Problems& problems) {
  if (known) {
    if (auto set = nearby(*known, rules, setup)) return set;
  }
  return compile_texts(rules, setup, problems);
}

std::size_t changes_since_compile(const RuleSet& rules) { return rules.gone.size() + rules.changed.size(); }

}  // namespace kassa::discounts
