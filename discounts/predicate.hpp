#pragma once
// A condition in its compiled form: one flat vector of nodes in pre-order, values beside it. Private to
// discounts/. Built once by PredicateParser (parse_predicate.cpp), tested on every evaluation by test()
// (predicate.cpp); immutable in between, so any thread may read it.

#include <cstdint>
#include <string>
#include <vector>

#include "services/base/currency.hpp"

namespace kassa::discounts {

enum class Attribute : unsigned char {
  kCartSubtotal,
  kCartQuantity,
  kCartCountry,
  kCartCurrency,
  kLineSku,
  kLineVariant,
  kLineProduct,
  kLineCategory,
  kLineVendor,
  kLineTags,
  kLineQuantity,
  kLinePrice,
  kLinesQuantity,
  kLinesSubtotal,
  kLinesCount,
  kCustomerOrdersCount,
  kPaymentMethod,
  kShippingMethod,
};
inline constexpr std::size_t kAttributes = 18;

/// Which amounts a money condition reads: before any discount, or as earlier phases have left them.
enum class Basis : unsigned char { kOriginal, kRunning };

enum class NodeKind : unsigned char { kAll, kAny, kNot, kNumber, kText, kExists };

/// How the values of a text leaf are looked for among what the cart holds.
enum class TextMatch : unsigned char { kAny, kEvery, kPrefix };

/// Every numeric operator is a set of closed intervals, perhaps negated. `currency` is XXX for plain counts.
struct Interval {
  Currency currency{};
  std::int64_t low{};
  std::int64_t high{};
};

/// Children of a group, and the `where` of an aggregate, are the nodes between this one and `end`.
struct Node {
  NodeKind kind{NodeKind::kAll};
  Attribute attribute{};
  TextMatch match{TextMatch::kAny};
  Basis basis{Basis::kOriginal};
  bool negate{false};        ///< ne, none_of, exists false.
  bool missing_pass{false};  ///< "missing":"pass": an unknown attribute satisfies the leaf.
  std::uint32_t end{};       ///< One past the subtree.
  std::uint32_t first{};     ///< Values of the leaf: texts or intervals [first, first + count).
  std::uint32_t count{};
};

struct Predicate {
  std::vector<Node> nodes;         ///< Empty: always true.
  std::vector<std::string> texts;  ///< Sorted within each leaf.
  std::vector<std::uint32_t> ids;  ///< Of the texts in the rule set's ValueTable; sorted within each leaf.
  std::vector<Interval> intervals;

  [[nodiscard]] bool empty() const noexcept { return nodes.empty(); }
};

}  // namespace kassa::discounts
