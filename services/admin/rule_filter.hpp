#pragma once
// Which rules of a store a merchant wants to see. Rules are documents: what a filter asks for is looked up in each, a
// page at a time, so that no column has to follow the language of rules. Pure.

#include "services/admin/rule_book.hpp"
#include "services/base/clock.hpp"

namespace kassa::admin {

/// Empty: any.
struct RuleFilter {
  std::string rule_class;  ///< product, order, shipping, payment.
  std::string trigger;     ///< automatic, codes.
  std::string text;        ///< Somewhere in id or title; ASCII capitals do not count.
  std::optional<bool> enabled;
  std::optional<Instant> active_at;  ///< Switched on, and its schedule open.

  [[nodiscard]] bool takes_all() const noexcept {
    return rule_class.empty() && trigger.empty() && text.empty() && !enabled && !active_at;
  }
};

[[nodiscard]] bool matches(const RuleFilter& filter, const StoredRule& rule);

}  // namespace kassa::admin
