#pragma once
// Splitting and scaling of integer amounts so that parts always sum to the whole.

#include <cstdint>
#include <span>
#include <vector>

#include "services/base/result.hpp"

namespace kassa {

/// Largest remainder: parts are proportional to `weights` (>= 0), sum exactly to `total` (which may be
/// negative), each differs from the exact share by less than one unit; ties go to the lower index. All
/// weights zero: split evenly. No weights with a total other than 0, or a negative weight, is
/// kInvalidRequest.
[[nodiscard]] Result<std::vector<std::int64_t>> apportion(std::int64_t total, std::span<const std::int64_t> weights);

enum class Rounding : unsigned char { kHalfUp, kTruncate };

/// amount * bps / 10000, rounded once (half away from zero, or truncated toward zero). bps is parts per ten
/// thousand and may be negative.
[[nodiscard]] Result<std::int64_t> basis_points(std::int64_t amount, std::int64_t bps, Rounding rounding);

/// The tax contained in a gross amount at a rate of `bps` (>= 0): gross * bps / (10000 + bps), rounded once.
[[nodiscard]] Result<std::int64_t> included_basis_points(std::int64_t gross, std::int64_t bps, Rounding rounding);

}  // namespace kassa
