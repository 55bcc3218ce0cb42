#pragma once
// Rules, carts and the rules that match each cart, for engines in other languages; and what Kassa needs for the same.

#include <cstdint>
#include <string>

namespace kassa::discounts::bench {

/// Writes one JSON document: rules as Kassa has them, carts of 20 lines as plain facts, the ids of the automatic rules
/// that match each, and microseconds of evaluate() and of asking every rule, in the median over the carts.
[[nodiscard]] bool export_for_peers(const std::string& file, std::size_t rules, std::uint64_t seed);

}  // namespace kassa::discounts::bench
