#include "services/admin/rule_book.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "discounts/unfilled.hpp"
#include "services/admin/statements.hpp"
#include "services/base/ensure.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::admin {
namespace {

constexpr std::int64_t kAllRules = 10'000'000;
constexpr std::int64_t kRetired = 1;  ///< In discount.retired.
constexpr std::size_t kPartnersMax = 1'000;

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
asio::awaitable<Result<RuleBook>> open_book(ports::Store& from, StoreId store) {
  RuleBook book;
  ports::Step read_store = statements::read_settings(store);
  KASSA_CO_TRY(const auto stores, co_await from.query(std::move(read_store)));
  if (stores.empty()) co_return Error{Errc::kNotFound, "no such store"};
  book.revision = ports::as_int(stores.front()[1]);
  std::vector<Problem> problems;
  const json::value settings = json::parse(ports::as_string(stores.front()[0]));
  book.setup.attributes = ports::read_store_settings(settings.as_object(), problems).discount_attributes;
  co_return book;
}

asio::awaitable<Result<void>> read_into(ports::Store& from, ports::Step read, RuleBook& book) {
  KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
  book.rules.reserve(book.rules.size() + rows.size());
  for (const ports::Row& row : rows) {
    if (ports::as_int(row[5]) == kRetired) {
      book.gone.push_back(ports::as_string(row[0]));
    } else {
      book.rules.push_back(stored_rule_at(row));
    }
  }
  co_return ok();
}

/// Those that are to stay beside new ones, and how many they are; then the new ones.
struct Table {
  json::array put;
  std::vector<std::string> out;
  std::size_t first{};
};

Table table_of(const RuleBook& book, const json::array& added, bool with_off) {
  const auto replaced = ids_of(added);
  Table table;
  table.out = book.gone;
  for (const StoredRule& other : book.rules) {
    const bool stays = with_off || other.enabled;
    if (stays && !replaced.contains(other.id.value)) table.put.push_back(other.rule);
    if (!stays) table.out.push_back(other.id.value);
  }
  table.first = table.put.size();
  table.put.insert(table.put.end(), added.begin(), added.end());
  return table;
}

discounts::RuleSetPtr laid_out(const RuleBook& book, const Table& table, std::vector<Problem>& problems,
                               std::vector<Problem>* warnings) {
  if (!book.base) return discounts::compile(table.put, book.setup, problems, warnings);
  return discounts::with_rules(*book.base, table.put, table.out, problems);
}

std::vector<std::string> listed_ids(const json::array& rules) {
  std::vector<std::string> ids;
  for (const json::value& rule : rules) ids.emplace_back(rule.at("id").as_string());
  return ids;
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
  const std::vector<StoredRule>& looked_in = base ? named : rules;
  const auto found = std::ranges::find(looked_in, id, &StoredRule::id);
  return found == looked_in.end() ? nullptr : &*found;
}

asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store) {
  KASSA_CO_TRY(auto book, co_await open_book(from, store));
  ports::Step read = statements::read_rules(store, "", kAllRules);
  KASSA_CO_TRY(co_await read_into(from, std::move(read), book));
  co_return book;
}

asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store, DiscountId only) {
  KASSA_CO_TRY(auto book, co_await open_book(from, store));
  ports::Step read = statements::read_rule(store, only);
  KASSA_CO_TRY(co_await read_into(from, std::move(read), book));
  co_return book;
}

asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store, const RuleGround& ground,
                                                 std::vector<std::string> named) {
  KASSA_CO_TRY(auto book, co_await open_book(from, store));
  // A store that has gone back, as a restored one has, or that has other attributes: what is compiled is of no use.
  const bool fits = ground.revision <= book.revision && ground.attributes == book.setup.attributes;
  if (!ground.live || !fits) {
    ports::Step all = statements::read_rules(store, "", kAllRules);
    KASSA_CO_TRY(co_await read_into(from, std::move(all), book));
    co_return book;
  }
  book.base = ground.live;
  ports::Step since = statements::read_rules_since(store, ground.revision);
  KASSA_CO_TRY(co_await read_into(from, std::move(since), book));
  ports::Step off = statements::read_rules_off(store);
  KASSA_CO_TRY(const auto rows, co_await from.query(std::move(off)));
  for (const ports::Row& row : rows) {
    if (ports::as_int(row[4]) <= ground.revision) book.rules.push_back(stored_rule_at(row));
  }
  KASSA_CO_TRY(book.named, co_await read_named_rules(from, std::move(store), std::move(named)));
  co_return book;
}

