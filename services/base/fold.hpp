#pragma once
// Text as a search compares it: cut into words and folded, so that "Crème-Brûlée" and "creme brulee" are the same.
// Pure. What is folded stands in docs/catalog.md; a change of these rules needs a new kFoldingRules.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kassa {

/// Kept beside what was folded: rows of older rules are made again.
inline constexpr std::int64_t kFoldingRules = 1;
inline constexpr std::size_t kFoldedWordBytesMax = 40;  ///< Longer words are cut there.

/// The words of `text` in their order, each of letters, digits and marks: compatibility forms resolved, case folded,
/// accents of Latin, Greek and Cyrillic letters dropped. An apostrophe inside a word is left out ("women's" is
/// "womens"), everything else divides words. Bytes that are no UTF-8 divide words, too.
[[nodiscard]] std::vector<std::string> folded_words(std::string_view text);

}  // namespace kassa
