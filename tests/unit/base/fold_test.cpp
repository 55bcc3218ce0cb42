#include "services/base/fold.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kassa {
namespace {

struct FoldCase {
  const char* name;
  std::string text;
  std::vector<std::string> words;
};

const FoldCase kFoldCases[] = {
    {"nothing has no words", "", {}},
    {"signs have no words", " -_*\"'", {}},
    {"words are lower case", "Red SHOE", {"red", "shoe"}},
    {"signs divide", "t-shirt/XL", {"t", "shirt", "xl"}},
    {"an apostrophe is left out", "Women's women’s", {"womens", "womens"}},
    {"accents are dropped", "Crème Brûlée Ñandú Ώρα Ёлка", {"creme", "brulee", "nandu", "ωρα", "елка"}},
    {"letters that do not decompose", "Ørsted Łódź Æsir Þor ıspanak", {"orsted", "lodz", "aesir", "thor", "ispanak"}},
    {"sharp s", "STRASSE Straße", {"strasse", "strasse"}},
    {"compatibility forms", "ﬁne Ｗｉｄｅ ①", {"fine", "wide", "1"}},
    {"signs of Devanagari stay", "कपड़ा", {"कपड़ा"}},
    {"a run of Japanese is a word", "日本語 テスト", {"日本語", "テスト"}},
    {"bytes that are no UTF-8 divide", "red\xff\xfeshoe", {"red", "shoe"}},
    {"a NUL divides", std::string("a\0b", 3), {"a", "b"}},
    {"a long word is cut", std::string(100, 'x'), {std::string(40, 'x')}},
};

TEST(Fold, words_are_those_of_the_table) {
  for (const FoldCase& row : kFoldCases) EXPECT_EQ(folded_words(row.text), row.words) << row.name;
}

RC_GTEST_PROP(Fold, what_is_folded_is_folded, (const std::string& text)) {
  for (const std::string& word : folded_words(text)) {
    RC_ASSERT(!word.empty());
    RC_ASSERT(word.size() <= kFoldedWordBytesMax);
    RC_ASSERT(word.find_first_of(" \"'\\*") == std::string::npos);
  }
}

}  // namespace
}  // namespace kassa