asio::awaitable<Result<std::vector<StoredRule>>> read_named_rules(ports::Store& from, StoreId store,
                                                                  std::vector<std::string> ids) {
  std::vector<StoredRule> found;
  for (std::size_t first = 0; first < ids.size(); first += statements::kNamedAtOnce) {
    const std::size_t count = std::min(statements::kNamedAtOnce, ids.size() - first);
    ports::Step read = statements::read_named_rules(store, std::span(ids).subspan(first, count));
    KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
    for (const ports::Row& row : rows) found.push_back(stored_rule_at(row));
  }
  co_return found;
}

asio::awaitable<Result<std::vector<std::string>>> live_rule_ids(ports::Store& from, StoreId store, std::int64_t most) {
  ports::Step read = statements::read_live_ids(store, most);
  KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
  std::vector<std::string> ids;
  for (const ports::Row& row : rows) ids.push_back(ports::as_string(row[0]));
  co_return ids;
}

Judgement judge_rules(const RuleBook& book, const json::array& added) {
  Judgement out;
  std::vector<Problem> alone;
  const auto by_themselves = discounts::compile(added, book.setup, alone);
  take_faults(std::move(alone), 0, out.faults);
  if (!out.faults.empty()) return out;
  // Stored rules that wait for what no checkout knows stay as they are.
  std::vector<Problem> unsupported;
  discounts::find_unfilled(added, unsupported);
  take_faults(std::move(unsupported), 0, out.faults);
  if (!out.faults.empty()) return out;
  const Table table = table_of(book, added, true);
  std::vector<Problem> together;
  const auto compiled = laid_out(book, table, together, nullptr);
  const std::string told = together.empty() ? "" : " " + together.front().message;
  take_faults(std::move(together), table.first, out.faults);
  if (!compiled && out.faults.empty()) {
    Problem clash;
    clash.code = "conflicts_with_stored_rule";
    clash.message = "A rule that is there already does not go together with this." + told;
    out.faults.push_back({0, std::move(clash)});
  }
  if (!out.faults.empty()) return out;
  for (const auto& limit : discounts::limits_of(*by_themselves)) {
    if (limit.global) out.max_uses.emplace(limit.rule_id, *limit.global);
  }
  return out;
}

discounts::RuleSetPtr all_rules(const RuleBook& book) {
  std::vector<Problem> problems;
  return laid_out(book, table_of(book, {}, true), problems, nullptr);
}

Draft draft_rules(const RuleBook& book, const json::array& added, bool alone) {
  Draft out;
  RuleBook empty;
  empty.setup = book.setup;
  const RuleBook& others = alone ? empty : book;
  out.faults = judge_rules(others, added).faults;
  if (!out.faults.empty()) return out;
  const Table table = table_of(others, added, false);
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  out.rules = laid_out(others, table, problems, &warnings);
  ensure(out.rules != nullptr, "rules that were judged compile");
  take_faults(std::move(warnings), table.first, out.warnings);
  return out;
}

asio::awaitable<Result<std::vector<RuleFault>>> warnings_beside(ports::Store& from, StoreId store, const RuleBook& book,
                                                                const Draft& draft, const json::array& added) {
  std::vector<RuleFault> out;
  if (!book.base || !draft.rules || added.empty()) co_return out;
  const auto ids = listed_ids(added);
  discounts::Partners partners = discounts::partners_of(*draft.rules, ids, kPartnersMax);
  KASSA_CO_TRY(const auto others, co_await read_named_rules(from, std::move(store), std::move(partners.ids)));
  json::array list;
  for (const StoredRule& other : others) list.push_back(other.rule);
  const std::size_t first = list.size();
  list.insert(list.end(), added.begin(), added.end());
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  static_cast<void>(discounts::compile(list, book.setup, problems, &warnings));
  take_faults(std::move(warnings), first, out);
  if (partners.all) co_return out;
  Problem more;
  more.code = "too_many_to_compare";
  more.message = "More rules than can be compared always apply together with this: sums of shares may be missing here.";
  out.push_back({0, std::move(more)});
  co_return out;
}

}  // namespace kassa::admin
