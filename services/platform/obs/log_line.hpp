#pragma once
// Builds one JSON log line. Kept apart from the sink so that escaping can be tested byte by byte. Pure
// functions.

#include <cstdint>
#include <string>
#include <string_view>

namespace kassa::platform {

inline constexpr std::size_t kLogValueBytesMax = 1'024;

/// Appends `text` as a JSON string. Control characters, C1 controls and line separators are escaped;
/// malformed UTF-8 becomes '?'; what is over kLogValueBytesMax is cut and marked.
void append_log_text(std::string& line, std::string_view text);

/// Appends `,"name":` for a field. A name that every line already has gets an underscore.
void append_log_name(std::string& line, std::string_view name);

}  // namespace kassa::platform
