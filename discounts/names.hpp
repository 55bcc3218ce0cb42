#pragma once
// How a segment hashes and compares ids and codes. Private to discounts/.

#include <cstdint>
#include <string_view>

#include "discounts/values.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {

/// A rule's names: two bytes for the length of its title, one for that of its id, then both.
inline constexpr std::size_t kTitleBytes = 2;
inline constexpr std::uint16_t kTitleIsId = 0xffff;

[[nodiscard]] inline std::uint64_t hash_id(std::string_view id) noexcept { return hash_text(id, 0); }

[[nodiscard]] constexpr char folded(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The same for every spelling.
[[nodiscard]] inline std::uint64_t hash_code(std::string_view code) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : code) hash = (hash ^ static_cast<unsigned char>(folded(c))) * 0x100000001b3ULL;
  return (hash ^ hash >> 29) * 0x9e3779b97f4a7c15ULL;
}

[[nodiscard]] inline bool same_code(std::string_view a, std::string_view b) noexcept {
  return equals_ignoring_case(a, b);
}

}  // namespace kassa::discounts
