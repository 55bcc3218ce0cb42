#pragma once
// JSON rule -> Rule. Every fault of the rule is noted with its place and a hint. Private to discounts/; runs wherever
// rules are loaded or edited, never during an evaluation.

#include "discounts/parse_predicate.hpp"

namespace kassa::discounts {

inline constexpr std::size_t kCodesPerRuleMax = 1'000;
inline constexpr std::int64_t kPriorityMax = 1'000'000;
inline constexpr std::int64_t kPriorityDefault = 100;
inline constexpr std::size_t kTiersMax = 100;
inline constexpr std::size_t kPartsMax = 10;
inline constexpr std::size_t kTagsMax = 20;
inline constexpr std::size_t kWindowsMax = 50;
inline constexpr std::int64_t kPartQuantityMax = 1'000;

/// What parsing needs beside the text.
struct ParseContext {
  const Registry& registry;
  const RuleSetup& setup;
};

/// `out` is only meaningful when no problem was noted; it keeps its memory from one rule to the next.
void parse_rule(const json::value& value, const Path& path, const ParseContext& context, Problems& problems, Rule& out);

/// `value` of a rule: percent, amount, tiers, fixed price or gift.
[[nodiscard]] Value parse_value(const json::value& value, const Path& path, Class discount_class,
                                const ParseContext& context, Problems& problems);

/// `buy` and `get`, or `bundle`.
void parse_sets(const json::object& object, const Path& path, const ParseContext& context, Problems& problems,
                Rule& out);

void parse_combine(const json::object& object, const Path& path, Problems& problems, Rule& out);
void parse_schedule(const json::object& object, const Path& path, Problems& problems, Rule& out);

[[nodiscard]] std::optional<Class> class_of(std::string_view word) noexcept;

/// Money conditions of product rules read original prices, those of later classes what is left.
[[nodiscard]] Basis default_basis(Class discount_class) noexcept;

}  // namespace kassa::discounts
