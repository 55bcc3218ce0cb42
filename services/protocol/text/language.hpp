#pragma once
// The languages that Kassa speaks to shoppers, and which of them somebody wants. Matching is RFC 4647's lookup: the
// longest known prefix of a tag, which for these languages is its first part. Pure, any thread.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kassa::protocol {

enum class Language : std::uint8_t { kEnglish, kGerman, kSpanish, kHindi, kArabic };
inline constexpr std::array kLanguages{Language::kEnglish, Language::kGerman, Language::kSpanish, Language::kHindi,
                                       Language::kArabic};

/// "de", as BCP 47 writes it.
[[nodiscard]] std::string_view tag_of(Language language) noexcept;
[[nodiscard]] bool is_right_to_left(Language language) noexcept;

/// Of one BCP 47 tag, "de-AT"; nullopt for a language that Kassa does not speak.
[[nodiscard]] std::optional<Language> language_from(std::string_view tag) noexcept;

/// Of an Accept-Language header (RFC 9110 12.5.4): the highest weight wins, among equals the first; nullopt when it
/// names none of ours. A part that is malformed counts as not sent.
[[nodiscard]] std::optional<Language> accepted_language(std::string_view header) noexcept;

}  // namespace kassa::protocol
