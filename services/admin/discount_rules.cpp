#include "services/admin/discount_rules.hpp"

#include <charconv>
#include <limits>
#include <unordered_map>

#include "services/admin/discount_codes.hpp"
#include "services/admin/rule_judge.hpp"
#include "services/admin/statements.hpp"
#include "services/base/ensure.hpp"
#include "services/base/hash.hpp"

namespace kassa::admin {
namespace {

constexpr int kPutRoundsMax = 16;
constexpr std::int64_t kRulesAtOnce = 500;
constexpr std::int64_t kRulesLookedAtMax = 20'000;

RuleVersion version_at(const ports::Row& row) {
  RuleVersion version;
  version.revision = ports::as_int(row[0]);
  version.rule = json::parse(ports::as_string(row[1])).as_object();
  version.enabled = ports::as_int(row[2]) == 0;
  version.retired = ports::as_int(row[2]) == 1;
  if (!ports::is_null(row[3])) version.replaced_at = from_millis(ports::as_int(row[3]));
  version.replaced_by = ports::as_string(row[4]);
  return version;
}

Error rule_moved() { return Error{Errc::kVersionConflict, "the rule was changed meanwhile; read it again"}; }

Error keeps_moving() { return Error{Errc::kOverloaded, "the store keeps changing; try again"}; }

AuditEntry entry_of(Actor actor, std::string action, const DiscountId& id, const StoredRule* before) {
  json::object detail;
  if (before != nullptr) detail["before"] = sha256_hex(json::serialize(before->rule));
  return AuditEntry(std::move(actor), std::move(action), id.value, std::move(detail));
}

/// The change begins: what the rule has said stays readable.
ports::Transaction change_of(const StoreId& store, const RuleBook& book, const DiscountId& id,
                             statements::Replaced how) {
  ports::Transaction transaction("discount", store);
  transaction.add(statements::move_revision(store, book.revision));
  transaction.add(statements::keep_version(store, id, std::move(how)));
  return transaction;
}

void limit_below_uses(std::vector<Problem>& problems) {
  Problem below;
  below.path = "/limits/global";
  below.code = "limit_below_uses";
  below.message = "The rule has been used more often than that.";
  problems.push_back(std::move(below));
}

/// What is spent of the budgets of these rules, which are in the order of their ids.
asio::awaitable<Result<void>> add_spent(ports::Store& from, StoreId store, std::vector<StoredRule>& rules) {
  if (rules.empty()) co_return ok();
  ports::Step read = statements::read_spent(store, rules.front().id.value, rules.back().id.value);
  KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
  std::unordered_map<std::string_view, StoredRule*> by_id;
  for (StoredRule& rule : rules) by_id.emplace(rule.id.value, &rule);
  for (const ports::Row& row : rows) {
    const auto rule = by_id.find(ports::as_string(row[0]));
    const auto currency = Currency::from_code(ports::as_string(row[1]));
    if (rule != by_id.end() && currency) rule->second->spent.emplace_back(*currency, ports::as_int(row[2]));
  }
  co_return ok();
}

}  // namespace

asio::awaitable<Result<RulePage>> DiscountRules::list(StoreId store, RuleFilter filter, PageRequest page) {
  KASSA_CO_TRY(auto found, co_await find_page(store, std::move(filter), std::move(page)));
  KASSA_CO_TRY(co_await add_spent(store_, std::move(store), found.items));
  co_return found;
}

asio::awaitable<Result<RulePage>> DiscountRules::find_page(StoreId store, RuleFilter filter, PageRequest page) {
  RulePage found;
  found.last = page.after;
  std::int64_t looked_at = 0;
  while (true) {
    const std::int64_t most = filter.takes_all() ? page.most + 1 : kRulesAtOnce;
    ports::Step read = statements::read_rules(store, found.last, most);
    KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
    for (const ports::Row& row : rows) {
      found.more = static_cast<std::int64_t>(found.items.size()) == page.most || looked_at == kRulesLookedAtMax;
      if (found.more) co_return found;
      ++looked_at;
      StoredRule rule = stored_rule_at(row);
      found.last = rule.id.value;
      if (matches(filter, rule)) found.items.push_back(std::move(rule));
    }
    if (static_cast<std::int64_t>(rows.size()) < most) co_return found;
  }
}

asio::awaitable<Result<StoredRule>> DiscountRules::get(StoreId store, DiscountId id) {
  ports::Step read = statements::read_rule(store, id);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such rule"};
  std::vector<StoredRule> only;
  only.push_back(stored_rule_at(rows.front()));
  KASSA_CO_TRY(co_await add_spent(store_, std::move(store), only));
  co_return std::move(only.front());
}

asio::awaitable<Result<Page<RuleVersion>>> DiscountRules::versions(StoreId store, DiscountId id, PageRequest page) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!page.after.empty()) {
    const char* const end = page.after.data() + page.after.size();
    const auto [stop, failed] = std::from_chars(page.after.data(), end, before);
    if (failed != std::errc{} || stop != end) co_return Error{Errc::kInvalidRequest, "this is no cursor of this list"};
  }
  ports::Step read = statements::read_versions(store, id, before, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty() && page.after.empty()) co_return Error{Errc::kNotFound, "no such rule"};
  co_return page_of<RuleVersion>(rows, page, version_at);
}

