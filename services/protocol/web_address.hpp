#pragma once
// Which addresses may stand in what people are shown. Pure.

#include <string_view>

namespace kassa::protocol {

/// Nothing that a browser would run instead of open.
[[nodiscard]] inline bool is_web_address(std::string_view text) noexcept {
  return text.starts_with("https://") || text.starts_with("http://");
}

}  // namespace kassa::protocol
