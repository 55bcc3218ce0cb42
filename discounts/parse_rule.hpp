#pragma once
// JSON rule -> Rule. Every fault of the rule is noted with its place and a hint; what this version does not
// run yet (gifts, bundles, buy-and-get, recurring windows, budgets) is refused by name. Private to
// discounts/.

#include "discounts/parse_predicate.hpp"

namespace kassa::discounts {

inline constexpr std::size_t kCodesPerRuleMax = 1'000;
inline constexpr std::int64_t kPriorityMax = 1'000'000;
inline constexpr std::int64_t kPriorityDefault = 100;
inline constexpr std::size_t kTiersMax = 100;

/// The result is only meaningful when no problem was noted.
[[nodiscard]] Rule parse_rule(const json::value& value, const Path& path, Problems& problems);

/// `value` of a rule: percent, amount or tiers.
[[nodiscard]] Value parse_value(const json::value& value, const Path& path, Class discount_class, Problems& problems);

/// Money conditions of product rules read original prices, those of later classes what is left.
[[nodiscard]] Basis default_basis(Class discount_class) noexcept;

}  // namespace kassa::discounts
