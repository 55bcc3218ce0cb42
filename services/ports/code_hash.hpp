#pragma once
// How a code of a discount rule's pool is kept and found: by its hash, whatever its capitals and outer spaces. Whoever
// reads the table learns no code that nobody could guess. Pure, any thread.

#include <string>
#include <string_view>

namespace kassa::ports {

/// As codes are compared: ASCII letters in lower case, without spaces at the ends.
[[nodiscard]] std::string folded_code(std::string_view code);

inline constexpr std::size_t kCodeHashBytes = 22;

/// The first 128 bits of the SHA-256 of the folded code, in base64url.
[[nodiscard]] std::string code_hash(std::string_view code);

}  // namespace kassa::ports
