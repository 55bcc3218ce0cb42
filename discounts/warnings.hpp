#pragma once
// What is allowed and yet probably not meant. Private to discounts/; asked when a merchant edits rules, not when they
// are loaded.

#include "discounts/model.hpp"
#include "discounts/read.hpp"

namespace kassa::discounts {

/// `rules` as parsed from `source`, in its order and without faults. At most one warning of each code and class at
/// each rule: combine_not_mutual, stackable_over_100_percent, shadowed_by_exclusive, dst_ambiguous_window.
void find_warnings(const json::array& source, std::span<const Rule> rules, Problems& warnings);

}  // namespace kassa::discounts
