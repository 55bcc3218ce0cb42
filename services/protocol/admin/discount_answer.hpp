#pragma once
// A discount rule as the merchant sees it. Pure.

#include "services/admin/rule_book.hpp"

namespace kassa::protocol {

[[nodiscard]] json::object written_rule(const admin::StoredRule& rule);

}  // namespace kassa::protocol
