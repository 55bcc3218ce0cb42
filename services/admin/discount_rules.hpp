#pragma once
// The discount rules of a store, one at a time. A rule is judged together with all others before it is kept, so that a
// store never holds rules that do not compile; what it was used so far stays with its id, also after it was retired,
// and so does every earlier text. Used on the admin listener's thread.

#include "services/admin/audit.hpp"
#include "services/admin/rule_filter.hpp"

namespace kassa::admin {

struct RulePage {
  std::vector<StoredRule> items;
  bool more{false};
  std::string last;  ///< Id of the last rule that was looked at; the next page begins behind it.
};

/// What a rule said from `revision` on.
struct RuleVersion {
  std::int64_t revision{};
  json::object rule;
  bool enabled{true};
  bool retired{false};
  std::optional<Instant> replaced_at;  ///< Empty: it still says so.
  std::string replaced_by;
};

class DiscountRules {
 public:
  DiscountRules(ports::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// By id; page.after: a rule's id. With a filter a page may hold fewer than were asked for, even none, and more may
  /// follow: one call looks at a bounded number of rules.
  asio::awaitable<Result<RulePage>> list(StoreId store, RuleFilter filter, PageRequest page);
  asio::awaitable<Result<StoredRule>> get(StoreId store, DiscountId id);

  /// Newest first, of retired rules too; page.after: a revision. kNotFound when there never was such a rule.
  asio::awaitable<Result<Page<RuleVersion>>> versions(StoreId store, DiscountId id, PageRequest page);

  /// `expected`: the revision that the caller has read; nullopt: there must be none of that id yet.
  /// kVersionConflict when that is not so; kInvalidRequest with every fault in `problems`, which must outlive
  /// the call. A rule that is switched off stays so. `ground`, too, must outlive the call.
  asio::awaitable<Result<StoredRule>> put(Actor actor, StoreId store, DiscountId id, json::object rule,
                                          std::optional<std::int64_t> expected, const RuleGround& ground,
                                          std::vector<Problem>& problems);

  /// On or off. `expected`: nullopt: whatever it is now. Nothing is written when it is so already. kNotFound,
  /// kVersionConflict.
  asio::awaitable<Result<StoredRule>> enable(Actor actor, StoreId store, DiscountId id, bool enabled,
                                             std::optional<std::int64_t> expected);

  /// `expected`: nullopt: whatever it is now. kNotFound, kVersionConflict.
  asio::awaitable<Result<void>> retire(Actor actor, StoreId store, DiscountId id, std::optional<std::int64_t> expected);

 private:
  asio::awaitable<Result<RulePage>> find_page(StoreId store, RuleFilter filter, PageRequest page);

  ports::Store& store_;
  const Clock& clock_;
};

}  // namespace kassa::admin
