#pragma once
// A known shopper as text: from a bundle, and as it is sealed. Everything here is personal: it exists in
// clear only in memory, is sealed under the shopper's own key at rest, and never goes into a log or a fault
// message.

#include <string>
#include <string_view>
#include <vector>

#include "services/base/json.hpp"
#include "services/base/result.hpp"
#include "services/ports/shopper_directory.hpp"

namespace kassa::shoppers {

/// Reads one shopper, with every fault at once; messages name members, never values. Addresses have the
/// members of UCP's postal address and an id by which the shopper chooses.
[[nodiscard]] ports::KnownShopper read_shopper(const json::object& object, std::vector<Problem>& problems);

/// The form that is sealed: canonical JSON, so that equal shoppers have equal text.
[[nodiscard]] std::string write_shopper(const ports::KnownShopper& shopper);
/// What write_shopper() wrote; kInternal for anything else.
[[nodiscard]] Result<ports::KnownShopper> parse_shopper(std::string_view text);

}  // namespace kassa::shoppers
