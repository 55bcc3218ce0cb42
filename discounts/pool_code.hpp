#pragma once
// What stands in a cart for any code of a rule's pool: a rule with {"pool": true} has far too many codes to know them,
// so whoever looks a typed code up puts this in its place. It begins with a control character; a code of a shopper that
// does so must never reach the engine. Pure.

#include <string>
#include <string_view>

#include "services/base/hash.hpp"

namespace kassa::discounts {

inline constexpr char kPoolMark = '\x1f';

[[nodiscard]] inline std::string pool_code(std::string_view rule_id) { return kPoolMark + short_hash(rule_id); }

}  // namespace kassa::discounts
