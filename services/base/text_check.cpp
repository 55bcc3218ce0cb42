#include <algorithm>
#include <cstdint>
#include <cstring>

#include "services/base/text.hpp"

namespace kassa {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr bool is_continuation(unsigned char c) noexcept { return (c & 0xc0U) == 0x80U; }

/// Length of the well-formed sequence at the front of `s` (Unicode 15, table 3-7), 0 when it is not one.
std::size_t sequence_length(std::string_view s) noexcept {
  const auto at = [s](std::size_t i) { return static_cast<unsigned char>(i < s.size() ? s[i] : '\0'); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return is_continuation(at(1)) ? 2 : 0;
  // The second byte rules out overlong forms, surrogates and code points past U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (at(1) < low || at(1) > high || !is_continuation(at(2))) return 0;
  if (lead < 0xf0) return 3;
  return is_continuation(at(3)) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  static constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  while (!text.empty()) {
    std::uint64_t word = kHighBits;
    if (text.size() >= sizeof word) std::memcpy(&word, text.data(), sizeof word);
    if ((word & kHighBits) == 0) {
      text.remove_prefix(sizeof word);
      continue;
    }
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_visible_ascii(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e; });
}

std::string to_lower_ascii(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace kassa
