#pragma once
// The discount rules of a store, one at a time. A rule is judged together with all others before it is kept,
// so that a store never holds rules that do not compile; what it was used so far stays with its id, also
// after it was retired.

#include <optional>

#include "services/admin/audit.hpp"

namespace kassa::admin {

struct StoredRule {
  DiscountId id;
  json::object rule;
  std::int64_t used{};
  std::optional<std::int64_t> max_uses;
  std::int64_t revision{};
};

class DiscountRules {
 public:
  DiscountRules(ports::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// By id; page.after: a rule's id.
  asio::awaitable<Result<Page<StoredRule>>> list(StoreId store, PageRequest page);
  asio::awaitable<Result<StoredRule>> get(StoreId store, DiscountId id);

  /// `expected`: the revision that the caller has read; nullopt: there must be none of that id yet.
  /// kVersionConflict when that is not so; kInvalidRequest with every fault in `problems`, which must outlive
  /// the call.
  asio::awaitable<Result<StoredRule>> put(Actor actor, StoreId store, DiscountId id, json::object rule,
                                          std::optional<std::int64_t> expected, std::vector<Problem>& problems);

  /// `expected`: nullopt: whatever it is now. kNotFound, kVersionConflict.
  asio::awaitable<Result<void>> retire(Actor actor, StoreId store, DiscountId id, std::optional<std::int64_t> expected);

 private:
  ports::Store& store_;
  const Clock& clock_;
};

}  // namespace kassa::admin
