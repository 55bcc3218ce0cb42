#pragma once
// What the discount rules of a store are when one of them is changed, as of one revision of the store, and the
// judgement of new ones beside them: a store never holds rules that do not compile together, those that are switched
// off included. A process that serves the store has most of them compiled; only what has changed since is read. If the
// revision has moved by the time of a write, the write is refused and the book read again.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "discounts/engine.hpp"
#include "services/base/json.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin {

namespace asio = boost::asio;

struct StoredRule {
  DiscountId id;
  json::object rule;
  std::int64_t used{};
  std::optional<std::int64_t> max_uses;
  std::int64_t revision{};
  bool enabled{true};
  std::vector<std::pair<Currency, std::int64_t>> spent{};  ///< Of its budget, where somebody asked.
};

/// From a row of statements::read_rules.
[[nodiscard]] StoredRule stored_rule_at(const ports::Row& row);

/// What a process serves the store with.
struct RuleGround {
  discounts::RuleSetPtr live;             ///< The rules that are on, as of `revision` or later; null: nothing is known.
  std::int64_t revision{};                ///< Of the store.
  std::vector<AttributeSpec> attributes;  ///< That `live` was compiled with.
  std::function<bool(std::string_view)> sells;  ///< Whether a name is one of goods; empty: nothing is known.
};

struct RuleBook {
  std::int64_t revision{};
  std::vector<StoredRule> rules;  ///< All of them; with a base, those that it lacks or has otherwise.
  discounts::RuleSetup setup{};
  discounts::RuleSetPtr base{};
  std::vector<std::string> gone{};  ///< Of the base, but retired since.
  std::vector<StoredRule> named{};  ///< Those that were asked for.

  /// Of all rules; with a base, of those named alone.
  [[nodiscard]] const StoredRule* find(const DiscountId& id) const;
};

/// Every rule.
asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store);
/// Opened at one rule: there is no other in it, and not even that one if the store does not have it.
asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store, DiscountId only);
/// With `ground` as its base, where that is of any use.
asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store, const RuleGround& ground,
                                                 std::vector<std::string> named);

/// Those of these ids that there are.
asio::awaitable<Result<std::vector<StoredRule>>> read_named_rules(ports::Store& from, StoreId store,
                                                                  std::vector<std::string> ids);

/// Of the rules that are on, the first by id.
asio::awaitable<Result<std::vector<std::string>>> live_rule_ids(ports::Store& from, StoreId store, std::int64_t most);

/// A fault of one of several rules that are judged together.
struct RuleFault {
  std::size_t rule{};  ///< Which of the new ones.
  Problem problem;     ///< Its path leads into that rule.
};

struct Judgement {
  std::vector<RuleFault> faults;                           ///< Every one; empty: the rules may be kept.
  std::unordered_map<std::string, std::int64_t> max_uses;  ///< By rule id, of those that have a limit.
};

/// The new rules by themselves, then in the place of those of the book that have their ids.
[[nodiscard]] Judgement judge_rules(const RuleBook& book, const json::array& added);

/// All rules of the book, those that are off, too. Null when they do not go together, which should not be.
[[nodiscard]] discounts::RuleSetPtr all_rules(const RuleBook& book);

/// What a store would sell by, if it had new rules as well. Nothing is kept.
struct Draft {
  std::vector<RuleFault> faults;
  std::vector<RuleFault> warnings;  ///< About the new rules, in themselves and beside the others of a whole book.
  discounts::RuleSetPtr rules;      ///< Null when there are faults.
};

/// `alone`: instead of the store's rules. Those that are switched off take no part.
[[nodiscard]] Draft draft_rules(const RuleBook& book, const json::array& added, bool alone);

/// Warnings about a draft over a book with a base: the rules that they may be about are found in what is compiled, and
/// then read. "too_many_to_compare" when there are more of them than that.
asio::awaitable<Result<std::vector<RuleFault>>> warnings_beside(ports::Store& from, StoreId store, const RuleBook& book,
                                                                const Draft& draft, const json::array& added);

}  // namespace kassa::admin
