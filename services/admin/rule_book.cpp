#include "services/admin/rule_book.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "discounts/unfilled.hpp"
#include "services/admin/statements.hpp"
#include "services/base/ensure.hpp"

namespace kassa::admin {
namespace {

constexpr std::int64_t kAllRules = 10'000'000;

/// "/12/when/op": 12, and the rest of it into `rest`.
std::optional<std::size_t> rule_of(std::string_view path, std::string& rest) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  std::size_t index = 0;
  const auto [end, failed] = std::from_chars(path.data(), path.data() + path.size(), index);
  if (failed != std::errc{}) return std::nullopt;
  rest.assign(end, path.data() + path.size());
  return index;
}

/// Those of rules from `first` on, counted from there. The index in a hint would point into a list that the caller
/// never saw.
void take_faults(std::vector<Problem> problems, std::size_t first, std::vector<RuleFault>& out) {
  for (Problem& problem : problems) {
    std::string rest;
    const auto index = rule_of(problem.path, rest);
    if (!index || *index < first) continue;
    problem.path = std::move(rest);
    if (problem.code == "duplicate_code") problem.hint = "Take the code out of the other rule, or choose another one.";
    out.push_back({*index - first, std::move(problem)});
  }
}

std::unordered_set<std::string> ids_of(const json::array& rules) {
  std::unordered_set<std::string> ids;
  for (const json::value& rule : rules) ids.emplace(rule.at("id").as_string());
  return ids;
}

/// The revision is read first: what changes before the rules are read is refused when something is written.
asio::awaitable<Result<RuleBook>> read_book_of(ports::Store& from, StoreId store, ports::Step read) {
  RuleBook book;
  ports::Step read_store = statements::read_settings(store);
  KASSA_CO_TRY(const auto stores, co_await from.query(std::move(read_store)));
  if (stores.empty()) co_return Error{Errc::kNotFound, "no such store"};
  book.revision = ports::as_int(stores.front()[1]);
  KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
  book.rules.reserve(rows.size());
  for (const ports::Row& row : rows) book.rules.push_back(stored_rule_at(row));
  co_return book;
}

}  // namespace

StoredRule stored_rule_at(const ports::Row& row) {
  json::value body = json::parse(ports::as_string(row[1]));
  ensure(body.is_object(), "a stored rule is an object");
  StoredRule rule;
  rule.id = DiscountId{ports::as_string(row[0])};
  rule.rule = std::move(body.get_object());
  rule.used = ports::as_int(row[2]);
  if (!ports::is_null(row[3])) rule.max_uses = ports::as_int(row[3]);
  rule.revision = ports::as_int(row[4]);
  rule.enabled = ports::as_int(row[5]) == 0;
  return rule;
}

const StoredRule* RuleBook::find(const DiscountId& id) const {
  const auto found = std::ranges::find(rules, id, &StoredRule::id);
  return found == rules.end() ? nullptr : &*found;
}

asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store) {
  ports::Step read = statements::read_rules(store, "", kAllRules);
  co_return co_await read_book_of(from, std::move(store), std::move(read));
}

asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store, DiscountId only) {
  ports::Step read = statements::read_rule(store, only);
  co_return co_await read_book_of(from, std::move(store), std::move(read));
}

Judgement judge_rules(const RuleBook& book, const json::array& added) {
  Judgement out;
  std::vector<Problem> alone;
  static_cast<void>(discounts::compile(added, alone));
  take_faults(std::move(alone), 0, out.faults);
  if (!out.faults.empty()) return out;
  // Stored rules that wait for what no checkout knows stay as they are.
  std::vector<Problem> unsupported;
  discounts::find_unfilled(added, unsupported);
  take_faults(std::move(unsupported), 0, out.faults);
  if (!out.faults.empty()) return out;
  const auto replaced = ids_of(added);
  json::array all;
  for (const StoredRule& other : book.rules) {
    if (!replaced.contains(other.id.value)) all.push_back(other.rule);
  }
  const std::size_t first = all.size();
  all.insert(all.end(), added.begin(), added.end());
  std::vector<Problem> together;
  const auto compiled = discounts::compile(all, together);
  const std::string told = together.empty() ? "" : " " + together.front().message;
  take_faults(std::move(together), first, out.faults);
  if (!compiled && out.faults.empty()) {
    Problem clash;
    clash.code = "conflicts_with_stored_rule";
    clash.message = "A rule that is there already does not go together with this." + told;
    out.faults.push_back({0, std::move(clash)});
  }
  if (!out.faults.empty()) return out;
  for (const auto& limit : discounts::limits_of(*compiled)) {
    if (limit.global && replaced.contains(limit.rule_id)) out.max_uses.emplace(limit.rule_id, *limit.global);
  }
  return out;
}

Draft draft_rules(const RuleBook& book, const json::array& added, bool alone) {
  Draft out;
  const RuleBook empty;
  const RuleBook& others = alone ? empty : book;
  out.faults = judge_rules(others, added).faults;
  if (!out.faults.empty()) return out;
  const auto replaced = ids_of(added);
  json::array all;
  for (const StoredRule& other : others.rules) {
    if (other.enabled && !replaced.contains(other.id.value)) all.push_back(other.rule);
  }
  const std::size_t first = all.size();
  all.insert(all.end(), added.begin(), added.end());
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  out.rules = discounts::compile(all, problems, warnings);
  ensure(out.rules != nullptr, "rules that were judged compile");
  take_faults(std::move(warnings), first, out.warnings);
  return out;
}

}  // namespace kassa::admin
