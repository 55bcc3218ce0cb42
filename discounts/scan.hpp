#pragma once
// evaluate() without the index: every automatic rule is asked. The reference that tests and benchmarks hold the index
// against; the service never calls it.

#include "discounts/engine.hpp"

namespace kassa::discounts {

[[nodiscard]] Outcome scan(const RuleSet& rules, const Cart& cart, const UsageBook& usage, Instant now,
                           Rounding rounding);

/// The automatic rules that are in force with their condition and target satisfied, whatever becomes of them.
[[nodiscard]] std::vector<std::string> matched_ids(const RuleSet& rules, const Cart& cart, Instant now);

}  // namespace kassa::discounts
