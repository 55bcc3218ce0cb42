#pragma once
// JSON condition -> Predicate: types, operators, limits and contradictions are checked here, so that
// evaluation meets only sound trees. Private to discounts/; used by compile() on whatever thread loads the
// rules.

#include <optional>

#include "discounts/attributes.hpp"
#include "discounts/read.hpp"

namespace kassa::discounts {

inline constexpr std::size_t kPredicateDepthMax = 8;
inline constexpr std::size_t kPredicateLeavesMax = 64;
inline constexpr std::size_t kValuesPerLeafMax = 1'000;

class PredicateParser {
 public:
  /// `basis` is what a money leaf reads when it does not say.
  PredicateParser(Basis basis, const Registry& registry, Problems& problems)
      : basis_(basis), registry_(registry), problems_(problems) {}

  /// `out` is only meaningful when no problem was noted.
  void parse(const json::value& value, const Path& path, Scope scope, Predicate& out);

 private:
  void node(const json::value& value, const Path& path, Scope scope, std::size_t depth);
  void group(NodeKind kind, const json::value& children, const Path& path, Scope scope, std::size_t depth);
  void leaf(const json::object& object, const Path& path, Scope scope, std::size_t depth);
  void leaf_options(const json::object& object, const Path& path, const AttributeRow& row, Node& node);
  void leaf_value(const OpRow& op, const AttributeRow& row, const json::value& value, const Path& path, Node& node);
  void texts(const OpRow& op, const AttributeRow& row, const json::value& value, const Path& path, Node& node);
  void text(const AttributeRow& row, const json::value& value, const Path& path);
  void numbers(const OpRow& op, const json::value& value, const Path& path, Node& node);
  void truth(const json::value& value, const Path& path, Node& node);
  void time(const OpRow& op, const json::value& value, const Path& path, Node& node);
  void money(const OpRow& op, const json::value& value, const Path& path, Node& node);
  void interval(const OpRow& op, Currency currency, const json::value& value, const Path& path);
  [[nodiscard]] bool check_count(const json::array& values, const Path& path);
  [[nodiscard]] const AttributeRow* attribute_of(const json::object& object, const Path& path, Scope scope);
  [[nodiscard]] const OpRow* op_of(const json::object& object, const Path& path, AttributeType type);

  Basis basis_;
  const Registry& registry_;
  Problems& problems_;
  Predicate* out_{};
  std::size_t leaves_{};
};

/// A node whose outcome no cart can change.
struct Contradiction {
  std::uint32_t node{};
  bool always{};  ///< always_true, else always_false.
  std::string message;
};
[[nodiscard]] std::vector<Contradiction> find_contradictions(const Predicate& predicate);

}  // namespace kassa::discounts
