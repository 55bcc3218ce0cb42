#pragma once
// Numbers as Redis and its URLs spell them. Pure.

#include <charconv>
#include <string_view>

namespace kassa::platform {

/// The whole of `text` as a number; false, when it is anything else.
template <class Number>
[[nodiscard]] bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace kassa::platform
