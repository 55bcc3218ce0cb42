#pragma once
// A condition in its compiled form: one flat run of nodes in pre-order, values beside it. Private to discounts/. Built
// once by PredicateParser as a Predicate, kept by Conditions (conditions.hpp) and read from there as a PredicateView;
// immutable from then on, so any thread may read it.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "services/base/currency.hpp"

namespace kassa::discounts {

/// Those that a merchant defines follow, from kAttributes on.
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
  kLinesProducts,
  kCustomerSegments,
  kPaymentPrepaid,
  kOrderCodMinutes,
};
inline constexpr std::size_t kAttributes = 22;
inline constexpr std::size_t kAttributesOwnMax = 200;  ///< Defined by the merchant.

[[nodiscard]] constexpr std::size_t place_of(Attribute attribute) noexcept {
  return static_cast<std::size_t>(attribute);
}
[[nodiscard]] constexpr bool is_own(Attribute attribute) noexcept { return place_of(attribute) >= kAttributes; }

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
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Children of a group, and the `where` of an aggregate, are the nodes between this one and `end`.
struct Node {
  NodeKind kind{NodeKind::kAll};
  Attribute attribute{};
  TextMatch match{TextMatch::kAny};
  Basis basis : 1 {Basis::kOriginal};
  bool negate : 1 {false};        ///< ne, none_of, exists false.
  bool missing_pass : 1 {false};  ///< "missing":"pass": an unknown attribute satisfies the leaf.
  bool money : 1 {false};
  bool text : 1 {false};
  bool several : 1 {false};  ///< The attribute holds a set of texts.
  bool in_line : 1 {false};
  std::uint16_t end{};    ///< One past the subtree, from the start of the condition.
  std::uint16_t count{};  ///< Values of the leaf: texts or intervals [first, first + count).
  std::uint32_t first{};
};

/// As parsed.
struct Predicate {
  std::vector<Node> nodes;         ///< Empty: always true.
  std::vector<std::string> texts;  ///< Sorted within each leaf.
  std::vector<Interval> intervals;

  [[nodiscard]] bool empty() const noexcept { return nodes.empty(); }
  [[nodiscard]] bool asks_for(Attribute attribute) const noexcept {
    return std::ranges::any_of(nodes, [attribute](const Node& node) { return node.attribute == attribute; });
  }
  void clear() noexcept {
    nodes.clear();
    texts.clear();
    intervals.clear();
  }
};

/// As kept: texts have become ids of the ValueTable, sorted within each leaf.
struct PredicateView {
  const Node* nodes{};
  const std::uint32_t* ids{};
  const Interval* intervals{};
  std::uint32_t size{};

  [[nodiscard]] bool empty() const noexcept { return size == 0; }
};

}  // namespace kassa::discounts
