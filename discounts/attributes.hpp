#pragma once
// The registry of attributes a condition may read, with type, place and operators; docs/discounts.md lists
// the same. Adding one: a row here, a case in predicate.cpp, a line in the document. Private to discounts/.

#include <span>
#include <string>
#include <string_view>

#include "discounts/predicate.hpp"

namespace kassa::discounts {

enum class AttributeType : unsigned char { kNumber, kMoney, kText, kTexts };

/// Where a condition stands: the rule's `when`, a condition about one line, or about one shipping entry.
enum class Scope : unsigned char { kCart, kLine, kShipping };

struct AttributeRow {
  Attribute attribute;
  std::string_view name;
  AttributeType type;
  bool in_cart;
  bool in_line;
  bool in_shipping;
  bool has_basis;
  bool has_where;
};

[[nodiscard]] const AttributeRow* find_attribute(std::string_view name) noexcept;
[[nodiscard]] const AttributeRow& row_of(Attribute attribute) noexcept;
[[nodiscard]] bool allowed_in(const AttributeRow& row, Scope scope) noexcept;

enum class Op : unsigned char {
  kEq,
  kNe,
  kAnyOf,
  kNoneOf,
  kAllOf,
  kGt,
  kGte,
  kLt,
  kLte,
  kBetween,
  kExists,
  kPrefix,
  kCidrOf,
  kTimeIn
};

struct OpRow {
  Op op;
  std::string_view name;
  bool numbers;  ///< Fits int attributes.
  bool money;
  bool texts;
};

[[nodiscard]] const OpRow* find_op(std::string_view name) noexcept;
[[nodiscard]] bool fits(const OpRow& op, AttributeType type) noexcept;
/// The operators of a type, for hints: "eq, ne, gt".
[[nodiscard]] std::string ops_for(AttributeType type);

/// The listed name closest to a misspelt one, or empty when none is near.
[[nodiscard]] std::string nearest_attribute(std::string_view name);

}  // namespace kassa::discounts
