#pragma once
// The registry of attributes a condition may read, with type, place and operators; docs/discounts.md lists the same.
// Adding a built-in one: a row in attributes.cpp, a case in tester.hpp, a line in the document. A merchant adds own
// ones as data. Private to discounts/; immutable once made.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/engine.hpp"
#include "discounts/predicate.hpp"

namespace kassa::discounts {

enum class AttributeType : unsigned char { kNumber, kMoney, kBool, kTime, kText, kTexts };

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

[[nodiscard]] bool allowed_in(const AttributeRow& row, Scope scope) noexcept;
[[nodiscard]] constexpr bool is_text(AttributeType type) noexcept {
  return type == AttributeType::kText || type == AttributeType::kTexts;
}

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Notes what is wrong with the merchant's own attributes, with pointers below "/attributes".
  void add(std::span<const AttributeSpec> own, std::vector<Problem>& problems);

  [[nodiscard]] const AttributeRow* find(std::string_view name) const noexcept;
  [[nodiscard]] const AttributeRow& row_of(Attribute attribute) const noexcept;
  /// The listed name closest to a misspelt one, or empty when none is near.
  [[nodiscard]] std::string nearest(std::string_view name) const;
  [[nodiscard]] std::span<const AttributeRow> own() const noexcept { return own_; }

 private:
  std::vector<std::string> names_;  ///< Of the merchant's own, never moved: rows point into it.
  std::vector<AttributeRow> own_;
};

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
  bool money;    ///< And time.
  bool texts;
  bool truths;
};

[[nodiscard]] const OpRow* find_op(std::string_view name) noexcept;
[[nodiscard]] bool fits(const OpRow& op, AttributeType type) noexcept;
/// The operators of a type, for hints: "eq, ne, gt".
[[nodiscard]] std::string ops_for(AttributeType type);

}  // namespace kassa::discounts