asio::awaitable<Result<StoredRule>> DiscountRules::put(Actor actor, StoreId store, DiscountId id, json::object rule,
                                                       std::optional<std::int64_t> expected, const RuleGround& ground,
                                                       std::vector<Problem>& problems) {
  const json::array added{rule};
  const std::vector<std::string> named{id.value};
  for (int n = 0; n < kPutRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_rule_book(store_, store, ground, named));
    const StoredRule* const before = book.find(id);
    if (expected.has_value() != (before != nullptr)) co_return rule_moved();
    if (before != nullptr && before->revision != *expected) co_return rule_moved();
    KASSA_CO_TRY(Judgement judged, co_await judge_for_store(store_, store, ground, book, added));
    for (RuleFault& fault : judged.faults) problems.push_back(std::move(fault.problem));
    if (!problems.empty()) co_return Error{Errc::kInvalidRequest, "the rule has faults"};
    statements::RuleRow row;
    row.id = id;
    row.body = json::serialize(rule);
    if (const auto limit = judged.max_uses.find(id.value); limit != judged.max_uses.end()) row.max_uses = limit->second;
    row.enabled = before == nullptr || before->enabled;
    AuditEntry entry = entry_of(actor, "discount.put", id, before);
    entry.detail["after"] = sha256_hex(row.body);
    statements::Replaced how(clock_.now(), actor.name);
    AuditedStore audited(store_, clock_, std::move(entry));
    ports::Transaction transaction = change_of(store, book, id, std::move(how));
    transaction.add(statements::put_rule(store, row, book.revision + 1));
    refuse_pool_codes(transaction, store, added);
    KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
    if (done.applied) co_return co_await get(std::move(store), std::move(id));
    if (done.refused_label != "limit_below_uses") continue;
    limit_below_uses(problems);
    co_return Error{Errc::kInvalidRequest, "the rule has faults"};
  }
  co_return keeps_moving();
}

asio::awaitable<Result<StoredRule>> DiscountRules::enable(Actor actor, StoreId store, DiscountId id, bool enabled,
                                                          std::optional<std::int64_t> expected) {
  for (int n = 0; n < kPutRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_rule_book(store_, store, id));
    const StoredRule* const before = book.find(id);
    if (before == nullptr) co_return Error{Errc::kNotFound, "no such rule"};
    if (expected && before->revision != *expected) co_return rule_moved();
    if (before->enabled == enabled) co_return *before;
    AuditEntry entry = entry_of(actor, enabled ? "discount.enabled" : "discount.disabled", id, before);
    statements::Replaced how(clock_.now(), actor.name);
    AuditedStore audited(store_, clock_, std::move(entry));
    ports::Transaction transaction = change_of(store, book, id, std::move(how));
    transaction.add(statements::enable_rule(store, id, enabled, book.revision + 1));
    KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
    if (done.applied) co_return co_await get(std::move(store), std::move(id));
  }
  co_return keeps_moving();
}

asio::awaitable<Result<void>> DiscountRules::retire(Actor actor, StoreId store, DiscountId id,
                                                    std::optional<std::int64_t> expected) {
  for (int n = 0; n < kPutRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_rule_book(store_, store, id));
    const StoredRule* const before = book.find(id);
    if (before == nullptr) co_return Error{Errc::kNotFound, "no such rule"};
    if (expected && before->revision != *expected) co_return rule_moved();
    AuditEntry entry = entry_of(actor, "discount.retired", id, before);
    statements::Replaced how(clock_.now(), actor.name);
    AuditedStore audited(store_, clock_, std::move(entry));
    ports::Transaction transaction = change_of(store, book, id, std::move(how));
    transaction.add(statements::retire_rule(store, id, book.revision + 1));
    KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
    if (done.applied) co_return ok();
  }
  co_return keeps_moving();
}

}  // namespace kassa::admin
