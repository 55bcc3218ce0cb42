#include <algorithm>
#include <numeric>

#include "discounts/parse_rule.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

/// Ids and codes belong to one rule each, across the whole set.
void check_names(const std::vector<Rule>& rules, Problems& problems) {
  std::unordered_map<std::string_view, std::size_t> ids;
  std::unordered_map<std::string_view, std::size_t> codes;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Path path = below(Path{}, i);
    const auto [id, fresh] = ids.emplace(rules[i].id, i);
    if (!fresh && !rules[i].id.empty()) {
      fault(problems, below(path, "id"), "duplicate_id", "Another rule has this id.",
            "See rule " + std::to_string(id->second) + ".");
    }
    for (const std::string& code : rules[i].codes) {
      const auto [holder, first] = codes.emplace(code, i);
      if (first) continue;
      fault(problems, below(below(path, "trigger"), "codes"), "duplicate_code",
            "Another rule has the code \"" + code + "\".",
            "See rule " + std::to_string(holder->second) + "; capitals do not make codes differ.");
    }
  }
}

}  // namespace

std::string fold_code(std::string_view code) { return to_lower_ascii(trim(code)); }

std::shared_ptr<const RuleSet> compile(const json::array& rules, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  auto set = std::make_shared<RuleSet>();
  set->rules.reserve(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i)
    set->rules.push_back(parse_rule(rules[i], below(Path{}, i), problems));
  check_names(set->rules, problems);
  if (problems.size() != before) return nullptr;

  // In evaluation order, so that the result does not depend on how the rules were stored.
  std::ranges::sort(set->rules, [](const Rule& a, const Rule& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.id < b.id;
  });
  for (std::uint32_t i = 0; i < set->rules.size(); ++i) {
    const Rule& rule = set->rules[i];
    set->by_id.emplace(rule.id, i);
    for (const std::string& code : rule.codes) set->by_code.emplace(code, i);
    if (rule.codes.empty()) set->automatic[static_cast<std::size_t>(rule.discount_class)].push_back(i);
  }
  return set;
}

std::vector<RuleLimit> limits_of(const RuleSet& rules) {
  std::vector<RuleLimit> limits;
  for (const Rule& rule : rules.rules) {
    if (rule.limited()) limits.push_back({rule.id, rule.limits.global, rule.limits.per_customer});
  }
  return limits;
}

}  // namespace kassa::discounts
