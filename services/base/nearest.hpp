#pragma once
// What somebody may have meant by a misspelt name.

#include <cstddef>
#include <span>
#include <string_view>

namespace kassa {

/// The first of the names that takes the fewest single-character changes, and at most `changes_max` of them. Empty
/// when none is that near, or when `written` is longer than any name that is suggested (64 bytes).
[[nodiscard]] std::string_view nearest_name(std::string_view written, std::span<const std::string_view> names,
                                            std::size_t changes_max);

}  // namespace kassa
