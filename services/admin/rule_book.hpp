#pragma once
// All rules of a store that are not retired, as of one revision of the store, and the judgement of new ones beside
// them: a store never holds rules that do not compile together, those that are switched off included. If the revision
// has moved by the time of a write, the write is refused and the book read again.

#include <boost/asio/awaitable.hpp>
#include <optional>
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
};

/// From a row of statements::read_rules.
[[nodiscard]] StoredRule stored_rule_at(const ports::Row& row);

struct RuleBook {
  std::int64_t revision{};
  std::vector<StoredRule> rules;

  [[nodiscard]] const StoredRule* find(const DiscountId& id) const;
};

asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store);
/// Opened at one rule: there is no other in it, and not even that one if the store does not have it.
asio::awaitable<Result<RuleBook>> read_rule_book(ports::Store& from, StoreId store, DiscountId only);

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

/// What a store would sell by, if it had new rules as well. Nothing is kept.
struct Draft {
  std::vector<RuleFault> faults;
  std::vector<RuleFault> warnings;  ///< About the new rules, in themselves and beside the others.
  discounts::RuleSetPtr rules;      ///< Null when there are faults.
};

/// `alone`: instead of the store's rules. Those that are switched off take no part.
[[nodiscard]] Draft draft_rules(const RuleBook& book, const json::array& added, bool alone);

}  // namespace kassa::admin
