#pragma once
// Puts values into a text's {names}. A name that nobody gives a value becomes nothing. Pure.

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace kassa::protocol {

using Parameter = std::pair<std::string, std::string>;

[[nodiscard]] std::string fill_in(std::string_view text, std::span<const Parameter> parameters);

}  // namespace kassa::protocol
