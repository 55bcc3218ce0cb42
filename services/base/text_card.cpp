#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "services/base/text.hpp"

namespace kassa {
namespace {

constexpr std::size_t kPanDigitsMin = 13;
constexpr std::size_t kPanDigitsMax = 19;
constexpr std::size_t kPhoneDigitsMax = 15;  // ITU-T E.164.
constexpr std::size_t kHashDigitsMin = 32;
constexpr std::size_t kHashDigitsMax = 128;

struct BrandRow {
  unsigned first;  // Range of the leading `width` digits.
  unsigned last;
  std::size_t width;
  std::size_t length_min;
  std::size_t length_max;
};

constexpr auto kBrands = std::to_array<BrandRow>({
    {4, 4, 1, 13, 13},                                                                               // Visa
    {4, 4, 1, 16, 16},       {4, 4, 1, 19, 19},       {51, 55, 2, 16, 16},                           // Mastercard
    {2221, 2720, 4, 16, 16}, {34, 34, 2, 15, 15},                                                    // American Express
    {37, 37, 2, 15, 15},     {6011, 6011, 4, 16, 19},                                                // Discover
    {644, 649, 3, 16, 19},   {65, 65, 2, 16, 19},     {300, 305, 3, 14, 14},                         // Diners Club
    {36, 36, 2, 14, 14},     {38, 39, 2, 14, 14},     {3528, 3589, 4, 16, 19},                       // JCB
    {62, 62, 2, 16, 19},                                                                             // UnionPay
    {60, 60, 2, 16, 16},                                                                             // RuPay
    {65, 65, 2, 16, 16},     {81, 82, 2, 16, 16},     {508, 508, 3, 16, 16},   {50, 50, 2, 13, 19},  // Maestro
    {56, 58, 2, 13, 19},     {6, 6, 1, 13, 19},
});

using Digits = std::array<unsigned char, kPanDigitsMax>;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool has_valid_check_digit(std::span<const unsigned char> digits) noexcept {
  unsigned sum = 0;
  bool doubled = false;
  for (std::size_t i = digits.size(); i-- > 0; doubled = !doubled) {
    const unsigned digit = digits[i] * (doubled ? 2U : 1U);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

bool is_card_number(std::span<const unsigned char> digits) noexcept {
  std::array<unsigned, 5> prefix{};
  for (std::size_t width = 1; width < prefix.size(); ++width) {
    prefix[width] = prefix[width - 1] * 10 + digits[width - 1];
  }
  const bool branded = std::ranges::any_of(kBrands, [&](const BrandRow& row) {
    const unsigned start = prefix[row.width];
    return start >= row.first && start <= row.last && digits.size() >= row.length_min &&
           digits.size() <= row.length_max;
  });
  return branded && has_valid_check_digit(digits);
}

/// Whether the word around `at` is a hash or a UUID: 32 or more hex digits (dashes aside), a letter among
/// them. About one such word in a thousand holds a "card number" by chance; refusing those would break real
/// requests.
bool is_in_hash(std::string_view text, std::size_t at) noexcept {
  const auto in_word = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  const auto is_hex_letter = [](char c) { return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  std::size_t begin = at;
  while (begin > 0 && at - begin <= kHashDigitsMax && in_word(text[begin - 1])) --begin;
  std::size_t digits = 0;
  std::size_t letters = 0;
  for (std::size_t i = begin; i < text.size() && in_word(text[i]); ++i) {
    if (text[i] == '-') continue;
    if (!is_digit(text[i]) && !is_hex_letter(text[i])) return false;
    letters += is_digit(text[i]) ? 0 : 1;
    // Bounded, so that a text of nothing but candidates still costs linear time.
    if (++digits > kHashDigitsMax) return false;
  }
  return digits >= kHashDigitsMin && letters > 0;
}

/// Whether a card number starts at the group of digits that starts at `begin`.
bool card_starts_at(std::string_view text, std::size_t begin) noexcept {
  const bool international = begin > 0 && text[begin - 1] == '+';
  Digits digits{};
  std::size_t count = 0;
  for (std::size_t i = begin; count < kPanDigitsMax;) {
    digits[count++] = static_cast<unsigned char>(text[i] - '0');
    const std::size_t end = i + 1;
    const bool more = end < text.size() && is_digit(text[end]);
    if (more) {
      i = end;
      continue;
    }
    const bool phone = international && count <= kPhoneDigitsMax;
    if (count >= kPanDigitsMin && !phone && is_card_number({digits.data(), count}) && !is_in_hash(text, begin) &&
        !is_in_hash(text, i)) {
      return true;
    }
    const bool separated = end < text.size() && (text[end] == ' ' || text[end] == '-');
    if (!separated || end + 1 == text.size() || !is_digit(text[end + 1])) return false;
    i = end + 1;
  }
  return false;
}

/// Digits with at most one blank or dash between two of them.
struct Stretch {
  std::size_t begin{};
  std::size_t end{};
  std::size_t digits{};
};

Stretch stretch_around(std::string_view text, std::size_t digit) noexcept {
  const auto is_separator = [](char c) { return c == ' ' || c == '-'; };
  Stretch out{digit, digit, 0};
  while (out.begin > 0) {
    const bool separated = out.begin > 1 && is_separator(text[out.begin - 1]) && is_digit(text[out.begin - 2]);
    if (!separated && !is_digit(text[out.begin - 1])) break;
    out.begin -= separated ? 2 : 1;
  }
  for (out.end = out.begin; out.end < text.size(); ++out.end) {
    if (is_digit(text[out.end])) {
      ++out.digits;
    } else if (!is_separator(text[out.end]) || out.end + 1 == text.size() || !is_digit(text[out.end + 1])) {
      break;
    }
  }
  return out;
}

}  // namespace

bool contains_card_number(std::string_view text) noexcept {
  if (text.size() < kPanDigitsMin) return false;
  // A card number has no two neighbours without a digit, so it shows in one of every twelfth pair.
  for (std::size_t at = 0; at + 1 < text.size();) {
    if (!is_digit(text[at]) && !is_digit(text[at + 1])) {
      at += kPanDigitsMin - 1;
      continue;
    }
    const Stretch stretch = stretch_around(text, is_digit(text[at]) ? at : at + 1);
    for (std::size_t i = stretch.begin; stretch.digits >= kPanDigitsMin && i < stretch.end; ++i) {
      const bool group_start = is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1]));
      if (group_start && card_starts_at(text, i)) return true;
    }
    at = stretch.end + 1;
  }
  return false;
}

}  // namespace kassa
