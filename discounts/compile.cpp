#include <algorithm>

#include "discounts/parse_rule.hpp"
#include "discounts/warnings.hpp"
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

/// Values of one leaf are sorted by id, so that a test is a binary search among integers.
void intern(Predicate& predicate, ValueTable& values) {
  predicate.ids.resize(predicate.texts.size());
  for (const Node& node : predicate.nodes) {
    if (node.kind != NodeKind::kText || node.match == TextMatch::kPrefix) continue;
    for (std::uint32_t k = node.first; k < node.first + node.count; ++k)
      predicate.ids[k] = values.intern(node.attribute, predicate.texts[k]);
    const auto begin = predicate.ids.begin() + static_cast<std::ptrdiff_t>(node.first);
    std::sort(begin, begin + node.count);
  }
}

bool reads_shipping(const Predicate& predicate) {
  return std::ranges::any_of(predicate.nodes,
                             [](const Node& node) { return node.attribute == Attribute::kShippingMethod; });
}

void fill_tables(RuleSet& set) {
  for (std::uint32_t i = 0; i < set.rules.size(); ++i) {
    Rule& rule = set.rules[i];
    set.by_id.emplace(rule.id, i);
    for (std::uint32_t k = 0; k < rule.codes.size(); ++k) set.by_code.emplace(rule.codes[k], CodeRef{i, k});
    if (rule.codes.empty()) set.automatic[static_cast<std::size_t>(rule.discount_class)].push_back(i);
    intern(rule.when, set.values);
    intern(rule.target, set.values);
    set.reads_shipping = set.reads_shipping || reads_shipping(rule.when) || reads_shipping(rule.target);
  }
  set.index.build(set.rules, set.values);
}

std::shared_ptr<const RuleSet> compile_rules(const json::array& rules, Problems& problems, Problems* warnings) {
  const std::size_t before = problems.size();
  auto set = std::make_shared<RuleSet>();
  set->rules.reserve(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) set->rules.push_back(parse_rule(rules[i], below(Path{}, i), problems));
  check_names(set->rules, problems);
  if (problems.size() != before) return nullptr;
  if (warnings != nullptr) find_warnings(rules, set->rules, *warnings);

  // In evaluation order, so that the result does not depend on how the rules were stored.
  std::ranges::sort(set->rules, [](const Rule& a, const Rule& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.id < b.id;
  });
  fill_tables(*set);
  return set;
}

}  // namespace

std::string fold_code(std::string_view code) { return to_lower_ascii(trim(code)); }

std::shared_ptr<const RuleSet> compile(const json::array& rules, std::vector<Problem>& problems) {
  return compile_rules(rules, problems, nullptr);
}

std::shared_ptr<const RuleSet> compile(const json::array& rules, std::vector<Problem>& problems,
                                       std::vector<Problem>& warnings) {
  return compile_rules(rules, problems, &warnings);
}

std::vector<RuleLimit> limits_of(const RuleSet& rules) {
  std::vector<RuleLimit> limits;
  for (const Rule& rule : rules.rules) {
    if (rule.limited()) limits.push_back({rule.id, rule.limits.global, rule.limits.per_customer});
  }
  return limits;
}

}  // namespace kassa::discounts
