#include "services/admin/discount_rules.hpp"

#include "discounts/engine.hpp"
#include "discounts/unfilled.hpp"
#include "services/admin/statements.hpp"
#include "services/base/ensure.hpp"
#include "services/base/hash.hpp"

namespace kassa::admin {

/// All live rules, as of one revision of the store: if it has moved by the time of a write, the write is
/// refused.
struct RuleBook {
  std::int64_t revision{};
  std::vector<StoredRule> rules;

  [[nodiscard]] const StoredRule* find(const DiscountId& id) const {
    const auto found = std::ranges::find(rules, id, &StoredRule::id);
    return found == rules.end() ? nullptr : &*found;
  }
};

namespace {

constexpr int kRoundsMax = 16;
constexpr std::int64_t kAllRules = 1'000'000;

StoredRule rule_at(const ports::Row& row) {
  json::value body = json::parse(ports::as_string(row[1]));
  ensure(body.is_object(), "a stored rule is an object");
  StoredRule rule;
  rule.id = DiscountId{ports::as_string(row[0])};
  rule.rule = std::move(body.get_object());
  rule.used = ports::as_int(row[2]);
  if (!ports::is_null(row[3])) rule.max_uses = ports::as_int(row[3]);
  rule.revision = ports::as_int(row[4]);
  return rule;
}

asio::awaitable<Result<RuleBook>> read_book(ports::Store& from, StoreId store) {
  RuleBook book;
  ports::Step read_store = statements::read_settings(store);
  KASSA_CO_TRY(const auto stores, co_await from.query(std::move(read_store)));
  if (stores.empty()) co_return Error{Errc::kNotFound, "no such store"};
  book.revision = ports::as_int(stores.front()[1]);
  ports::Step read = statements::read_rules(store, "", kAllRules);
  KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
  book.rules.reserve(rows.size());
  for (const ports::Row& row : rows) book.rules.push_back(rule_at(row));
  co_return book;
}

/// Appends what is wrong with element `index` of `rules`, with paths into that rule. The index in a hint
/// would point into a list that the caller never saw.
void judge(const json::array& rules, std::size_t index, std::vector<Problem>& problems) {
  std::vector<Problem> found;
  static_cast<void>(discounts::compile(rules, found));
  const std::string head = "/" + std::to_string(index);
  for (Problem& problem : found) {
    if (!problem.path.starts_with(head)) continue;
    problem.path.erase(0, head.size());
    if (problem.code == "duplicate_code") problem.hint = "Take the code out of the other rule, or choose another one.";
    problems.push_back(std::move(problem));
  }
}

/// What the one rule asks for and no checkout knows; stored rules that do so already stay as they are.
void find_unsupported(const json::array& alone, std::vector<Problem>& problems) {
  discounts::find_unfilled(alone, problems);
  for (Problem& problem : problems) problem.path.erase(0, std::string_view("/0").size());
}

/// The rule by itself, then beside all others.
std::optional<std::int64_t> check(const RuleBook& book, const DiscountId& id, const json::object& rule,
                                  std::vector<Problem>& problems) {
  json::array alone{rule};
  judge(alone, 0, problems);
  if (problems.empty()) find_unsupported(alone, problems);
  if (!problems.empty()) return std::nullopt;
  json::array all;
  for (const StoredRule& other : book.rules) {
    if (other.id != id) all.push_back(other.rule);
  }
  all.push_back(rule);
  judge(all, all.size() - 1, problems);
  if (!problems.empty()) return std::nullopt;
  const auto compiled = discounts::compile(alone, problems);
  const auto limits = discounts::limits_of(*compiled);
  return limits.empty() ? std::nullopt : limits.front().global;
}

Error rule_moved() { return Error{Errc::kVersionConflict, "the rule was changed meanwhile; read it again"}; }

Error keeps_moving() { return Error{Errc::kOverloaded, "the store keeps changing; try again"}; }

AuditEntry entry_of(Actor actor, std::string action, const DiscountId& id, const StoredRule* before) {
  json::object detail;
  if (before != nullptr) detail["before"] = sha256_hex(json::serialize(before->rule));
  return AuditEntry(std::move(actor), std::move(action), id.value, std::move(detail));
}

}  // namespace

asio::awaitable<Result<Page<StoredRule>>> DiscountRules::list(StoreId store, PageRequest page) {
  ports::Step read = statements::read_rules(store, page.after, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  co_return page_of<StoredRule>(rows, page, rule_at);
}

asio::awaitable<Result<StoredRule>> DiscountRules::get(StoreId store, DiscountId id) {
  ports::Step read = statements::read_rule(store, id);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such rule"};
  co_return rule_at(rows.front());
}

asio::awaitable<Result<StoredRule>> DiscountRules::put(Actor actor, StoreId store, DiscountId id, json::object rule,
                                                       std::optional<std::int64_t> expected,
                                                       std::vector<Problem>& problems) {
  for (int n = 0; n < kRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_book(store_, store));
    const StoredRule* const before = book.find(id);
    if (expected.has_value() != (before != nullptr)) co_return rule_moved();
    if (before != nullptr && before->revision != *expected) co_return rule_moved();
    const auto max_uses = check(book, id, rule, problems);
    if (!problems.empty()) co_return Error{Errc::kInvalidRequest, "the rule has faults"};
    const std::string body = json::serialize(rule);
    AuditEntry entry = entry_of(actor, "discount.put", id, before);
    entry.detail["after"] = sha256_hex(body);
    AuditedStore audited(store_, clock_, std::move(entry));
    ports::Transaction transaction("discount", store);
    transaction.add(statements::move_revision(store, book.revision));
    transaction.add(statements::put_rule(store, id, body, max_uses, book.revision + 1));
    KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
    if (done.applied) co_return co_await get(std::move(store), std::move(id));
    if (done.refused_label != "limit_below_uses") continue;
    Problem below;
    below.path = "/limits/global";
    below.code = "limit_below_uses";
    below.message = "The rule has been used more often than that.";
    problems.push_back(std::move(below));
    co_return Error{Errc::kInvalidRequest, "the rule has faults"};
  }
  co_return keeps_moving();
}

asio::awaitable<Result<void>> DiscountRules::retire(Actor actor, StoreId store, DiscountId id,
                                                    std::optional<std::int64_t> expected) {
  for (int n = 0; n < kRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_book(store_, store));
    const StoredRule* const before = book.find(id);
    if (before == nullptr) co_return Error{Errc::kNotFound, "no such rule"};
    if (expected && before->revision != *expected) co_return rule_moved();
    AuditEntry entry = entry_of(actor, "discount.retired", id, before);
    AuditedStore audited(store_, clock_, std::move(entry));
    ports::Transaction transaction("discount", store);
    transaction.add(statements::move_revision(store, book.revision));
    transaction.add(statements::retire_rule(store, id, book.revision + 1));
    KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
    if (done.applied) co_return ok();
  }
  co_return keeps_moving();
}

}  // namespace kassa::admin
