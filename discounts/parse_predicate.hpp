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
  PredicateParser(Basis basis, Problems& problems) : basis_(basis), problems_(problems) {}

  /// The result is only meaningful when no problem was noted.
  [[nodiscard]] Predicate parse(const json::value& value, const Path& path, Scope scope);

 private:
  void node(const json::value& value, const Path& path, Scope scope, std::size_t depth);
  void group(NodeKind kind, const json::value& children, const Path& path, Scope scope, std::size_t depth);
  void leaf(const json::object& object, const Path& path, Scope scope, std::size_t depth);
  void leaf_options(const json::object& object, const Path& path, const AttributeRow& row, Node& node);
  void leaf_value(const OpRow& op, const AttributeRow& row, const json::value& value, const Path& path, Node& node);
  void texts(const OpRow& op, const AttributeRow& row, const json::value& value, const Path& path, Node& node);
  void text(const AttributeRow& row, const json::value& value, const Path& path);
  void numbers(const OpRow& op, const json::value& value, const Path& path, Node& node);
  void money(const OpRow& op, const json::value& value, const Path& path, Node& node);
  void interval(const OpRow& op, Currency currency, const json::value& value, const Path& path);
  [[nodiscard]] bool check_count(const json::array& values, const Path& path);
  [[nodiscard]] const AttributeRow* attribute_of(const json::object& object, const Path& path, Scope scope);
  [[nodiscard]] const OpRow* op_of(const json::object& object, const Path& path, AttributeType type);

  Basis basis_;
  Problems& problems_;
  Predicate out_;
  std::vector<Path> paths_;  ///< Of each node, for faults found afterwards.
  std::size_t leaves_{};
};

/// Notes always_true and always_false: leaves and groups whose outcome no cart can change. `paths` runs
/// beside the nodes.
void check_contradictions(const Predicate& predicate, const std::vector<Path>& paths, Problems& problems);

}  // namespace kassa::discounts
