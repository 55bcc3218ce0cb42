#pragma once
// Ids grow with time (see id.hpp): what was made since a moment is a range of ids. Pure.

#include <string>

#include "services/base/clock.hpp"

namespace kassa {

/// What unique_suffix() begins with at that time; before 1970 as at its start.
[[nodiscard]] std::string id_time_digits(Instant at);

}  // namespace kassa
