#pragma once
// What is not an evaluation: starting with compiled rules, publishing, and many stores in one process.

#include <cstdint>

#include "discounts/engine.hpp"

namespace kassa::discounts::bench {

/// Of 1,000,000 rules: compiling texts, writing what was compiled, and what a start makes of that file.
[[nodiscard]] bool measure_start(std::uint64_t seed);
/// One rule after the other into a set of 1,000,000.
[[nodiscard]] bool measure_publishing(std::uint64_t seed);
/// Memory of 1,000 stores with 1,000 rules each, which have all been asked once.
[[nodiscard]] bool measure_many_stores(std::uint64_t seed);

}  // namespace kassa::discounts::bench
