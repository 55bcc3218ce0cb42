#pragma once
// The discount engine as the checkout sees it: a pure function from (cart, compiled rules, now) to allocated
// discounts with reasons. Rules are the typed JSON model of docs/discounts.md. Evaluation reads usage limits,
// it never counts a use: that is the store's transaction at completion.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/base/apportion.hpp"
#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/base/json.hpp"
#include "services/base/money.hpp"

namespace kassa::discounts {

struct CartLine {
  std::string line_id;
  std::string variant;
  std::string product;
  std::string sku;
  std::string category;
  std::string vendor;
  std::vector<std::string> tags;
  std::int64_t quantity{};
  std::int64_t unit_price{};  ///< Minor units of the cart's currency.
};

/// One priced shipping choice per package, once the shopper has chosen.
struct CartShipping {
  std::string method;  ///< Option id as configured ("standard").
  std::int64_t amount{};
};

struct Cart {
  Currency currency;
  std::vector<CartLine> lines;
  std::vector<CartShipping> shipping;
  std::vector<std::string> codes;  ///< As the shopper wrote them.
  std::string country;             ///< Of the destination, else of the context; may be empty (unknown).
  std::string customer;            ///< Stable key of the customer for per-customer limits; empty: unknown.
  std::optional<std::int64_t> customer_orders;
  std::string payment_method;  ///< Empty: not chosen yet.
};

enum class Class : unsigned char { kProduct, kOrder, kShipping, kPayment };
enum class Method : unsigned char { kEach, kAcross };

/// Where a part of a discount went: a line (index in the cart) or a shipping entry.
struct Allocation {
  bool shipping{false};
  std::size_t index{};
  std::int64_t amount{};  ///< > 0
};

struct Applied {
  std::string rule_id;
  std::string title;
  std::string code;  ///< Empty for automatic rules.
  Class discount_class{Class::kOrder};
  Method method{Method::kAcross};
  std::int64_t priority{};  ///< Lower applies first.
  std::int64_t amount{};    ///< > 0, the sum of the allocations.
  std::vector<Allocation> allocations;
  bool limited{false};  ///< The rule has a usage limit: completion must record a redemption.
  std::optional<std::int64_t> per_customer_max;
};

/// Why a code gave nothing; words of the agent protocols.
struct RejectedCode {
  std::size_t index{};  ///< In cart.codes.
  std::string
      reason;  ///< "discount_code_invalid", "_expired", "_already_applied", "_combination_disallowed",
               ///< "_minimum_not_met", "_user_not_logged_in", "_user_ineligible", "_usage_limit_reached"
  std::string rule_id;
};

/// Why a rule did not apply, for explanation.
struct NotApplied {
  std::string rule_id;
  std::string
      reason;  ///< "condition_not_met", "superseded_by_better", "outside_schedule", "usage_limit_reached" ...
  std::string detail;
};

struct Outcome {
  std::vector<Applied> applied;
  std::vector<RejectedCode> rejected;
  std::vector<NotApplied> not_applied;
  /// The next instant at which the result may change by time alone (a schedule begins or ends).
  std::optional<Instant> changes_at;
};

/// Uses so far of limited rules; a hint when evaluating (the store decides at completion).
struct Usage {
  std::string rule_id;
  std::int64_t used{};
};

class RuleSet;

/// Compiles rules (each a JSON object of the model). Every fault of every rule at once; null when there is
/// any error.
[[nodiscard]] std::shared_ptr<const RuleSet> compile(const json::array& rules,
                                                     std::vector<Problem>& problems);

/// Deterministic: the same arguments give the same result. Sums reconcile: no line or shipping entry below
/// zero.
[[nodiscard]] Outcome evaluate(const RuleSet& rules, const Cart& cart, const std::vector<Usage>& usage,
                               Instant now, Rounding rounding);

/// Usage limits of a rule as the store keeps them (`limits.global`), nullopt for none.
struct RuleLimit {
  std::string rule_id;
  std::optional<std::int64_t> global;
  std::optional<std::int64_t> per_customer;
};
[[nodiscard]] std::vector<RuleLimit> limits_of(const RuleSet& rules);

}  // namespace kassa::discounts
