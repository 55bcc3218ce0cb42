// Which language somebody is answered in, and that every language says everything.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/protocol/message_text.hpp"
#include "services/protocol/text/phrases.hpp"

namespace kassa::protocol {
namespace {

struct HeaderCase {
  const char* header;
  std::optional<Language> expected;
};

class AcceptLanguage : public testing::TestWithParam<HeaderCase> {};

TEST_P(AcceptLanguage, chooses_by_weight_then_by_order) {
  EXPECT_EQ(accepted_language(GetParam().header), GetParam().expected) << GetParam().header;
}

INSTANTIATE_TEST_SUITE_P(Table, AcceptLanguage,
                         testing::Values(HeaderCase{"", std::nullopt}, HeaderCase{"de", Language::kGerman},
                                         HeaderCase{"de-AT,en;q=0.5", Language::kGerman},
                                         HeaderCase{"fr, en;q=0.4, es;q=0.8", Language::kSpanish},
                                         HeaderCase{"hi;q=0, ar;q=0.001", Language::kArabic},
                                         HeaderCase{"EN_us", Language::kEnglish},
                                         HeaderCase{"es;q=0.7,de;q=0.7", Language::kSpanish},
                                         HeaderCase{"de;q=2,en;q=0.1", Language::kEnglish},
                                         HeaderCase{"de;q=1.001, ar ; q=1.000", Language::kArabic},
                                         HeaderCase{"de;level=1, en", Language::kEnglish},
                                         HeaderCase{"den, fr, *", std::nullopt}, HeaderCase{";;,,;q=", std::nullopt}));

/// The parameters of a text, sorted: "{title}".
std::vector<std::string> parameters_of(std::string_view text) {
  std::vector<std::string> out;
  for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    out.emplace_back(text.substr(open, text.find('}', open) + 1 - open));
  }
  std::ranges::sort(out);
  return out;
}

TEST(Phrases, have_the_same_parameters_in_every_language) {
  for (std::size_t i = 0; i < kPhrases; ++i) {
    const auto phrase = static_cast<Phrase>(i);
    const std::string_view english = text_of(phrase, Language::kEnglish);
    for (const Language language : kLanguages) {
      const std::string_view text = text_of(phrase, language);
      EXPECT_EQ(parameters_of(text), parameters_of(english)) << tag_of(language) << ": " << text;
      EXPECT_TRUE(language == Language::kEnglish || text != english) << tag_of(language) << ": " << text;
    }
  }
}

TEST(Phrases, are_written_in_the_letters_of_their_language) {
  const auto has_between = [](std::string_view text, std::string_view low, std::string_view high) {
    for (std::size_t i = 0; i + low.size() <= text.size(); ++i) {
      const std::string_view here = text.substr(i, low.size());
      if (here >= low && here <= high) return true;
    }
    return false;
  };
  for (std::size_t i = 0; i < kPhrases; ++i) {
    const auto phrase = static_cast<Phrase>(i);
    EXPECT_TRUE(has_between(text_of(phrase, Language::kHindi), "\u0900", "\u097f")) << i;
    EXPECT_TRUE(has_between(text_of(phrase, Language::kArabic), "\u0600", "\u06ff")) << i;
  }
}

TEST(Messages, are_told_in_the_language_asked_for) {
  checkout::Message message(checkout::Level::kError, "quantity_multiple", "$.line_items[0].quantity");
  message.params.emplace_back("multiple", "6");
  EXPECT_EQ(message_text(message, Language::kGerman), "Dieser Artikel wird in Vielfachen von 6 verkauft");
  EXPECT_EQ(message_text(message, Language::kSpanish), "Este artículo se vende en múltiplos de 6");
  EXPECT_TRUE(is_right_to_left(Language::kArabic));
}

}  // namespace
}  // namespace kassa::protocol
