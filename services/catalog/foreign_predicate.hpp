#pragma once
// The predicates of commercetools, as far as our conditions say the same: comparisons of a few attributes, joined by
// and, or, not. Private to commercetools_rules.cpp. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "services/base/json.hpp"

namespace kassa::catalog {

struct ForeignPredicate {
  json::value condition;  ///< Null: always.
  std::string reason;     ///< Why it cannot be said; empty: it can.
};

/// `lines`: about a line of the cart, else about the cart.
[[nodiscard]] ForeignPredicate read_predicate(std::string_view text, bool lines);

}  // namespace kassa::catalog
