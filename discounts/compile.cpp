#include <algorithm>
#include <map>

#include "discounts/parse_rule.hpp"
#include "discounts/rule_set.hpp"
#include "discounts/text_parser.hpp"
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

}  // namespace

std::shared_ptr<RuleSet> assemble(std::shared_ptr<const Segment> base, std::shared_ptr<const Registry> registry,
                                  const RuleSetup& setup) {
  auto set = std::make_shared<RuleSet>();
  set->base = std::move(base);
  set->registry = std::move(registry);
  set->setup = setup;
  return set;
}

namespace {

/// Rules one after the other; every fault of each.
class Compiler {
 public:
  Compiler(const RuleSetup& setup, std::size_t rules, Problems& problems)
      : setup_(setup), problems_(problems), before_(problems.size()), builder_(nullptr) {
    registry_->add(setup.attributes, problems);
    builder_.reserve(rules);
  }

  const Rule& add(const json::value& source, std::uint64_t stamp) {
    const Path at(count_++);
    parse_rule(source, at, ParseContext{*registry_, setup_}, problems_, rule_);
    rule_.stamp = stamp;
    check_names(builder_, rule_, at, of_names_);
    check_group(groups_, rule_, at, of_names_);
    if (problems_.size() != before_) strip(rule_);
    builder_.add(rule_);
    return rule_;
  }

  /// Null when there was a fault.
  RuleSetPtr finish() {
    problems_.insert(problems_.end(), std::make_move_iterator(of_names_.begin()),
                     std::make_move_iterator(of_names_.end()));
    if (problems_.size() != before_) return nullptr;
    return assemble(builder_.finish(setup_), std::move(registry_), setup_);
  }

 private:
  const RuleSetup& setup_;
  Problems& problems_;
  std::size_t before_;
  std::shared_ptr<Registry> registry_{std::make_shared<Registry>()};
  SegmentBuilder builder_;
  GroupPolicies groups_;
  Problems of_names_;
  Rule rule_;
  std::size_t count_{};
};

}  // namespace

RuleSetPtr compile(const json::array& rules, const RuleSetup& setup, Problems& problems, Problems* warnings) {
  Compiler compiler(setup, rules.size(), problems);
  std::vector<Rule> parsed;
  for (const json::value& rule : rules) {
    const Rule& made = compiler.add(rule, 0);
    if (warnings != nullptr) parsed.push_back(made);
  }
  auto set = compiler.finish();
  if (set && warnings != nullptr) find_warnings(rules, parsed, *warnings);
  return set;
}

RuleSetPtr compile_texts(std::span<const RuleText> rules, const RuleSetup& setup, Problems& problems) {
  Compiler compiler(setup, rules.size(), problems);
  TextParser parser;
  for (const RuleText& rule : rules) compiler.add(parser.parse(rule.text), stamp_of(rule.text));
  return compiler.finish();
}

RuleSetPtr compile(const json::array& rules, Problems& problems) { return compile(rules, RuleSetup{}, problems); }

RuleSetPtr compile(const json::array& rules, Problems& problems, Problems& warnings) {
  return compile(rules, RuleSetup{}, problems, &warnings);
}

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
    if (terms.counted())
      limits.push_back({std::string(segment.id_of(row)), terms.global, terms.per_customer, terms.budget.entries});
  });
  return limits;
}

bool counts_orders(const RuleSet& rules) noexcept { return rules.counts_orders(); }

bool asks_segments(const RuleSet& rules) noexcept { return rules.asks_segments(); }

}  // namespace kassa::discounts
