#pragma once
// One discount of another system while it is read: its members are taken one by one, what nobody took is a fault, and
// so is what cannot be said. Private to the readers of foreign_rules.hpp. Pure.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/base/currency.hpp"
#include "services/catalog/foreign_rules.hpp"

namespace kassa::catalog {

/// A member's object or the discount itself. Absent and null read the same.
class ForeignItem {
 public:
  ForeignItem(const json::object& object, std::string path, std::vector<std::string>& reasons)
      : object_(object), path_(std::move(path)), reasons_(reasons) {}

  [[nodiscard]] const json::value* take(std::string_view key);
  std::string text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  bool flag(std::string_view key);
  /// A decimal number or text, times ten to the power of `digits`; a fault when it is not whole then.
  std::optional<std::int64_t> scaled(std::string_view key, int digits);
  /// "EUR", in any case.
  std::optional<Currency> currency(std::string_view key);
  std::optional<ForeignItem> object(std::string_view key);
  /// Its elements; those of {"nodes": []}, {"edges": [{"node": ..}]} or a plain list.
  std::vector<const json::value*> list(std::string_view key);

  void pass_over(std::initializer_list<std::string_view> keys);  ///< What says nothing that we need.
  void refuse(std::string_view key, std::string reason);
  void refuse_rest();  ///< What nobody took.

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::vector<std::string>& reasons() const noexcept { return reasons_; }

 private:
  const json::object& object_;
  std::string path_;
  std::vector<std::string>& reasons_;
  std::set<std::string, std::less<>> taken_;
};

/// A rule, or reasons why there is none.
using ForeignReader = json::object (*)(ForeignItem& item, std::vector<std::string>& notes);

json::object read_shopify_rule(ForeignItem& item, std::vector<std::string>& notes);
json::object read_medusa_rule(ForeignItem& item, std::vector<std::string>& notes);
json::object read_commercetools_rule(ForeignItem& item, std::vector<std::string>& notes);

/// The elements of a list of a GraphQL or REST answer.
[[nodiscard]] std::vector<const json::value*> elements_of(const json::value& value);

/// A decimal as whole numbers of its last digit: "12.5" with 2 digits is 1250. nullopt: not whole, too large, no
/// number.
[[nodiscard]] std::optional<std::int64_t> scaled_decimal(std::string_view text, int digits);

[[nodiscard]] json::object leaf(std::string_view attribute, std::string_view op, json::value value);
/// Joined by "all"; the one there is, by itself. Null for none.
[[nodiscard]] json::value all_of(std::vector<json::value> conditions);

}  // namespace kassa::catalog
