#include <algorithm>
#include <unordered_map>

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

using Places = std::unordered_map<std::string_view, std::size_t>;

/// Rules that come to a set, or go from it, all at once.
class Joining {
 public:
  Joining(const RuleSet& rules, Problems& problems) : rules_(rules), problems_(problems), before_(problems.size()) {}

  void leave(std::string_view id) { replaced_.emplace(id, kNone); }

  void add(const json::value& source, const Path& at) {
    auto rule = std::make_shared<Rule>();
    parse_rule(source, at, ParseContext{*rules_.registry, rules_.setup}, problems_, *rule);
    added_.push_back(std::move(rule));
    paths_.push_back(at);
  }

  RuleSetPtr finish() {
    for (std::size_t i = 0; i < added_.size(); ++i) note_id(i);
    for (std::size_t i = 0; i < added_.size(); ++i) check_codes(i);
    for (std::size_t i = 0; i < added_.size(); ++i) check_group(i);
    if (problems_.size() != before_) return nullptr;
    auto changed = rules_.changed;
    std::erase_if(changed, [this](const auto& other) { return replaced_.contains(other->id); });
    auto gone = gone_now();
    changed.insert(changed.end(), std::make_move_iterator(added_.begin()), std::make_move_iterator(added_.end()));
    return changed_set(rules_, std::move(gone), std::move(changed));
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void note_id(std::size_t i) {
    const std::string& id = added_[i]->id;
    const auto [known, first] = replaced_.try_emplace(id, i);
    if (first || id.empty()) return;
    if (known->second != kNone) fault(problems_, below(paths_[i], "id"), "duplicate_id", "Another rule has this id.");
    known->second = i;
  }

  void check_codes(std::size_t i) {
    const Path trigger = below(paths_[i], "trigger");
    for (const std::string& code : added_[i]->codes) {
      const auto known = rules_.find_code(code);
      const bool taken = known.row != nullptr && !replaced_.contains(known.segment->id_of(*known.row));
      if (!taken && codes_.emplace(code, i).second) continue;
      if (!taken && codes_.at(code) == i) continue;
      fault(problems_, below(trigger, "codes"), "duplicate_code", "Another rule has the code \"" + code + "\".",
            "Take it out there first; capitals do not make codes differ.");
    }
  }

  void check_group(std::size_t i) {
    const Combine& own = added_[i]->combine;
    if (own.group.empty()) return;
    const auto [known, first] = groups_.emplace(own.group, i);
    const bool agrees = first ? !stays_otherwise(own) : added_[known->second]->combine.policy == own.policy;
    if (agrees) return;
    const Path combine = below(paths_[i], "combine");
    fault(problems_, below(combine, "policy"), "group_policy_conflict", "A rule of the same group has another policy.",
          "Give all rules of a group one policy.");
  }

  /// A rule that stays has this group with another policy. Rules are looked at only where some had it once.
  [[nodiscard]] bool stays_otherwise(const Combine& own) const {
    const std::uint32_t group = rules_.values().find(kGroupNames, own.group);
    const auto differs = [&](const Terms& terms) {
      return terms.group == group && group > ValueTable::kUnmentioned && terms.policy != own.policy;
    };
    const bool some = std::ranges::any_of(rules_.base->terms, differs) ||
                      (rules_.fresh && std::ranges::any_of(rules_.fresh->terms, differs));
    bool stays = false;
    if (!some) return stays;
    rules_.each_rule([&](const Segment& segment, const Row& row) {
      stays = stays || (differs(segment.terms_of(row)) && !replaced_.contains(segment.id_of(row)));
    });
    return stays;
  }

  [[nodiscard]] std::vector<std::uint32_t> gone_now() const {
    auto gone = rules_.gone;
    for (const auto& [id, place] : replaced_) {
      if (const Row* const row = rules_.base->find(id)) gone.push_back(rules_.base->number_of(*row));
    }
    std::ranges::sort(gone);
    gone.erase(std::ranges::unique(gone).begin(), gone.end());
    return gone;
  }

  const RuleSet& rules_;
  Problems& problems_;
  std::size_t before_;
  std::vector<std::shared_ptr<const Rule>> added_;
  std::vector<Path> paths_;
  Places replaced_;  ///< Ids of rules that go, and of those that come.
  Places codes_;
  Places groups_;
};

}  // namespace

RuleSetPtr with_rule(const RuleSet& rules, const json::value& source, Problems& problems) {
  Joining joining(rules, problems);
  joining.add(source, Path{});
  return joining.finish();
}

RuleSetPtr with_rules(const RuleSet& rules, const json::array& put, std::span<const std::string> out,
                      Problems& problems) {
  Joining joining(rules, problems);
  for (const std::string& id : out) joining.leave(id);
  for (std::size_t i = 0; i < put.size(); ++i) joining.add(put[i], Path(i));
  return joining.finish();
}

RuleSetPtr without_rule(const RuleSet& rules, std::string_view id) {
  if (rules.find(id).row == nullptr) return nullptr;
  Problems problems;
  Joining joining(rules, problems);
  joining.leave(id);
  return joining.finish();
}

std::string_view rule_of_code(const RuleSet& rules, std::string_view code) noexcept {
  const auto found = rules.find_code(fold_code(code));
  return found.row == nullptr ? std::string_view{} : found.segment->id_of(*found.row);
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
