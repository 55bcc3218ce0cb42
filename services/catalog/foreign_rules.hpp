#pragma once
// Discounts as other systems export them, made into ours. What cannot be said with our rules is a fault with its line
// and its reason, never a rule that does something else: whoever moves in reads the list and decides. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "services/base/json.hpp"

namespace kassa::catalog {

struct ForeignFault {
  std::int64_t line{};  ///< Where the discount begins in the file.
  std::string name;     ///< Of the discount, as the other system has it.
  std::string reason;
};

struct ForeignRules {
  json::array rules;                 ///< Sound, beside one another; those without faults.
  std::vector<std::string> notes;    ///< What to do besides, and what was left out on purpose.
  std::vector<ForeignFault> faults;  ///< By line.
};

/// "shopify", "medusa", "commercetools".
[[nodiscard]] bool knows_foreign(std::string_view from) noexcept;

/// `text`: a JSON document, or one object a line. `from` is known.
[[nodiscard]] ForeignRules read_foreign_rules(std::string_view from, std::string_view text);

}  // namespace kassa::catalog
