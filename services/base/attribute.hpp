#pragma once
// What a merchant may define for discount rules: attributes beside those that every store has, and what a line, a cart
// or its customer has of them. Plain data: the store's settings declare them, the catalogue and checkouts carry them,
// the discount engine compares them.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/base/currency.hpp"

namespace kassa {

/// An attribute of the merchant's own: "customer.tier", "string", "customer".
struct AttributeSpec {
  std::string name;   ///< The scope, a point, and a word.
  std::string type;   ///< string, int, money, bool, time or set<string>.
  std::string scope;  ///< cart, line, customer, payment, shipping or context.
  friend bool operator==(const AttributeSpec&, const AttributeSpec&) = default;
};

/// What the cart, its customer or a line has of such an attribute: texts of string and set<string>; a number of int,
/// money (minor units of the cart's currency, unless `amounts` names it), bool (0 or 1) and time (milliseconds).
struct Fact {
  std::string name;
  std::vector<std::string> texts{};
  std::optional<std::int64_t> number{};
  std::vector<std::pair<Currency, std::int64_t>> amounts{};  ///< Of money that stands in several currencies.
  friend bool operator==(const Fact&, const Fact&) = default;
};

}  // namespace kassa
